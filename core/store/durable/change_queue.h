#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/store/memory/journal.h"
#include "core/store/store.h"

namespace session {

// Internal to DurableStore: what is to be done with one row.
struct RowChange {
  enum class Kind : std::uint8_t {
    put,     // the row gets all that is here
    extend,  // the row gets `expires`
    erase,
  };
  // About what it takes in memory, with the bytes that it refers to.
  [[nodiscard]] std::size_t cost() const noexcept;
  // Becomes what both do one after the other.
  void follow(RowChange&& later);

  Kind kind = Kind::erase;
  Retention retention = Retention::keep;
  std::int64_t expires = 0;  // ns of the store's steady clock
  Bytes bytes;
  std::string key, owner;
};

// By the row's number: of several changes of a row the sum.
using RowChanges = std::unordered_map<std::uint64_t, RowChange>;

// Internal to DurableStore: the changes that are not in the file yet, between the threads that use the store
// and the one that writes. It is bounded: what would exceed the bound drops the queue, and then the file is
// `behind`, until the writer begins to copy all entries.
//
// Changes are numbered one after the other. The writer takes all up to some number, so that the file has a
// state that was.
//
// Thread-safe. wait(), take(), written() and begin_copy() are the writer's.
class ChangeQueue final : public MemoryJournal, private ClockListeners::Listener {
 public:
  struct Options {
    std::size_t max_bytes = 0;
    milliseconds write_every{};
  };
  // The clock outlives it.
  ChangeQueue(Options options, const Clock& clock);
  ~ChangeQueue() override;
  ChangeQueue(const ChangeQueue&) = delete;
  ChangeQueue& operator=(const ChangeQueue&) = delete;

  // The number of the next new entry. REQUIRES: no entry is made at the same time.
  void start_rows_at(std::uint64_t row) noexcept { next_row_ = row; }

  [[nodiscard]] std::uint64_t new_row() noexcept override;
  void stored(const MemoryEntry& entry) noexcept override;
  void extended(const MemoryEntry& entry) noexcept override;
  void erased(const MemoryEntry& entry) noexcept override;

  // The number of the last change so far.
  [[nodiscard]] std::uint64_t last() const;
  // Somebody waits: the writer shall take what there is without delay.
  void hurry();
  // Ends wait(), for ever.
  void stop();
  // No more changes are taken, and what is left is dropped: nobody writes.
  void close();

  // What the writer has besides the queue.
  struct Writer {
    bool has_work = false;  // changes that it has taken, or something else to do
    bool failing = false;
    Clock::Steady not_before{};  // while failing: when it tries again
    Clock::Steady idle_work{};   // when it does what has time; Clock::Steady::max() without such work
  };
  enum class Wake { write, idle_work, stop };
  // Blocks until there is something to do.
  [[nodiscard]] Wake wait(const Writer& writer);
  // Moves all changes to `batch`, behind those that are there, and returns the number of the last. They count
  // for the bound until written(). nullopt: the file is behind, and changes are missing.
  [[nodiscard]] std::optional<std::uint64_t> take(RowChanges& batch);
  // What was taken is in the file, or was dropped.
  void written();
  // The file is behind no more: from here on changes are queued again. They come after what the caller
  // copies.
  void begin_copy();
  [[nodiscard]] bool behind() const;
  // Drops the queue, because the file is not what it was.
  void fall_behind();

  struct Stats {
    bool behind = false;
    std::size_t entries = 0;
    std::size_t bytes = 0;
    milliseconds oldest{};
  };
  [[nodiscard]] Stats stats() const;

 private:
  void add(std::uint64_t row, RowChange&& change) noexcept;
  void insert(std::uint64_t row, RowChange&& change);
  void drop();
  [[nodiscard]] bool is_due(const Writer& writer, Clock::Steady now, Clock::Steady& at) const;
  void sleep_until(std::unique_lock<std::mutex>& lock, Clock::Steady at);
  void clock_was_set() override;

  const Options options_;
  const Clock& clock_;
  ClockListeners* const listeners_;  // nullptr: time passes by itself
  std::atomic<std::uint64_t> next_row_ = 1;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  RowChanges pending_;
  std::size_t pending_bytes_ = 0;
  RowChanges dropped_;  // what the writer frees, because that takes longer than a lock is held
  std::size_t dropped_bytes_ = 0;
  std::size_t taken_entries_ = 0;
  std::size_t taken_bytes_ = 0;
  std::uint64_t last_ = 0;
  Clock::Steady oldest_pending_{};
  Clock::Steady oldest_taken_{};
  Clock::Steady behind_since_{};
  bool behind_ = false;   // changes were dropped, and none are queued
  bool copying_ = false;  // the copy that makes up for it is not in the file yet
  bool hurry_ = false;
  bool stopped_ = false;
  bool closed_ = false;
};

}  // namespace session
