#include "core/store/memory/shard.h"

#include <utility>

namespace session {
namespace {

// The number of expired entries that each write removes. It is more than one, so that removal is faster than
// insertion.
constexpr std::size_t kExpiredPerWrite = 2;
constexpr std::int64_t kNanosPerMilli = 1'000'000;

std::int64_t nanos(Clock::Steady time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

// Returns the time of expiry in ns, saturated some 290 years ahead.
std::int64_t deadline(std::int64_t now, milliseconds ttl) {
  constexpr std::int64_t kLast = MemoryShard::kNever - 1;
  if (ttl.count() >= (kLast - now) / kNanosPerMilli) return kLast;
  return now + ttl.count() * kNanosPerMilli;
}

// Rounds up: a live entry has at least one millisecond left, the least time to live.
milliseconds time_left(std::int64_t expires, std::int64_t now) {
  return milliseconds((expires - now - 1) / kNanosPerMilli + 1);
}

// Whether that is its owner; an empty name: whether it is nobody's.
bool owned_by(const MemoryEntry& node, const std::string& owner) {
  return node.owner == nullptr ? owner.empty() : node.owner->name() == owner;
}

void count(std::atomic<std::uint64_t>& what) { what.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

// One caller's access to a shard: holds the lock, and the time at which it was taken. The destructor
// publishes the changed horizon, releases the lock, and only then frees removed entries.
class MemoryShard::Access {
 public:
  explicit Access(MemoryShard& shard)
      : shard_(shard), lock_(shard.mutex_), now_(nanos(shard.clock_.steady_now())) {}
  ~Access() {
    if (horizon_moved_) shard_.publish();
    lock_.unlock();
    removed_.clear_and_dispose(MemoryEntry::Destroy());
  }
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

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

MemoryShard::MemoryShard(const Clock& clock, MemoryBudget& budget, MemoryOwners& owners,
                         MemoryJournal* journal, Horizon horizon)
    : clock_(clock), budget_(budget), owners_(owners), journal_(journal), horizon_(horizon) {
  publish();
}

MemoryShard::~MemoryShard() {
  by_expiry_.clear();
  by_use_.clear_and_dispose(MemoryEntry::Destroy());
  by_expendable_use_.clear_and_dispose(MemoryEntry::Destroy());
}

std::optional<Entry> MemoryShard::load(const HashedKey& key) {
  Access access(*this);
  MemoryEntry* node = find_live(key, access);
  if (node == nullptr) return std::nullopt;
  use(*node, access);
  return Entry{node->bytes, time_left(node->expires, access.now())};
}

std::optional<CreateOutcome> MemoryShard::create(MemoryEntry::Ptr& node, const HashedKey& key,
                                                 const StoreTerms& terms) {
  Access access(*this);
  if (find_live(key, access) != nullptr) return CreateOutcome::exists;
  expire(kExpiredPerWrite, access);
  const std::size_t cost = MemoryEntry::cost(key.text.size(), node->bytes.size(), terms.owner.size());
  if (!budget_.reserve(cost, node->retention())) return std::nullopt;
  if (!terms.owner.empty() && !owners_.link(*node, terms.owner, terms.owner_limit)) {
    budget_.release(cost, node->retention());
    return CreateOutcome::too_many;
  }
  if (journal_ != nullptr) node->row = journal_->new_row();
  link(*node, deadline(access.now(), terms.ttl), access);
  if (journal_ != nullptr) journal_->stored(*node);
  node.release();
  return CreateOutcome::created;
}

std::optional<ReplaceOutcome> MemoryShard::replace(const HashedKey& key, const Bytes& expected, Bytes& bytes,
                                                   const StoreTerms& terms) {
  Access access(*this);
  MemoryEntry* node = find_live(key, access);
  if (node == nullptr || !(node->bytes == expected)) return ReplaceOutcome::mismatch;
  use(*node, access);
  expire(kExpiredPerWrite, access);
  const std::size_t cost = MemoryEntry::cost(key.text.size(), bytes.size(), terms.owner.size());
  if (!budget_.change(node->cost(), node->retention(), cost, terms.retention)) return std::nullopt;
  std::swap(node->bytes, bytes);
  if (node->retention() != terms.retention) {
    uses(*node).erase(UseOrder::s_iterator_to(*node));
    node->expendable = terms.retention == Retention::expendable ? 1 : 0;
    uses(*node).push_front(*node);
  }
  set_owner(*node, terms.owner);
  set_expiry(*node, terms.ttl, access);
  if (journal_ != nullptr) journal_->stored(*node);
  return ReplaceOutcome::replaced;
}

std::optional<TouchOutcome> MemoryShard::touch(const HashedKey& key, const StoreTerms& terms) {
  Access access(*this);
  MemoryEntry* node = find_live(key, access);
  if (node == nullptr) return TouchOutcome::absent;
  use(*node, access);
  const bool owner_changes = !terms.owner.empty() && !owned_by(*node, terms.owner);
  if (owner_changes && !change_owner(*node, terms.owner)) return std::nullopt;
  set_expiry(*node, terms.ttl, access);
  if (journal_ != nullptr) owner_changes ? journal_->stored(*node) : journal_->extended(*node);
  return TouchOutcome::touched;
}

bool MemoryShard::own(const HashedKey& key, const std::string& owner) {
  Access access(*this);
  MemoryEntry* node = find_live(key, access);
  if (node == nullptr || owned_by(*node, owner)) return true;
  if (!change_owner(*node, owner)) return false;
  if (journal_ != nullptr) journal_->stored(*node);
  return true;
}

EraseOutcome MemoryShard::erase(const HashedKey& key) {
  Access access(*this);
  MemoryEntry* node = find_live(key, access);
  if (node == nullptr) return EraseOutcome::absent;
  unlink(*node, access);
  return EraseOutcome::erased;
}

EraseIfOutcome MemoryShard::erase_if(const HashedKey& key, const Bytes& expected) {
  Access access(*this);
  MemoryEntry* node = find_live(key, access);
  if (node == nullptr || !(node->bytes == expected)) return EraseIfOutcome::mismatch;
  unlink(*node, access);
  return EraseIfOutcome::erased;
}

template <class Take>
std::uint64_t MemoryShard::each_from(std::uint64_t position, std::size_t max, Take take) {
  std::vector<const MemoryEntry*> nodes;
  const std::lock_guard lock(mutex_);
  for (std::size_t buckets = 0; buckets < max && position < MemoryIndex::kEnd; ++buckets)
    position = index_.nodes_from(position, nodes);
  for (const MemoryEntry* node : nodes) take(*node);
  return position;
}

std::uint64_t MemoryShard::keys_from(std::uint64_t position, std::size_t max,
                                     std::vector<std::string>& keys) {
  return each_from(position, max, [&](const MemoryEntry& node) { keys.emplace_back(node.key()); });
}

std::uint64_t MemoryShard::records_from(std::uint64_t position, std::size_t max,
                                        std::vector<MemoryRecord>& records) {
  return each_from(position, max, [&](const MemoryEntry& node) {
    std::string owner(node.owner == nullptr ? std::string_view() : node.owner->name());
    records.push_back(
        {node.row, std::string(node.key()), node.bytes, std::move(owner), node.retention(), node.expires});
  });
}

std::optional<CreateOutcome> MemoryShard::restore(MemoryEntry::Ptr& node, const HashedKey& key,
                                                  const MemoryRecord& record) {
  Access access(*this);
  if (find_live(key, access) != nullptr) return CreateOutcome::exists;
  const std::size_t cost = MemoryEntry::cost(key.text.size(), node->bytes.size(), record.owner.size());
  if (!budget_.reserve(cost, node->retention())) return std::nullopt;
  if (!record.owner.empty()) (void)owners_.link(*node, record.owner, std::nullopt);
  node->row = record.row;
  link(*node, record.expires, access);
  node.release();
  return CreateOutcome::created;
}

std::size_t MemoryShard::expire(std::size_t max) {
  Access access(*this);
  return expire(max, access);
}

bool MemoryShard::evict_oldest(const HashedKey& keep, Retention retention) {
  Access access(*this);
  UseOrder& order = retention == Retention::keep ? by_use_ : by_expendable_use_;
  auto oldest = order.rbegin();
  if (oldest != order.rend() && oldest->has(keep)) ++oldest;
  if (oldest == order.rend()) return false;
  if (oldest->expires <= access.now()) {
    count(budget_.expirations);
  } else {
    count(retention == Retention::keep ? budget_.evictions : budget_.expendable_evictions);
  }
  unlink(*oldest, access);
  return true;
}

// Returns the entry if it is alive, and removes it if it has expired.
MemoryEntry* MemoryShard::find_live(const HashedKey& key, Access& access) {
  MemoryEntry* node = index_.find(key);
  if (node == nullptr || node->expires > access.now()) return node;
  count(budget_.expirations);
  unlink(*node, access);
  return nullptr;
}

void MemoryShard::use(MemoryEntry& node, Access& access) {
  // On the hot path: compares the ends of the list by address, without reading their memory.
  UseOrder& order = uses(node);
  if (&order.back() == &node) access.horizon_moved();
  if (&order.front() != &node) {
    order.erase(UseOrder::s_iterator_to(node));
    order.push_front(node);
  }
  node.last_use = access.now();
}

void MemoryShard::set_expiry(MemoryEntry& node, milliseconds ttl, Access& access) {
  access.horizon_moved();
  by_expiry_.erase(by_expiry_.iterator_to(node));
  node.expires = deadline(access.now(), ttl);
  by_expiry_.insert(by_expiry_.end(), node);
}

// Sets an owner whose room is reserved already.
void MemoryShard::set_owner(MemoryEntry& node, const std::string& owner) {
  if (owned_by(node, owner)) return;
  owners_.unlink(node);
  if (!owner.empty()) (void)owners_.link(node, owner, std::nullopt);
}

// Returns false, and changes nothing, if there is no room for the owner.
bool MemoryShard::change_owner(MemoryEntry& node, const std::string& owner) {
  const std::size_t cost = MemoryEntry::cost(node.key_size, node.bytes.size(), owner.size());
  if (!budget_.change(node.cost(), node.retention(), cost, node.retention())) return false;
  set_owner(node, owner);
  return true;
}

void MemoryShard::link(MemoryEntry& node, std::int64_t expires, Access& access) {
  access.horizon_moved();
  index_.insert(node);
  node.last_use = access.now();
  node.expires = expires;
  uses(node).push_front(node);
  // A hint: most entries live equally long, so the newest is the last to expire.
  by_expiry_.insert(by_expiry_.end(), node);
  budget_.entries.fetch_add(1, std::memory_order_relaxed);
}

void MemoryShard::unlink(MemoryEntry& node, Access& access) {
  if (journal_ != nullptr) journal_->erased(node);
  access.horizon_moved();
  index_.remove(node);
  uses(node).erase(UseOrder::s_iterator_to(node));
  by_expiry_.erase(by_expiry_.iterator_to(node));
  budget_.release(node.cost(), node.retention());
  owners_.unlink(node);
  budget_.entries.fetch_sub(1, std::memory_order_relaxed);
  access.free_later(node);
}

std::size_t MemoryShard::expire(std::size_t max, Access& access) {
  std::size_t expired = 0;
  while (expired < max && !by_expiry_.empty() && by_expiry_.begin()->expires <= access.now()) {
    count(budget_.expirations);
    unlink(*by_expiry_.begin(), access);
    ++expired;
  }
  return expired;
}

void MemoryShard::publish() noexcept {
  const auto oldest = [](const UseOrder& order) { return order.empty() ? kNever : order.back().last_use; };
  const std::int64_t expiry = by_expiry_.empty() ? kNever : by_expiry_.begin()->expires;
  horizon_.oldest_use.store(oldest(by_use_), std::memory_order_relaxed);
  horizon_.oldest_expendable_use.store(oldest(by_expendable_use_), std::memory_order_relaxed);
  horizon_.earliest_expiry.store(expiry, std::memory_order_relaxed);
}

}  // namespace session
