#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/store/observer.h"
#include "core/store/store.h"

namespace session {

struct MemoryStoreOptions {
  // Of keys, values and bookkeeping together, as the heap gives them out. What the store itself needs when it
  // is empty (some 150 KiB) is not counted.
  std::size_t max_bytes = std::size_t{256} << 20;
  StoreObserver* observer = nullptr;  // is told of every command; outlives the store
};

// Sessions in this process's memory: the fastest store, shared by all threads, gone with the process.
//
// Thread-safe. Sharded by key, so threads wait for each other only on the same shard, and no lock is held for
// longer than a few entries' work: housekeeping never stalls a caller for 5 ms.
// The cap in bytes is kept at all times: when a write would pass it, expired entries go first, then the least
// recently used (loads count as use). An entry that alone is larger than the cap is refused with
// StoreFailure::Kind::full.
// The answers are ready at once: no coroutine ever suspends here.
class MemoryStore final : public Store {
 public:
  struct Stats {
    std::size_t entries = 0;        // live, or expired and not swept yet
    std::size_t bytes = 0;          // as counted against max_bytes
    std::uint64_t evictions = 0;    // live entries that went because of the cap
    std::uint64_t expirations = 0;  // entries removed after their time
  };

  explicit MemoryStore(MemoryStoreOptions options = {}, const Clock& clock = system_clock());
  ~MemoryStore() override;

  Answer<std::optional<Entry>> load(std::string key) override;
  Answer<CreateOutcome> create(std::string key, Bytes bytes, milliseconds ttl) override;
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, milliseconds ttl) override;
  Answer<TouchOutcome> touch(std::string key, milliseconds ttl) override;
  Answer<EraseOutcome> erase(std::string key) override;
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected) override;

  // A way to the same sessions that tells another observer of the commands that go through it: for one
  // thread, with an observer of its own. The sessions live as long as any of the ways to them.
  [[nodiscard]] std::unique_ptr<MemoryStore> observed_by(StoreObserver& observer) const;

  // Frees up to `most` expired entries and returns how many it freed. Call it now and then (the gateway does
  // each second): reads are exact without it, it only gives memory back.
  std::size_t sweep(std::size_t most);

  [[nodiscard]] Stats stats() const;

 private:
  class Shards;
  MemoryStore(std::shared_ptr<Shards> shards, StoreObserver* observer, const Clock& clock);

  const Clock& clock_;
  StoreObserver* const observer_;
  const std::shared_ptr<Shards> shards_;
};

}  // namespace session
