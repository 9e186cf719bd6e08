#include "core/store/durable/durable_store.h"

#include <sqlite3.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/thread.h"
#include "core/store/durable/committing_store.h"
#include "core/store/durable/file_writer.h"
#include "core/store/durable/session_file.h"
#include "core/store/durable/unix_times.h"

namespace session {
namespace {

constexpr std::uint64_t kRowsPerReport = 8192;

// What open() makes.
struct Loaded {
  std::shared_ptr<DurableParts> parts;
  std::unique_ptr<MemoryStore> memory;
  std::vector<std::uint64_t> expired;  // rows that stand for nothing
  std::uint64_t entries = 0;
};

SessionFile::Options file_options(const DurableOptions& options) {
  return {options.path, options.fingerprint, options.lock_timeout, options.vfs, options.pages_per_checkpoint};
}

// Of the file that is there at the start.
SessionFile::Options first_file_options(const DurableOptions& options) {
  SessionFile::Options first = file_options(options);
  if (!options.on_progress) return first;
  first.on_checking = [hears = options.on_progress](std::uint64_t bytes, std::uint64_t of) {
    hears({DurableProgress::Step::checking, bytes, of});
  };
  return first;
}

Loaded empty(const DurableOptions& options, const MemoryStoreOptions& memory, const Clock& clock) {
  Loaded made;
  const ChangeQueue::Options queue{std::min(options.max_queue_bytes, memory.max_bytes / 4),
                                   options.write_every};
  made.parts = std::make_shared<DurableParts>(queue, options.deadline, clock);
  MemoryStoreOptions part = memory;
  part.max_bytes -= queue.max_bytes;
  part.journal = std::shared_ptr<MemoryJournal>(made.parts, &made.parts->queue);
  made.memory = std::make_unique<MemoryStore>(std::move(part), clock);
  return made;
}

// Fills memory from the file.
Result<void, SqliteFailure> read_into(Loaded& into, SessionFile& file, const DurableOptions& options,
                                      const Clock& clock) {
  const UnixTimes times(clock);
  const auto of = file.count();
  if (!of) return of.error();
  constexpr auto kStep = DurableProgress::Step::reading;
  std::uint64_t rows = 0;
  bool key_is_taken = false;
  const auto take = [&](const SessionFile::Row& row) {
    into.parts->queue.start_rows_at(row.number + 1);
    if (++rows % kRowsPerReport == 0 && options.on_progress) options.on_progress({kStep, rows, *of});
    if (row.expires <= times.now()) {
      into.expired.push_back(row.number);
      return true;
    }
    const auto restored =
        into.memory->restore({row.number, std::string(row.key), Bytes(row.value), std::string(row.owner),
                              row.retention, times.to_memory(row.expires)});
    key_is_taken = restored == MemoryStore::Restored::key_is_taken;
    if (restored == MemoryStore::Restored::no_room) into.expired.push_back(row.number);
    return !key_is_taken;
  };
  if (auto done = file.read(take); !done) return done.error();
  into.entries = into.memory->stats().entries;  // if there was no room for all, some were evicted
  if (key_is_taken) return SqliteFailure(SQLITE_CORRUPT, "two rows have one key");
  if (options.on_progress) options.on_progress({kStep, rows, *of});
  return {};
}

class OpenStore final : public DurableStore {
 public:
  // Without a file it serves from memory alone.
  OpenStore(const DurableOptions& options, Loaded loaded, std::unique_ptr<SessionFile> file,
            const Clock& clock)
      : clock_(clock),
        durability_(options.durability),
        loaded_(loaded.entries),
        parts_(std::move(loaded.parts)),
        memory_(std::move(loaded.memory)) {
    if (durability_ == Durability::commit)
      committing_ = std::make_unique<CommittingStore>(*memory_, parts_, nullptr, clock);
    if (!file) return;
    FileWriter::Setup setup{file_options(options), options.write_every, options.on_event};
    // The process that writes does not wait for others: nobody can have the file.
    setup.file.lock_timeout = milliseconds::zero();
    writer_ = std::make_unique<FileWriter>(std::move(setup), std::move(file), std::move(loaded.expired),
                                           parts_->queue, parts_->waiters, *memory_, clock);
    thread_ = start_thread("session-file", [this] { saved_ = writer_->run(); });
  }
  // For a store without a file: why there is none.
  void serve_without_file(const std::string& why) {
    without_file_ = why;
    parts_->queue.close();
    parts_->waiters.fail(why);
  }
  ~OpenStore() override { (void)OpenStore::close(); }
  OpenStore(const OpenStore&) = delete;
  OpenStore& operator=(const OpenStore&) = delete;

  Store& store() override {
    if (committing_) return *committing_;
    return *memory_;
  }
  [[nodiscard]] std::unique_ptr<Store> observed_by(StoreObserver& observer) const override {
    if (durability_ == Durability::second) return memory_->observed_by(observer);
    return std::make_unique<CommittingStore>(*memory_, parts_, &observer, clock_);
  }
  MemoryStore& memory() override { return *memory_; }

  [[nodiscard]] Stats stats() const override {
    Stats stats;
    if (writer_) writer_->add_to(stats);
    if (!writer_) {
      stats.state = Stats::State::failing;
      stats.error = without_file_;
    }
    if (closed_) stats.state = Stats::State::closed;
    const ChangeQueue::Stats queue = parts_->queue.stats();
    stats.behind = queue.behind;
    stats.queue_entries = queue.entries;
    stats.queue_bytes = queue.bytes;
    stats.oldest = queue.oldest;
    stats.loaded = loaded_;
    return stats;
  }

  bool close() override {
    if (closed_.exchange(true)) return saved_;
    parts_->queue.stop();
    if (thread_.joinable()) thread_.join();
    parts_->queue.close();
    parts_->waiters.fail("it is closed");
    return saved_;
  }

 private:
  const Clock& clock_;
  const Durability durability_;
  const std::uint64_t loaded_;
  std::string without_file_;
  const std::shared_ptr<DurableParts> parts_;
  const std::unique_ptr<MemoryStore> memory_;
  std::unique_ptr<CommittingStore> committing_;  // under Durability::commit
  std::unique_ptr<FileWriter> writer_;           // nullptr without a file
  std::atomic<bool> closed_ = false;
  bool saved_ = false;  // the thread's until it has ended
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<DurableStore>, DurableProblem> DurableStore::open(DurableOptions options,
                                                                         MemoryStoreOptions memory,
                                                                         const Clock& clock) {
  Loaded loaded = empty(options, memory, clock);
  auto file = open_or_replace(first_file_options(options), options.on_event);
  if (file) {
    if (const auto done = read_into(loaded, **file, options, clock); !done) {
      loaded = empty(options, memory, clock);
      // An error of the disk says nothing against the file.
      if (done.error().kind() == SQLITE_CORRUPT) {
        file = replace_file(file_options(options), std::move(*file), done.error().text, options.on_event);
      } else {
        file = DurableProblem(DurableProblem::Kind::inaccessible, options.path + ": " + done.error().text);
      }
    }
  }
  // Two processes with one file would have different sessions: that is a mistake, and not the disk's.
  if (!file && (!options.serve_without_file || file.error().kind == DurableProblem::Kind::in_use))
    return file.error();
  auto opened =
      std::make_unique<OpenStore>(options, std::move(loaded), file ? std::move(*file) : nullptr, clock);
  if (!file) {
    opened->serve_without_file(file.error().text);
    if (options.on_event)
      options.on_event({DurableEvent::Kind::no_file, file.error().text + "; sessions are in memory only"});
  }
  return std::unique_ptr<DurableStore>(std::move(opened));
}

}  // namespace session
