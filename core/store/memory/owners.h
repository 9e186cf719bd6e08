#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "core/store/memory/entry.h"
#include "core/store/store.h"

namespace session {

struct MemoryOwnerShard;

// Internal to MemoryStore: the entries of one owner, those that came last first.
struct MemoryOwner {
  using Entries =
      boost::intrusive::list<MemoryEntry, boost::intrusive::member_hook<MemoryEntry, MemoryEntry::ListHook,
                                                                        &MemoryEntry::owner_hook>>;

  explicit MemoryOwner(MemoryOwnerShard& s) : shard(s) {}

  MemoryOwnerShard& shard;
  std::string_view name;
  Entries entries;
};

struct alignas(64) MemoryOwnerShard {
  std::mutex mutex;
  std::unordered_map<std::string, MemoryOwner> owners;  // those that have entries
};

// Internal to MemoryStore: whose each entry is. An entry that is removed, for whatever reason, leaves its
// owner with it, so the lists are exact.
//
// Thread-safe. link() and unlink() are called under the lock of the entry's shard, and take the owner's lock
// after it; nothing takes them the other way round.
class MemoryOwners {
 public:
  // What an owner takes beside the text of its name.
  static constexpr std::size_t kOwnerBytes =
      sizeof(std::pair<const std::string, MemoryOwner>) + 2 * sizeof(void*) + sizeof(void*);

  // Gives an entry an owner. Returns false, and changes nothing, if the owner has as many as the limit says.
  // REQUIRES: the entry has no owner.
  [[nodiscard]] bool link(MemoryEntry& entry, const std::string& owner,
                          const std::optional<StoreTerms::OwnerLimit>& limit);
  // Takes the owner from an entry, if it has one.
  void unlink(MemoryEntry& entry);

  // At most `max` keys of an owner's entries, which may have expired.
  [[nodiscard]] std::vector<std::string> keys(const std::string& owner, std::size_t max);

 private:
  static constexpr std::size_t kShards = 16;
  [[nodiscard]] MemoryOwnerShard& shard_of(const std::string& owner) {
    return shards_[std::hash<std::string>()(owner) % kShards];
  }

  std::array<MemoryOwnerShard, kShards> shards_;
};

}  // namespace session
