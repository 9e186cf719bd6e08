#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/store/memory/journal.h"
#include "core/store/observer.h"
#include "core/store/store.h"

namespace session {

struct MemoryStoreOptions {
  // The limit on keys, values and bookkeeping together, in the sizes that the heap rounds them to. The memory
  // of an empty store (some 150 KiB) does not count.
  std::size_t max_bytes = std::size_t{256} << 20;
  StoreObserver* observer = nullptr;                 // gets a report of every command; outlives the store
  std::shared_ptr<MemoryJournal> journal = nullptr;  // hears of every change; nullptr: nobody does
};

// A Store in this process's memory: the fastest one. All threads share it, and it ends with the process.
//
// Thread-safe. The keys are sharded, so threads wait for each other only on the same shard. A lock is held
// for the work on a few entries at most, so maintenance never blocks a caller for 5 ms. The cap in bytes
// holds at all times. A write that would exceed it first removes expired entries, then the least recently
// used ones (a load is a use): expendable ones before all others. Expendable entries hold a quarter of the
// cap at most, and never evict others: without room among their own, the write fails. So does one whose entry
// is larger than its cap. Both failures are StoreFailure::Kind::full.
// Results are ready at once: the coroutines never suspend.
class MemoryStore final : public Store {
 public:
  struct Stats {
    std::size_t entries = 0;                 // live ones, and expired ones that were not removed yet
    std::size_t bytes = 0;                   // as counted against max_bytes
    std::uint64_t evictions = 0;             // live entries to keep that were removed because of the cap
    std::uint64_t expendable_evictions = 0;  // live expendable entries that were removed for the same reason
    std::uint64_t expirations = 0;           // entries that were removed after their expiry
  };

  explicit MemoryStore(MemoryStoreOptions options = {}, const Clock& clock = system_clock());
  ~MemoryStore() override;

  Answer<std::optional<Entry>> load(std::string key, LoadTerms terms = {}) override;
  [[nodiscard]] bool time_left_costs() const override { return false; }
  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override;
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override;
  Answer<TouchOutcome> touch(std::string key, StoreTerms terms) override;
  Answer<EraseOutcome> erase(std::string key, std::string owner = {}) override;
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected, std::string owner = {}) override;
  Answer<OwnedKeys> owned(std::string owner, std::size_t max) override;
  Answer<void> own(std::string key, std::string owner, milliseconds time_left) override;
  Answer<void> disown(std::string key, std::string owner, seconds as_of) override;
  Answer<KeyPage> keys(std::string cursor, std::size_t max) override;

  // Returns a store with the same sessions that reports its commands to another observer: for one thread with
  // an observer of its own. The sessions live as long as any store that shares them.
  [[nodiscard]] std::unique_ptr<MemoryStore> observed_by(StoreObserver& observer) const;
  // The same without an observer.
  [[nodiscard]] std::unique_ptr<MemoryStore> unobserved() const;

  // Frees up to `max` expired entries and returns their number. The gateway calls it each second. It only
  // releases memory: reads never return expired entries.
  std::size_t sweep(std::size_t max);

  [[nodiscard]] Stats stats() const;

  // For the owner of a journal. Both work on the entries as they are at each moment, and tell the journal
  // nothing. Puts an entry back that was kept elsewhere, as the latest used. Evicts others if it has no room,
  // or gives it up. REQUIRES: no other entry has its row.
  enum class Restored { yes, no_room, key_is_taken };
  Restored restore(MemoryRecord record);
  // Appends entries from a cursor on, about `max`, and moves the cursor; false: these were the last. Every
  // entry that is there from the first call to the last is among them, perhaps more than once.
  struct Cursor {
    std::size_t shard = 0;
    std::uint64_t position = 0;
  };
  [[nodiscard]] bool records_from(Cursor& cursor, std::size_t max, std::vector<MemoryRecord>& records) const;

 private:
  class Shards;
  MemoryStore(std::shared_ptr<Shards> shards, StoreObserver* observer, const Clock& clock);

  const Clock& clock_;
  StoreObserver* const observer_;
  const std::shared_ptr<Shards> shards_;
};

}  // namespace session
