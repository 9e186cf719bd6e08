#include "core/store/memory/shard.h"

#include <utility>

namespace session {
namespace {

// How many expired entries each write removes that nobody asked for again: more than one, so that their
// number shrinks.
constexpr std::size_t kReapedByWrite = 2;
constexpr std::int64_t kNanosPerMilli = 1'000'000;

std::int64_t nanos(Clock::Steady time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

// Saturates some 290 years ahead.
std::int64_t deadline(std::int64_t now, milliseconds ttl) {
  constexpr std::int64_t kLast = MemoryShard::kNever - 1;
  if (ttl.count() >= (kLast - now) / kNanosPerMilli) return kLast;
  return now + ttl.count() * kNanosPerMilli;
}

// Rounds up: a live entry has at least one millisecond left, the least time to live.
milliseconds time_left(std::int64_t expires, std::int64_t now) {
  return milliseconds((expires - now - 1) / kNanosPerMilli + 1);
}

void count(std::atomic<std::uint64_t>& what) { what.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

// One caller's access to a shard: holds the lock, and the time at which it was taken. The destructor
// publishes the changed horizon, releases the lock, and only then frees removed entries.
class MemoryShard::Turn {
 public:
  explicit Turn(MemoryShard& shard)
      : shard_(shard), lock_(shard.mutex_), now_(nanos(shard.clock_.steady_now())) {}
  ~Turn() {
    if (horizon_moved_) shard_.publish();
    lock_.unlock();
    removed_.clear_and_dispose(MemoryEntry::Destroy());
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  [[nodiscard]] std::int64_t now() const noexcept { return now_; }
  void horizon_moved() noexcept { horizon_moved_ = true; }
  void free_later(MemoryEntry& node) noexcept { removed_.push_back(node); }

 private:
  MemoryShard& shard_;
  std::unique_lock<std::mutex> lock_;
  std::int64_t now_;
  bool horizon_moved_ = false;
  UseOrder removed_;
};

MemoryShard::MemoryShard(const Clock& clock, MemoryBudget& budget, Horizon horizon)
    : clock_(clock), budget_(budget), horizon_(horizon) {
  publish();
}

MemoryShard::~MemoryShard() {
  by_expiry_.clear();
  by_use_.clear_and_dispose(MemoryEntry::Destroy());
}

std::optional<Entry> MemoryShard::load(const HashedKey& key) {
  Turn turn(*this);
  MemoryEntry* node = find_live(key, turn);
  if (node == nullptr) return std::nullopt;
  use(*node, turn);
  return Entry{node->bytes, time_left(node->expires, turn.now())};
}

std::optional<CreateOutcome> MemoryShard::create(MemoryEntry::Ptr& node, const HashedKey& key,
                                                 milliseconds ttl) {
  Turn turn(*this);
  if (find_live(key, turn) != nullptr) return CreateOutcome::exists;
  expire(kReapedByWrite, turn);
  if (!budget_.reserve(node->cost())) return std::nullopt;
  link(*node, ttl, turn);
  node.release();
  return CreateOutcome::created;
}

std::optional<ReplaceOutcome> MemoryShard::replace(const HashedKey& key, const Bytes& expected, Bytes& bytes,
                                                   milliseconds ttl) {
  Turn turn(*this);
  MemoryEntry* node = find_live(key, turn);
  if (node == nullptr || !(node->bytes == expected)) return ReplaceOutcome::mismatch;
  use(*node, turn);
  expire(kReapedByWrite, turn);
  if (!resize(node->cost(), MemoryEntry::cost(key.text.size(), bytes.size()))) return std::nullopt;
  std::swap(node->bytes, bytes);
  set_expiry(*node, ttl, turn);
  return ReplaceOutcome::replaced;
}

TouchOutcome MemoryShard::touch(const HashedKey& key, milliseconds ttl) {
  Turn turn(*this);
  MemoryEntry* node = find_live(key, turn);
  if (node == nullptr) return TouchOutcome::absent;
  use(*node, turn);
  set_expiry(*node, ttl, turn);
  return TouchOutcome::touched;
}

EraseOutcome MemoryShard::erase(const HashedKey& key) {
  Turn turn(*this);
  MemoryEntry* node = find_live(key, turn);
  if (node == nullptr) return EraseOutcome::absent;
  unlink(*node, turn);
  return EraseOutcome::erased;
}

EraseIfOutcome MemoryShard::erase_if(const HashedKey& key, const Bytes& expected) {
  Turn turn(*this);
  MemoryEntry* node = find_live(key, turn);
  if (node == nullptr || !(node->bytes == expected)) return EraseIfOutcome::mismatch;
  unlink(*node, turn);
  return EraseIfOutcome::erased;
}

std::size_t MemoryShard::expire(std::size_t most) {
  Turn turn(*this);
  return expire(most, turn);
}

bool MemoryShard::evict_oldest(const HashedKey& keep) {
  Turn turn(*this);
  auto oldest = by_use_.rbegin();
  if (oldest != by_use_.rend() && oldest->has(keep)) ++oldest;
  if (oldest == by_use_.rend()) return false;
  count(oldest->expires <= turn.now() ? budget_.expirations : budget_.evictions);
  unlink(*oldest, turn);
  return true;
}

// Returns the entry if it is alive, and removes it if it has expired.
MemoryEntry* MemoryShard::find_live(const HashedKey& key, Turn& turn) {
  MemoryEntry* node = index_.find(key);
  if (node == nullptr || node->expires > turn.now()) return node;
  count(budget_.expirations);
  unlink(*node, turn);
  return nullptr;
}

bool MemoryShard::resize(std::size_t from, std::size_t to) noexcept {
  if (to > from) return budget_.reserve(to - from);
  budget_.release(from - to);
  return true;
}

void MemoryShard::use(MemoryEntry& node, Turn& turn) {
  // On the hot path: compares the ends of the list by address, without reading their memory.
  if (&by_use_.back() == &node) turn.horizon_moved();
  if (&by_use_.front() != &node) {
    by_use_.erase(by_use_.iterator_to(node));
    by_use_.push_front(node);
  }
  node.last_use = turn.now();
}

void MemoryShard::set_expiry(MemoryEntry& node, milliseconds ttl, Turn& turn) {
  turn.horizon_moved();
  by_expiry_.erase(by_expiry_.iterator_to(node));
  node.expires = deadline(turn.now(), ttl);
  by_expiry_.insert(by_expiry_.end(), node);
}

void MemoryShard::link(MemoryEntry& node, milliseconds ttl, Turn& turn) {
  turn.horizon_moved();
  index_.insert(node);
  node.last_use = turn.now();
  node.expires = deadline(turn.now(), ttl);
  by_use_.push_front(node);
  // A hint: most entries live equally long, so the newest is the last to expire.
  by_expiry_.insert(by_expiry_.end(), node);
  budget_.entries.fetch_add(1, std::memory_order_relaxed);
}

void MemoryShard::unlink(MemoryEntry& node, Turn& turn) {
  turn.horizon_moved();
  index_.remove(node);
  by_use_.erase(by_use_.iterator_to(node));
  by_expiry_.erase(by_expiry_.iterator_to(node));
  budget_.release(node.cost());
  budget_.entries.fetch_sub(1, std::memory_order_relaxed);
  turn.free_later(node);
}

std::size_t MemoryShard::expire(std::size_t most, Turn& turn) {
  std::size_t reaped = 0;
  while (reaped < most && !by_expiry_.empty() && by_expiry_.begin()->expires <= turn.now()) {
    count(budget_.expirations);
    unlink(*by_expiry_.begin(), turn);
    ++reaped;
  }
  return reaped;
}

void MemoryShard::publish() noexcept {
  const std::int64_t use = by_use_.empty() ? kNever : by_use_.back().last_use;
  const std::int64_t expiry = by_expiry_.empty() ? kNever : by_expiry_.begin()->expires;
  horizon_.oldest_use.store(use, std::memory_order_relaxed);
  horizon_.earliest_expiry.store(expiry, std::memory_order_relaxed);
}

}  // namespace session
