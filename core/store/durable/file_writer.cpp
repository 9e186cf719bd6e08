#include "core/store/durable/file_writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "core/store/durable/unix_times.h"

namespace session {
namespace {

constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{5000};
constexpr std::size_t kRecordsPerPiece = 256;
constexpr std::size_t kExpiredPerBatch = 1000;
// How often the last changes are tried at the stop.
constexpr int kLastTries = 3;

DurableProblem named(const SessionFile::Options& options, const SessionFile::Problem& problem) {
  const bool in_use = problem.kind == SessionFile::Problem::Kind::in_use;
  return {in_use ? DurableProblem::Kind::in_use : DurableProblem::Kind::inaccessible,
          options.path + ": " + problem.text};
}

SessionFile::Row row_of(std::uint64_t number, const RowChange& change, const UnixTimes& times) {
  return {number,       change.key,       change.bytes.view(),
          change.owner, change.retention, times.to_file(change.expires)};
}

// Opens a new file in the place of one that was renamed to `aside`.
Result<std::unique_ptr<SessionFile>, DurableProblem> begin_anew(const SessionFile::Options& options,
                                                                const std::string& aside,
                                                                const std::string& why,
                                                                const DurableEvents& on_event) {
  if (on_event) {
    on_event({DurableEvent::Kind::set_aside,
              options.path + " can't be used: " + why + "; it is now " + aside + ", and a new file begins"});
  }
  auto opened = SessionFile::open(options);
  if (!opened) return named(options, opened.error());
  return std::move(*opened);
}

}  // namespace

Result<std::unique_ptr<SessionFile>, DurableProblem> replace_file(const SessionFile::Options& options,
                                                                  std::unique_ptr<SessionFile> file,
                                                                  const std::string& why,
                                                                  const DurableEvents& on_event) {
  auto aside = SessionFile::set_aside(options, std::move(file));
  if (!aside) return named(options, aside.error());
  return begin_anew(options, *aside, why, on_event);
}

Result<std::unique_ptr<SessionFile>, DurableProblem> open_or_replace(const SessionFile::Options& options,
                                                                     const DurableEvents& on_event) {
  auto opened = SessionFile::open(options);
  if (opened) return std::move(*opened);
  if (opened.error().kind != SessionFile::Problem::Kind::unusable) return named(options, opened.error());
  return begin_anew(options, opened.error().aside, opened.error().text, on_event);
}

FileWriter::FileWriter(Setup setup, std::unique_ptr<SessionFile> file, std::vector<std::uint64_t> expired,
                       ChangeQueue& queue, CommitWaiters& waiters, const MemoryStore& memory,
                       const Clock& clock)
    : setup_(std::move(setup)),
      queue_(queue),
      waiters_(waiters),
      memory_(memory),
      clock_(clock),
      file_(std::move(file)),
      expired_(std::move(expired)),
      last_idle_work_(clock.steady_now()) {
  stats_.file_bytes = file_->bytes();
}

bool FileWriter::run() {
  for (;;) {
    ChangeQueue::Writer state;
    // A write of nothing shows whether a file that has failed can be written again.
    state.has_work = !batch_.empty() || checkpoint_is_due_ || failing_;
    state.failing = failing_;
    state.not_before = not_before_;
    state.idle_work =
        expired_.empty() || failing_ ? Clock::Steady::max() : last_idle_work_ + setup_.write_every;
    switch (queue_.wait(state)) {
      case ChangeQueue::Wake::write:
        write();
        break;
      case ChangeQueue::Wake::idle_work:
        erase_expired();
        break;
      case ChangeQueue::Wake::stop:
        return finish();
    }
  }
}

void FileWriter::write() {
  const Clock::Steady began = clock_.steady_now();
  std::uint64_t last = 0;
  rows_ = 0;
  Written done;
  try {
    done = ensure_file();
    if (done) done = queue_.behind() ? copy_all(last) : write_batch(last);
  } catch (const std::exception&) {
    // A part of the batch may be lost.
    queue_.fall_behind();
    done = SqliteFailure(SQLITE_NOMEM, "the gateway has run out of memory");
  }
  if (!done) return failed(done.error());
  succeeded(last, began, rows_);
}

// Whatever has become of the file, what is opened anew gets a copy of all entries.
FileWriter::Written FileWriter::ensure_file() {
  if (file_ && !damaged_ && !file_->is_gone()) return {};
  give_up_batch();
  queue_.fall_behind();
  auto opened = file_ && damaged_
                    ? replace_file(setup_.file, std::move(file_), "it is damaged", setup_.on_event)
                    : (file_.reset(), open_or_replace(setup_.file, setup_.on_event));
  if (!opened) return SqliteFailure(SQLITE_CANTOPEN, opened.error().text);
  file_ = std::move(*opened);
  damaged_ = false;
  return {};
}

FileWriter::Written FileWriter::write_batch(std::uint64_t& last) {
  const auto taken = queue_.take(batch_);
  if (!taken) return copy_all(last);
  last = *taken;
  SessionFile::Transaction transaction(*file_);
  apply(batch_, transaction);
  rows_ = batch_.size();
  return transaction.commit();
}

// In the order of the rows, so that each page is looked for once.
void FileWriter::apply(const RowChanges& changes, SessionFile::Transaction& to) const {
  std::vector<const RowChanges::value_type*> ordered;
  ordered.reserve(changes.size());
  for (const auto& change : changes) ordered.push_back(&change);
  std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  const UnixTimes times(clock_);
  for (const auto* at : ordered) {
    const auto& [number, change] = *at;
    switch (change.kind) {
      case RowChange::Kind::put:
        to.put(row_of(number, change, times));
        break;
      case RowChange::Kind::extend:
        to.extend(number, times.to_file(change.expires));
        break;
      case RowChange::Kind::erase:
        to.erase(number);
        break;
    }
  }
}

// Entries change meanwhile. Each change after begin_copy() is in the queue, and comes into the same
// transaction after the copy. So the file gets the state of the moment at which the queue is taken.
FileWriter::Written FileWriter::copy_all(std::uint64_t& last) {
  if (!std::exchange(told_behind_, true))
    tell(DurableEvent::Kind::behind, "changes were not written in time; all sessions are written anew");
  give_up_batch();
  queue_.begin_copy();
  SessionFile::Transaction transaction(*file_);
  transaction.clear();
  MemoryStore::Cursor cursor;
  std::vector<MemoryRecord> records;
  for (bool more = true; more && !transaction.failed();) {
    records.clear();
    more = memory_.records_from(cursor, kRecordsPerPiece, records);
    const UnixTimes times(clock_);
    for (const MemoryRecord& r : records)
      transaction.put({r.row, r.key, r.bytes.view(), r.owner, r.retention, times.to_file(r.expires)});
    rows_ += records.size();
  }
  const auto taken = queue_.take(batch_);
  if (!taken) return SqliteFailure(SQLITE_FULL, "changes come faster than the disk takes them");
  apply(batch_, transaction);
  rows_ += batch_.size();
  Written done = transaction.commit();
  if (!done) {
    queue_.fall_behind();
    return done;
  }
  last = *taken;
  expired_.clear();
  const std::lock_guard lock(mutex_);
  ++stats_.rewrites;
  return done;
}

void FileWriter::give_up_batch() {
  batch_ = RowChanges();
  queue_.written();
}

void FileWriter::succeeded(std::uint64_t last, Clock::Steady began, std::uint64_t rows) {
  give_up_batch();
  {
    const std::lock_guard lock(mutex_);
    ++stats_.batches;
    stats_.rows_written += rows;
    stats_.last_commit_time = clock_.steady_now() - began;
    stats_.commit_time += stats_.last_commit_time;
    stats_.file_bytes = file_->bytes();
  }
  waiters_.advance(last);
  // After the answers: nobody waits for it.
  const Written moved = checkpoint_is_due_ ? file_->checkpoint() : file_->checkpoint_if_due();
  checkpoint_is_due_ = !moved;
  if (!moved) return failed(moved.error());
  told_behind_ = false;
  pause_ = milliseconds::zero();
  if (!std::exchange(failing_, false)) return;
  tell(DurableEvent::Kind::recovered, "it is written again, and has all sessions");
  const std::lock_guard lock(mutex_);
  stats_.state = DurableStore::Stats::State::working;
  stats_.error.clear();
}

void FileWriter::failed(const SqliteFailure& failure) {
  damaged_ = damaged_ || failure.kind() == SQLITE_CORRUPT || failure.kind() == SQLITE_NOTADB;
  if (queue_.behind()) give_up_batch();
  pause_ = std::clamp(2 * pause_, kFirstPause, kLongestPause);
  not_before_ = clock_.steady_now() + pause_;
  {
    const std::lock_guard lock(mutex_);
    ++stats_.failures;
    stats_.state = DurableStore::Stats::State::failing;
    stats_.error = failure.text;
  }
  waiters_.fail(failure.text);
  if (!std::exchange(failing_, true))
    tell(DurableEvent::Kind::failing, "it can't be written: " + failure.text);
}

void FileWriter::erase_expired() {
  last_idle_work_ = clock_.steady_now();
  if (Written done = ensure_file(); !done) return failed(done.error());
  if (queue_.behind()) return;
  const std::size_t rows = std::min(expired_.size(), kExpiredPerBatch);
  SessionFile::Transaction transaction(*file_);
  for (std::size_t i = 0; i < rows; ++i) transaction.erase(expired_.at(expired_.size() - 1 - i));
  if (Written done = transaction.commit(); !done) return failed(done.error());
  expired_.resize(expired_.size() - rows);
}

bool FileWriter::finish() {
  const auto is_left = [this] {
    const ChangeQueue::Stats left = queue_.stats();
    return left.entries > 0 || left.behind;
  };
  for (int tries = 0; tries < kLastTries && (is_left() || checkpoint_is_due_); ++tries) write();
  // What was committed is in the -wal, if it can't be moved.
  if (file_) (void)file_->close();
  const bool saved = !is_left();
  if (!saved) {
    const std::lock_guard lock(mutex_);
    tell(DurableEvent::Kind::not_saved, "the last changes are lost: " + stats_.error);
  }
  file_.reset();
  return saved;
}

void FileWriter::tell(DurableEvent::Kind kind, const std::string& what) const {
  if (setup_.on_event) setup_.on_event({kind, setup_.file.path + ": " + what});
}

void FileWriter::add_to(DurableStore::Stats& stats) const {
  const std::lock_guard lock(mutex_);
  stats.state = stats_.state;
  stats.error = stats_.error;
  stats.batches = stats_.batches;
  stats.rows_written = stats_.rows_written;
  stats.failures = stats_.failures;
  stats.rewrites = stats_.rewrites;
  stats.commit_time = stats_.commit_time;
  stats.last_commit_time = stats_.last_commit_time;
  stats.file_bytes = stats_.file_bytes;
}

}  // namespace session
