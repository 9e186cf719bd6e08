#include "core/store/durable/change_queue.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/store/memory/entry.h"
#include "core/store/memory/owners.h"

namespace session {
namespace {

// What a change takes beside its texts: a node of the map with its share of the buckets, and the texts' heap
// blocks.
constexpr std::size_t kNode = sizeof(RowChanges::value_type) + 64;

std::size_t cost_of(const RowChanges& changes) {
  std::size_t bytes = 0;
  for (const auto& [row, change] : changes) bytes += change.cost();
  return bytes;
}

}  // namespace

std::size_t RowChange::cost() const noexcept { return kNode + key.size() + owner.size() + bytes.size(); }

void RowChange::follow(RowChange&& later) {
  if (later.kind == Kind::extend) {
    if (kind != Kind::erase) expires = later.expires;
    return;
  }
  *this = std::move(later);
}

ChangeQueue::ChangeQueue(Options options, const Clock& clock)
    : options_(options), clock_(clock), listeners_(clock.listeners()) {
  if (listeners_ != nullptr) listeners_->add(*this);
}

ChangeQueue::~ChangeQueue() {
  if (listeners_ != nullptr) listeners_->remove(*this);
}

std::uint64_t ChangeQueue::new_row() noexcept { return next_row_.fetch_add(1, std::memory_order_relaxed); }

void ChangeQueue::stored(const MemoryEntry& entry) noexcept {
  RowChange change;
  change.kind = RowChange::Kind::put;
  change.retention = entry.retention();
  change.expires = entry.expires;
  change.bytes = entry.bytes;
  try {
    change.key = entry.key();
    if (entry.owner != nullptr) change.owner = entry.owner->name();
  } catch (const std::exception&) {
    return fall_behind();  // There is no memory for it.
  }
  add(entry.row, std::move(change));
}

void ChangeQueue::extended(const MemoryEntry& entry) noexcept {
  RowChange change;
  change.kind = RowChange::Kind::extend;
  change.expires = entry.expires;
  add(entry.row, std::move(change));
}

void ChangeQueue::erased(const MemoryEntry& entry) noexcept { add(entry.row, RowChange()); }

void ChangeQueue::add(std::uint64_t row, RowChange&& change) noexcept {
  const std::lock_guard lock(mutex_);
  ++last_;
  if (behind_ || closed_) return;
  try {
    const bool first = pending_.empty();
    const std::size_t before = pending_bytes_;
    if (first) oldest_pending_ = clock_.steady_now();
    if (pending_bytes_ + taken_bytes_ + change.cost() > options_.max_bytes) {
      drop();
    } else {
      insert(row, std::move(change));
    }
    const std::size_t large = options_.max_bytes / 4;
    if (first || behind_ || (before < large && pending_bytes_ >= large)) changed_.notify_one();
  } catch (const std::exception&) {
    drop();
    changed_.notify_one();
  }
}

void ChangeQueue::insert(std::uint64_t row, RowChange&& change) {
  const auto [at, is_new] = pending_.try_emplace(row);
  if (is_new) {
    at->second = std::move(change);
  } else {
    pending_bytes_ -= at->second.cost();
    at->second.follow(std::move(change));
  }
  pending_bytes_ += at->second.cost();
}

// Nothing is pending while the file is behind. What was dropped may not come back: it is older than the copy.
void ChangeQueue::drop() {
  if (std::exchange(behind_, true)) return;
  behind_since_ = pending_.empty() ? clock_.steady_now() : oldest_pending_;
  dropped_.swap(pending_);
  dropped_bytes_ += std::exchange(pending_bytes_, 0);
}

void ChangeQueue::fall_behind() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  ++last_;
  drop();
  changed_.notify_one();
}

std::uint64_t ChangeQueue::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

void ChangeQueue::hurry() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(hurry_, true)) changed_.notify_one();
}

void ChangeQueue::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_one();
}

void ChangeQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  pending_ = RowChanges();
  pending_bytes_ = taken_bytes_ = taken_entries_ = 0;
}

ChangeQueue::Wake ChangeQueue::wait(const Writer& writer) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopped_) return Wake::stop;
    const Clock::Steady now = clock_.steady_now();
    Clock::Steady at = Clock::Steady::max();
    if (is_due(writer, now, at)) return Wake::write;
    if (now >= writer.idle_work) return Wake::idle_work;
    sleep_until(lock, std::min(at, writer.idle_work));
  }
}

// Otherwise `at` is when it will be, if nothing else happens.
bool ChangeQueue::is_due(const Writer& writer, Clock::Steady now, Clock::Steady& at) const {
  if (pending_.empty() && !behind_ && !writer.has_work) return false;
  if (writer.failing) {
    at = writer.not_before;
  } else {
    if (hurry_ || behind_ || writer.has_work || pending_bytes_ >= options_.max_bytes / 4) return true;
    at = oldest_pending_ + options_.write_every;
  }
  return now >= at;
}

void ChangeQueue::sleep_until(std::unique_lock<std::mutex>& lock, Clock::Steady at) {
  if (listeners_ != nullptr || at == Clock::Steady::max()) {
    changed_.wait(lock);
  } else {
    changed_.wait_until(lock, at);
  }
}

void ChangeQueue::clock_was_set() {
  const std::lock_guard lock(mutex_);
  changed_.notify_one();
}

std::optional<std::uint64_t> ChangeQueue::take(RowChanges& batch) {
  RowChanges fresh;
  std::uint64_t last = 0;
  {
    const std::lock_guard lock(mutex_);
    if (behind_) return std::nullopt;
    hurry_ = false;
    if (!pending_.empty() && (batch.empty() || oldest_taken_ > oldest_pending_))
      oldest_taken_ = oldest_pending_;
    fresh.swap(pending_);
    taken_bytes_ += std::exchange(pending_bytes_, 0);
    taken_entries_ += fresh.size();
    last = last_;
  }
  // Without the lock, for which every change waits.
  if (batch.empty()) {
    batch.swap(fresh);
    return last;
  }
  for (auto& [row, change] : fresh) {
    const auto [at, is_new] = batch.try_emplace(row);
    is_new ? void(at->second = std::move(change)) : at->second.follow(std::move(change));
  }
  const std::size_t bytes = cost_of(batch);
  const std::lock_guard lock(mutex_);
  taken_bytes_ = bytes;
  taken_entries_ = batch.size();
  return last;
}

void ChangeQueue::written() {
  const std::lock_guard lock(mutex_);
  taken_bytes_ = taken_entries_ = 0;
  copying_ = false;
}

void ChangeQueue::begin_copy() {
  RowChanges freed;
  const std::lock_guard lock(mutex_);
  freed.swap(dropped_);
  dropped_bytes_ = 0;
  behind_ = false;
  copying_ = true;
}

bool ChangeQueue::behind() const {
  const std::lock_guard lock(mutex_);
  return behind_;
}

ChangeQueue::Stats ChangeQueue::stats() const {
  const std::lock_guard lock(mutex_);
  Clock::Steady oldest = Clock::Steady::max();
  const bool behind = behind_ || copying_;
  if (behind) oldest = std::min(oldest, behind_since_);
  if (taken_entries_ > 0) oldest = std::min(oldest, oldest_taken_);
  if (!pending_.empty()) oldest = std::min(oldest, oldest_pending_);
  Stats stats{behind, pending_.size() + taken_entries_, pending_bytes_ + taken_bytes_ + dropped_bytes_,
              milliseconds::zero()};
  if (oldest != Clock::Steady::max())
    stats.oldest = std::chrono::duration_cast<milliseconds>(clock_.steady_now() - oldest);
  return stats;
}

}  // namespace session
