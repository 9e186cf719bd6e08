#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/store/durable/change_queue.h"
#include "core/store/durable/commit_waiters.h"
#include "core/store/durable/durable_store.h"
#include "core/store/durable/session_file.h"
#include "core/store/memory/memory_store.h"

namespace session {

using DurableEvents = std::function<void(const DurableEvent&)>;

// Internal to DurableStore: opens the file; one that is of no use is set aside, told of, and replaced by a
// new one.
Result<std::unique_ptr<SessionFile>, DurableProblem> open_or_replace(const SessionFile::Options& options,
                                                                     const DurableEvents& on_event);
// The same for a file that turned out to be of no use when it was open.
Result<std::unique_ptr<SessionFile>, DurableProblem> replace_file(const SessionFile::Options& options,
                                                                  std::unique_ptr<SessionFile> file,
                                                                  const std::string& why,
                                                                  const DurableEvents& on_event);

// Internal to DurableStore: brings changes from the queue to the file, batch by batch, on a thread of its
// own.
//
// After an error it keeps what it has taken, and tries again after a pause, which doubles from 100 ms to 5 s.
// If the file is damaged, or somebody has removed it, it begins a new one and copies all entries to it.
//
// stats() is thread-safe. Everything else is the thread's that runs it.
class FileWriter {
 public:
  struct Setup {
    SessionFile::Options file;
    milliseconds write_every{};
    DurableEvents on_event;
  };
  // All outlive it. `expired`: rows that stand for nothing, to be erased when there is time.
  FileWriter(Setup setup, std::unique_ptr<SessionFile> file, std::vector<std::uint64_t> expired,
             ChangeQueue& queue, CommitWaiters& waiters, const MemoryStore& memory, const Clock& clock);

  // Writes until ChangeQueue::stop(), then what is left, and closes the file. Returns whether all was
  // written.
  bool run();

  // Those of the file and of what was written.
  void add_to(DurableStore::Stats& stats) const;

 private:
  using Written = Result<void, SqliteFailure>;

  void write();
  void erase_expired();
  bool finish();
  Written write_batch(std::uint64_t& last);
  Written copy_all(std::uint64_t& last);
  Written ensure_file();
  void apply(const RowChanges& changes, SessionFile::Transaction& to) const;
  void succeeded(std::uint64_t last, Clock::Steady began, std::uint64_t rows);
  void failed(const SqliteFailure& failure);
  void give_up_batch();
  void tell(DurableEvent::Kind kind, const std::string& what) const;

  const Setup setup_;
  ChangeQueue& queue_;
  CommitWaiters& waiters_;
  const MemoryStore& memory_;
  const Clock& clock_;

  std::unique_ptr<SessionFile> file_;  // nullptr: to be opened
  std::vector<std::uint64_t> expired_;
  RowChanges batch_;                // taken and not written yet
  std::uint64_t rows_ = 0;          // of the transaction under way
  bool damaged_ = false;            // the file, as a write has found out
  bool checkpoint_is_due_ = false;  // one has failed
  bool failing_ = false;
  bool told_behind_ = false;
  milliseconds pause_{};
  Clock::Steady not_before_{};
  Clock::Steady last_idle_work_{};

  mutable std::mutex mutex_;  // guards stats_
  DurableStore::Stats stats_;
};

}  // namespace session
