#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/store/durable/durability.h"
#include "core/store/memory/memory_store.h"
#include "core/store/observer.h"
#include "core/store/store.h"

namespace session {

// What happened to the file, for a log. A callback gets it on the thread that opens or closes the store, or
// on the thread that writes; it must not call the store.
struct DurableEvent {
  enum class Kind {
    set_aside,  // the file could not be used, and was renamed; a new one begins
    failing,    // writing fails since now; told once until `recovered`
    behind,     // the queue was full and was dropped: the file gets a copy of all entries when writing works
                // again
    recovered,  // writing works again, and the file has all that memory has
    not_saved,  // at the stop: the last changes could not be written, and are lost
    no_file,    // the file can't be opened, and the store serves without it
                // (DurableOptions::serve_without_file)
  };
  Kind kind = Kind::failing;
  std::string text;  // a sentence for the operator: which file, and why; holds no key and no session data
};

// How far open() is with a step.
struct DurableProgress {
  enum class Step {
    checking,  // bytes of the file
    reading,   // its entries
  };
  Step step = Step::reading;
  std::uint64_t done = 0;  // so far
  std::uint64_t of = 0;    // about how many there are
};

struct DurableOptions {
  std::string path;  // of the file; its folder exists. Beside it lies a file of this name and "-wal".
  // What the keys and the bytes of entries depend on. A file that was written with another text is set aside,
  // because nothing in it could be found. The text lies open in the file: derive it from secrets by a one-way
  // function.
  std::string fingerprint;
  Durability durability = Durability::second;
  // The limit on changes that wait to be written, with what they refer to. It is taken from the store's
  // max_bytes, of which at most a quarter is used. If it is reached, the queue is dropped and the file is
  // written anew from memory.
  std::size_t max_queue_bytes = std::size_t{16} << 20;
  // How long changes for which nobody waits are collected until they are written together.
  milliseconds write_every{250};
  // How long a change waits for its write under Durability::commit, until it is answered as `unavailable`.
  milliseconds deadline{5000};
  // How long open() waits for another process that has the file open, because it is just ending.
  milliseconds lock_timeout{5000};
  // A file that can't be opened (permissions, a read-only disk, another process has it): false: open() fails.
  // true: the store serves from memory, as if every write failed, until the process ends; the file stays as
  // it is.
  bool serve_without_file = false;
  std::function<void(const DurableEvent&)> on_event = {};
  // Called by open() after each MiB of a larger file that it checks, after each few thousand rows, and at the
  // end.
  std::function<void(DurableProgress)> on_progress = {};
  // For tests. SQLite's name of another access to files; and how many pages of the -wal are moved to the file
  // at once.
  std::string vfs = {};
  int pages_per_checkpoint = 1000;
};

// Why there is no store: a sentence that names the file.
struct DurableProblem {
  enum class Kind {
    in_use,        // another process has the file open
    inaccessible,  // it can't be opened, made, read or renamed
  };
  DurableProblem() = default;
  DurableProblem(Kind k, std::string sentence) : kind(k), text(std::move(sentence)) {}
  Kind kind = Kind::inaccessible;
  std::string text;
};

// A Store in this process's memory whose entries outlive it: a file has a copy of them, from which open()
// fills the memory. Loads never touch the file. One thread of its own writes.
//
// What is promised when the process ends:
// - close(), and the destructor: the file has everything.
// - The process is killed or crashes, or the machine loses power: the file has every change up to some
// moment, and
//   none that came later. Under Durability::commit no change that was answered is missing; under `second` at
//   most the changes of the last second are, if the disk writes a batch within 750 ms (DurableStats::oldest
//   says whether it does). Touches are written as under `second` by both. So under `second` an entry that was
//   erased in the last second can be there again.
// - This relies on a disk, and a file system, that have on them what fsync() says they have.
// A change that was answered as `unavailable` may be in memory, and in the file, or not.
//
// Errors of the disk: every load goes on. Under `second` every change does, too. Under `commit` creates and
// replaces fail as `unavailable` while writing fails, and change nothing; an erase holds in memory, and is
// then answered as `unavailable`, because the entry may be there again after a restart. The thread tries
// again with growing pauses. An answer that finds what another, unanswered change has done does not wait for
// that, except an erase.
//
// Times: the file has Unix times, to the millisecond; an entry's time goes on while the process is not
// running. If the machine's clock was wrong when the file was read, entries end too early or too late by as
// much.
//
// Thread-safe. Stores of observed_by() outlive it, but after close() their changes are in memory only, and
// under `commit` unavailable.
class DurableStore {
 public:
  // Opens the file, or makes one with mode 0600, and reads it. A file that is damaged, that another program
  // or a newer version of this one has written, or that has another fingerprint, is renamed beside itself,
  // and a new one begins. Blocks: a million entries take a few seconds.
  static Result<std::unique_ptr<DurableStore>, DurableProblem> open(DurableOptions options,
                                                                    MemoryStoreOptions memory,
                                                                    const Clock& clock = system_clock());
  virtual ~DurableStore() = default;  // closes

  // The store, of all threads, without an observer. Lives as long as this.
  [[nodiscard]] virtual Store& store() = 0;
  // The same entries with reports to an observer, for one thread; as MemoryStore::observed_by. Under `commit`
  // the time of a change includes that of its write.
  [[nodiscard]] virtual std::unique_ptr<Store> observed_by(StoreObserver& observer) const = 0;
  // The memory part: for sweep() and stats(). What is changed by it is written, but waits for nothing.
  [[nodiscard]] virtual MemoryStore& memory() = 0;

  struct Stats;
  [[nodiscard]] virtual Stats stats() const = 0;

  // Writes what is left, and closes the file. Returns false if something could not be written
  // (DurableEvent::not_saved says why). Call it when no more changes come. Later calls do nothing and return
  // the same.
  virtual bool close() = 0;
};

// What the file is doing, for metrics and health.
struct DurableStore::Stats {
  enum class State {
    working,
    failing,  // the last write failed, or there is no file; what changes is in memory only
    closed,
  };
  State state = State::working;
  std::string error = {};          // of the last failed write while failing; else empty
  bool behind = false;             // the queue was dropped, and the file waits for a copy of all entries
  std::size_t queue_entries = 0;   // changed entries that are not in the file yet
  std::size_t queue_bytes = 0;     // what they take, against max_queue_bytes
  milliseconds oldest{};           // how long the oldest of them has been waiting; 0 if there is none
  std::uint64_t batches = 0;       // written
  std::uint64_t rows_written = 0;  // rows written or erased, in all batches
  std::uint64_t failures = 0;      // of writes
  std::uint64_t rewrites = 0;      // copies of all entries that were written after the queue was dropped
  std::chrono::nanoseconds commit_time{};       // of all batches: writing and fsync
  std::chrono::nanoseconds last_commit_time{};  // of the last one
  std::uint64_t loaded = 0;                     // entries that open() has read, and memory had room for
  std::uint64_t file_bytes = 0;                 // of the file and its -wal
};

}  // namespace session
