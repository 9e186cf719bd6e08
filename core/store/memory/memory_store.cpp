#include "core/store/memory/memory_store.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <charconv>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "core/store/memory/owners.h"
#include "core/store/memory/shard.h"
#include "core/store/memory/sip_hash.h"

namespace session {
namespace {

constexpr std::size_t kShardBits = 6;
constexpr std::size_t kShards = std::size_t{1} << kShardBits;
// The number of expired entries that a sweep removes under one lock, within a few microseconds.
constexpr std::size_t kExpiredPerLock = 16;

// The number of buckets that are read under one lock.
constexpr std::size_t kBucketsPerLock = 64;

// Reads a cursor of MemoryStore::keys; the beginning for any other text.
std::pair<std::size_t, std::uint64_t> parsed_cursor(std::string_view cursor) {
  std::size_t shard = 0;
  std::uint64_t position = 0;
  const char* end = cursor.data() + cursor.size();
  const auto first = std::from_chars(cursor.data(), end, shard);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return {0, 0};
  const auto second = std::from_chars(first.ptr + 1, end, position);
  if (second.ec != std::errc() || second.ptr != end || shard >= kShards) return {0, 0};
  return {shard, position};
}

SipHash<1, 3> seeded_hash() {
  std::random_device entropy;
  const auto word = [&] { return std::uint64_t{entropy()} << 32 | entropy(); };
  const std::uint64_t k0 = word();
  return {k0, word()};
}

StoreFailure too_large() {
  return StoreFailure(StoreFailure::Kind::full, "memory store: one entry is larger than max_bytes");
}

StoreFailure no_room() {
  return StoreFailure(StoreFailure::Kind::full,
                      "memory store: no room is left for a session without a subject");
}

// One time for each shard. They are contiguous, so that a search for the earliest reads few cache lines.
class ShardTimes {
 public:
  static constexpr std::size_t kNone = kShards;

  [[nodiscard]] std::atomic<std::int64_t>& of(std::size_t shard) { return times_[shard]; }

  // Returns the shard with the earliest time up to `latest`, without `skipped`; kNone if there is none.
  [[nodiscard]] std::size_t earliest_shard(std::int64_t latest, std::size_t skipped = kNone) const {
    std::size_t found = kNone;
    for (std::size_t i = 0; i < kShards; ++i) {
      const std::int64_t time = times_[i].load(std::memory_order_relaxed);
      if (time > latest || i == skipped) continue;
      latest = time - 1;
      found = i;
    }
    return found;
  }

 private:
  alignas(64) std::array<std::atomic<std::int64_t>, kShards> times_{};
};

}  // namespace

class MemoryStore::Shards {
 public:
  Shards(std::size_t max_bytes, std::shared_ptr<MemoryJournal> journal, const Clock& clock)
      : clock_(clock), journal_(std::move(journal)), budget_(max_bytes) {
    shards_.reserve(kShards);
    for (std::size_t i = 0; i < kShards; ++i)
      shards_.push_back(std::make_unique<MemoryShard>(
          clock, budget_, owners_, journal_.get(),
          MemoryShard::Horizon{uses_.of(i), expendable_uses_.of(i), expiries_.of(i)}));
  }

  [[nodiscard]] HashedKey hashed(std::string_view key) const noexcept { return {key, hash_(key)}; }
  [[nodiscard]] MemoryShard& of(const HashedKey& key) const noexcept {
    return *shards_[key.hash >> (64 - kShardBits)];
  }
  [[nodiscard]] MemoryOwners& owners() noexcept { return owners_; }
  [[nodiscard]] const MemoryBudget& budget() const noexcept { return budget_; }
  [[nodiscard]] bool could_hold(const HashedKey& key, const Bytes& bytes,
                                const StoreTerms& terms) const noexcept {
    const std::size_t cost = MemoryEntry::cost(key.text.size(), bytes.size(), terms.owner.size());
    return cost <= budget_.max(terms.retention);
  }

  // Returns keys, about `max`, from a cursor on: the number of a shard, and a position in it.
  [[nodiscard]] KeyPage keys(std::string_view cursor, std::size_t max) {
    KeyPage page;
    auto [shard, position] = parsed_cursor(cursor);
    while (shard < kShards && page.keys.size() < max) {
      position =
          shards_[shard]->keys_from(position, std::min(max - page.keys.size(), kBucketsPerLock), page.keys);
      if (position < MemoryIndex::kEnd) continue;
      ++shard;
      position = 0;
    }
    if (shard < kShards) page.cursor = std::to_string(shard) + "." + std::to_string(position);
    return page;
  }

  [[nodiscard]] bool records_from(Cursor& cursor, std::size_t max, std::vector<MemoryRecord>& records) {
    const std::size_t end = records.size() + max;
    while (cursor.shard < kShards && records.size() < end) {
      cursor.position = shards_[cursor.shard]->records_from(
          cursor.position, std::min(end - records.size(), kBucketsPerLock), records);
      if (cursor.position < MemoryIndex::kEnd) continue;
      ++cursor.shard;
      cursor.position = 0;
    }
    return cursor.shard < kShards;
  }

  // Removes up to `max` expired entries of the shard whose entry expired first.
  std::size_t expire(std::size_t max) {
    const auto now =
        std::chrono::duration_cast<std::chrono::nanoseconds>(clock_.steady_now().time_since_epoch());
    const std::size_t i = expiries_.earliest_shard(now.count());
    return i == ShardTimes::kNone ? 0 : shards_[i]->expire(max);
  }

  // Removes an entry other than `keep`, for a write of that kind that exceeds a cap: an expendable one if
  // there is any. Returns false if the write must not remove what is left. Holds one lock at a time, so the
  // times of other shards may be slightly outdated.
  [[nodiscard]] bool make_room(const HashedKey& keep, Retention retention) {
    if (expire(1) > 0 || evict(keep, Retention::expendable)) return true;
    if (retention == Retention::expendable) return false;
    if (!evict(keep, Retention::keep)) {
      std::this_thread::yield();  // Other threads are removing entries, or have reserved the freed bytes.
    }
    return true;
  }

 private:
  bool evict(const HashedKey& keep, Retention retention) {
    const ShardTimes& uses = retention == Retention::keep ? uses_ : expendable_uses_;
    std::size_t skipped_shard = ShardTimes::kNone;
    for (int tries = 0; tries < 2; ++tries) {
      const std::size_t i = uses.earliest_shard(MemoryShard::kNever - 1, skipped_shard);
      if (i == ShardTimes::kNone) return false;
      if (shards_[i]->evict_oldest(keep, retention)) return true;
      skipped_shard = i;  // The shard holds no such entry but `keep`.
    }
    return false;
  }

  const Clock& clock_;
  const std::shared_ptr<MemoryJournal> journal_;
  const SipHash<1, 3> hash_ = seeded_hash();
  MemoryBudget budget_;
  MemoryOwners owners_;
  ShardTimes uses_;
  ShardTimes expendable_uses_;
  ShardTimes expiries_;
  std::vector<std::unique_ptr<MemoryShard>> shards_;
};

MemoryStore::MemoryStore(MemoryStoreOptions options, const Clock& clock)
    : MemoryStore(std::make_shared<Shards>(options.max_bytes, std::move(options.journal), clock),
                  options.observer, clock) {}

MemoryStore::MemoryStore(std::shared_ptr<Shards> shards, StoreObserver* observer, const Clock& clock)
    : clock_(clock), observer_(observer), shards_(std::move(shards)) {}

MemoryStore::~MemoryStore() = default;

std::unique_ptr<MemoryStore> MemoryStore::observed_by(StoreObserver& observer) const {
  return std::unique_ptr<MemoryStore>(new MemoryStore(shards_, &observer, clock_));
}

std::unique_ptr<MemoryStore> MemoryStore::unobserved() const {
  return std::unique_ptr<MemoryStore>(new MemoryStore(shards_, nullptr, clock_));
}

Store::Answer<std::optional<Entry>> MemoryStore::load(std::string key, LoadTerms /*terms*/) {
  const Observed observed(observer_, StoreCommand::load, clock_);
  const HashedKey hashed = shards_->hashed(key);
  co_return observed.reported(shards_->of(hashed).load(hashed));
}

Store::Answer<CreateOutcome> MemoryStore::create(std::string key, Bytes bytes, StoreTerms terms) {
  const Observed observed(observer_, StoreCommand::create, clock_);
  assert(terms.ttl >= milliseconds(1));
  const HashedKey hashed = shards_->hashed(key);
  if (!shards_->could_hold(hashed, bytes, terms)) co_return observed.reported(too_large());
  MemoryEntry::Ptr node = MemoryEntry::make(hashed, std::move(bytes), terms.retention);
  for (;;) {
    if (const auto done = shards_->of(hashed).create(node, hashed, terms)) co_return observed.reported(*done);
    if (!shards_->make_room(hashed, terms.retention)) co_return observed.reported(no_room());
  }
}

Store::Answer<ReplaceOutcome> MemoryStore::replace(std::string key, Bytes expected, Bytes bytes,
                                                   StoreTerms terms) {
  const Observed observed(observer_, StoreCommand::replace, clock_);
  assert(terms.ttl >= milliseconds(1));
  const HashedKey hashed = shards_->hashed(key);
  if (!shards_->could_hold(hashed, bytes, terms)) co_return observed.reported(too_large());
  for (;;) {
    if (const auto done = shards_->of(hashed).replace(hashed, expected, bytes, terms))
      co_return observed.reported(*done);
    if (!shards_->make_room(hashed, terms.retention)) co_return observed.reported(no_room());
  }
}

Store::Answer<TouchOutcome> MemoryStore::touch(std::string key, StoreTerms terms) {
  const Observed observed(observer_, StoreCommand::touch, clock_);
  assert(terms.ttl >= milliseconds(1));
  const HashedKey hashed = shards_->hashed(key);
  for (;;) {
    if (const auto done = shards_->of(hashed).touch(hashed, terms)) co_return observed.reported(*done);
    if (!shards_->make_room(hashed, terms.retention)) co_return observed.reported(no_room());
  }
}

Store::Answer<EraseOutcome> MemoryStore::erase(std::string key, std::string /*owner*/) {
  const Observed observed(observer_, StoreCommand::erase, clock_);
  const HashedKey hashed = shards_->hashed(key);
  co_return observed.reported(shards_->of(hashed).erase(hashed));
}

Store::Answer<EraseIfOutcome> MemoryStore::erase_if(std::string key, Bytes expected, std::string /*owner*/) {
  const Observed observed(observer_, StoreCommand::erase_if, clock_);
  const HashedKey hashed = shards_->hashed(key);
  co_return observed.reported(shards_->of(hashed).erase_if(hashed, expected));
}

Store::Answer<OwnedKeys> MemoryStore::owned(std::string owner, std::size_t max) {
  const Observed observed(observer_, StoreCommand::owned, clock_);
  co_return observed.reported(OwnedKeys{shards_->owners().keys(owner, max)});
}

Store::Answer<void> MemoryStore::own(std::string key, std::string owner, milliseconds /*time_left*/) {
  const Observed observed(observer_, StoreCommand::own, clock_);
  const HashedKey hashed = shards_->hashed(key);
  while (!shards_->of(hashed).own(hashed, owner)) {
    if (!shards_->make_room(hashed, Retention::keep)) co_return observed.reported(no_room());
  }
  co_return observed.reported(Result<void, StoreFailure>());
}

// An entry that is gone is in no list.
Store::Answer<void> MemoryStore::disown(std::string /*key*/, std::string /*owner*/, seconds /*as_of*/) {
  const Observed observed(observer_, StoreCommand::disown, clock_);
  co_return observed.reported(Result<void, StoreFailure>());
}

Store::Answer<KeyPage> MemoryStore::keys(std::string cursor, std::size_t max) {
  const Observed observed(observer_, StoreCommand::keys, clock_);
  co_return observed.reported(shards_->keys(cursor, max));
}

std::size_t MemoryStore::sweep(std::size_t max) {
  std::size_t freed = 0;
  while (freed < max) {
    const std::size_t expired = shards_->expire(std::min(kExpiredPerLock, max - freed));
    if (expired == 0) break;
    freed += expired;
  }
  return freed;
}

MemoryStore::Restored MemoryStore::restore(MemoryRecord record) {
  const HashedKey hashed = shards_->hashed(record.key);
  StoreTerms terms(milliseconds(1), record.retention);
  terms.owner = record.owner;
  if (!shards_->could_hold(hashed, record.bytes, terms)) return Restored::no_room;
  MemoryEntry::Ptr node = MemoryEntry::make(hashed, std::move(record.bytes), record.retention);
  for (;;) {
    if (const auto done = shards_->of(hashed).restore(node, hashed, record))
      return *done == CreateOutcome::created ? Restored::yes : Restored::key_is_taken;
    if (!shards_->make_room(hashed, record.retention)) return Restored::no_room;
  }
}

bool MemoryStore::records_from(Cursor& cursor, std::size_t max, std::vector<MemoryRecord>& records) const {
  return shards_->records_from(cursor, max, records);
}

MemoryStore::Stats MemoryStore::stats() const {
  const MemoryBudget& budget = shards_->budget();
  return {budget.entries.load(), budget.bytes(), budget.evictions.load(), budget.expendable_evictions.load(),
          budget.expirations.load()};
}

}  // namespace session
