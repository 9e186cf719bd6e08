#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "core/store/memory/entry.h"
#include "core/store/memory/index.h"
#include "core/store/store.h"

namespace session {

// Internal to MemoryStore: the entries of one owner, those that came last first. One allocation holds the
// links and the name, which begins inside the struct and runs past its end: with a name of the gateway's it
// is one of 64 bytes, because there can be as many owners as entries.
struct MemoryOwner {
  using Entries = boost::intrusive::list<
      MemoryEntry,
      boost::intrusive::member_hook<MemoryEntry, MemoryEntry::ListHook, &MemoryEntry::owner_hook>,
      boost::intrusive::constant_time_size<false>>;

  static MemoryOwner* make(const HashedKey& name);
  static void destroy(MemoryOwner* owner) noexcept;
  // The memory of an owner in its list, before the heap rounds it.
  static std::size_t size(std::size_t name_size) noexcept;

  [[nodiscard]] std::string_view name() const noexcept { return {name_start, name_size}; }
  [[nodiscard]] std::string_view key() const noexcept { return name(); }
  [[nodiscard]] bool has(const HashedKey& other) const noexcept {
    return hash == static_cast<std::uint32_t>(other.hash) && name() == other.text;
  }

  MemoryOwner* next_in_bucket = nullptr;  // the index's
  Entries entries;
  std::uint32_t hash = 0;   // the low half
  std::uint32_t count = 0;  // of its entries
  std::uint32_t name_size = 0;
  char name_start[4] = {};
};

struct alignas(64) MemoryOwnerShard {
  std::mutex mutex;
  LinearHashIndex<MemoryOwner> owners;  // those that have entries
};

// Internal to MemoryStore: whose each entry is. An entry that is removed, for whatever reason, leaves its
// owner with it, so the lists are exact.
//
// Thread-safe. link() and unlink() are called under the lock of the entry's shard, and take the owner's lock
// after it; nothing takes them the other way round.
class MemoryOwners {
 public:
  MemoryOwners() = default;
  // The entries may be gone by then.
  ~MemoryOwners();
  MemoryOwners(const MemoryOwners&) = delete;
  MemoryOwners& operator=(const MemoryOwners&) = delete;

  // Gives an entry an owner. Returns false, and changes nothing, if the owner has as many as the limit says.
  // REQUIRES: the entry has no owner.
  [[nodiscard]] bool link(MemoryEntry& entry, const std::string& owner,
                          const std::optional<StoreTerms::OwnerLimit>& limit);
  // Takes the owner from an entry, if it has one.
  void unlink(MemoryEntry& entry);

  // At most `max` keys of an owner's entries, which may have expired.
  [[nodiscard]] std::vector<std::string> keys(const std::string& owner, std::size_t max);

 private:
  static constexpr std::size_t kShardBits = 4;
  static constexpr std::size_t kShards = std::size_t{1} << kShardBits;
  // By the highest bits, because the index of each shard uses the lowest.
  [[nodiscard]] MemoryOwnerShard& shard_of(std::uint32_t hash) { return shards_[hash >> (32 - kShardBits)]; }

  std::array<MemoryOwnerShard, kShards> shards_;
};

}  // namespace session
