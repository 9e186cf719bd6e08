#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>

#include "core/base/clock.h"
#include "core/store/memory/budget.h"
#include "core/store/memory/entry.h"
#include "core/store/memory/index.h"
#include "core/store/memory/journal.h"
#include "core/store/memory/owners.h"
#include "core/store/store.h"

namespace session {

// Internal to MemoryStore: the entries of some of the keys, behind one lock, in order of last use and in
// order of expiry.
//
// Thread-safe; every function takes the lock once. It reads the clock under the lock, so an entry that one
// caller has seen expire is never alive for another. Removed entries are freed after the lock is released.
// The budget counts an entry before it is inserted: a write that would exceed the cap changes nothing and
// returns nullopt; the caller repeats it when there is room.
// Aligned so that no two locks share a cache line.
class alignas(64) MemoryShard {
 public:
  // Later than any time: for a shard that has nothing to evict or to expire.
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  // When the next entry should be removed, in ns of the clock. Written under the shard's lock, read without
  // it: a hint which shard to look in.
  struct Horizon {
    std::atomic<std::int64_t>& oldest_use;
    std::atomic<std::int64_t>& oldest_expendable_use;
    std::atomic<std::int64_t>& earliest_expiry;
  };

  // `journal`: nullptr for none.
  MemoryShard(const Clock& clock, MemoryBudget& budget, MemoryOwners& owners, MemoryJournal* journal,
              Horizon horizon);
  ~MemoryShard();
  MemoryShard(const MemoryShard&) = delete;
  MemoryShard& operator=(const MemoryShard&) = delete;

  [[nodiscard]] std::optional<Entry> load(const HashedKey& key);
  // Takes ownership of `node` if the outcome is `created`.
  [[nodiscard]] std::optional<CreateOutcome> create(MemoryEntry::Ptr& node, const HashedKey& key,
                                                    const StoreTerms& terms);
  // If the outcome is `replaced`, `bytes` holds the former bytes afterwards.
  [[nodiscard]] std::optional<ReplaceOutcome> replace(const HashedKey& key, const Bytes& expected,
                                                      Bytes& bytes, const StoreTerms& terms);
  [[nodiscard]] std::optional<TouchOutcome> touch(const HashedKey& key, const StoreTerms& terms);
  // False: there was no room for the owner.
  [[nodiscard]] bool own(const HashedKey& key, const std::string& owner);
  [[nodiscard]] EraseOutcome erase(const HashedKey& key);
  [[nodiscard]] EraseIfOutcome erase_if(const HashedKey& key, const Bytes& expected);

  // Appends keys from a position in the order of the index on, about `max`, and returns the position of the
  // next; MemoryIndex::kEnd behind the last.
  std::uint64_t keys_from(std::uint64_t position, std::size_t max, std::vector<std::string>& keys);
  // The same with whole entries.
  std::uint64_t records_from(std::uint64_t position, std::size_t max, std::vector<MemoryRecord>& records);
  // Inserts an entry that a journal's owner has kept, and takes ownership of it. Tells no journal.
  [[nodiscard]] std::optional<CreateOutcome> restore(MemoryEntry::Ptr& node, const HashedKey& key,
                                                     const MemoryRecord& record);

  // Removes up to `max` expired entries, the earliest first, and returns how many it removed.
  std::size_t expire(std::size_t max);
  // Removes the least recently used entry of that kind other than `keep`; false if there is none.
  bool evict_oldest(const HashedKey& keep, Retention retention);

 private:
  class Access;
  struct EarlierExpiry {
    bool operator()(const MemoryEntry& a, const MemoryEntry& b) const noexcept {
      return a.expires < b.expires;
    }
  };
  using UseOrder = boost::intrusive::list<
      MemoryEntry, boost::intrusive::member_hook<MemoryEntry, MemoryEntry::ListHook, &MemoryEntry::use_hook>,
      boost::intrusive::constant_time_size<false>>;
  using ExpiryOrder = boost::intrusive::multiset<
      MemoryEntry,
      boost::intrusive::member_hook<MemoryEntry, MemoryEntry::TreeHook, &MemoryEntry::expiry_hook>,
      boost::intrusive::compare<EarlierExpiry>, boost::intrusive::constant_time_size<false>>;

  MemoryEntry* find_live(const HashedKey& key, Access& access);
  [[nodiscard]] UseOrder& uses(const MemoryEntry& node) noexcept {
    return node.expendable != 0 ? by_expendable_use_ : by_use_;
  }
  void use(MemoryEntry& node, Access& access);
  void set_expiry(MemoryEntry& node, milliseconds ttl, Access& access);
  void set_owner(MemoryEntry& node, const std::string& owner);
  [[nodiscard]] bool change_owner(MemoryEntry& node, const std::string& owner);
  void link(MemoryEntry& node, std::int64_t expires, Access& access);
  void unlink(MemoryEntry& node, Access& access);
  std::size_t expire(std::size_t max, Access& access);
  template <class Take>
  std::uint64_t each_from(std::uint64_t position, std::size_t max, Take take);
  void publish() noexcept;

  const Clock& clock_;
  MemoryBudget& budget_;
  MemoryOwners& owners_;
  MemoryJournal* const journal_;  // nullptr: nobody hears of changes
  const Horizon horizon_;
  std::mutex mutex_;
  MemoryIndex index_;
  UseOrder by_use_;             // of entries to keep, the most recently used first
  UseOrder by_expendable_use_;  // the same of the others
  ExpiryOrder by_expiry_;
};

}  // namespace session
