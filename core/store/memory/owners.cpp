#include "core/store/memory/owners.h"

#include <algorithm>

namespace session {
namespace {

// Whether an owner has no room for another entry.
bool is_full(const MemoryOwner::Entries& entries, const StoreTerms::OwnerLimit& limit) {
  if (entries.size() < limit.max) return false;
  if (entries.size() > limit.max) return true;
  return std::none_of(entries.begin(), entries.end(),
                      [&](const MemoryEntry& entry) { return entry.key() == limit.instead_of; });
}

}  // namespace

bool MemoryOwners::link(MemoryEntry& entry, const std::string& owner,
                        const std::optional<StoreTerms::OwnerLimit>& limit) {
  MemoryOwnerShard& shard = shard_of(owner);
  const std::lock_guard lock(shard.mutex);
  auto found = shard.owners.find(owner);
  if (limit && (found == shard.owners.end() ? limit->max == 0 : is_full(found->second.entries, *limit)))
    return false;
  if (found == shard.owners.end()) {
    found = shard.owners.try_emplace(owner, shard).first;
    found->second.name = found->first;
  }
  found->second.entries.push_front(entry);
  entry.owner = &found->second;
  return true;
}

void MemoryOwners::unlink(MemoryEntry& entry) {
  if (entry.owner == nullptr) return;
  MemoryOwner& owner = *entry.owner;
  MemoryOwnerShard& shard = owner.shard;
  const std::lock_guard lock(shard.mutex);
  owner.entries.erase(MemoryOwner::Entries::s_iterator_to(entry));
  entry.owner = nullptr;
  if (owner.entries.empty()) shard.owners.erase(std::string(owner.name));
}

std::vector<std::string> MemoryOwners::keys(const std::string& owner, std::size_t max) {
  std::vector<std::string> keys;
  MemoryOwnerShard& shard = shard_of(owner);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.owners.find(owner);
  if (found == shard.owners.end()) return keys;
  for (const MemoryEntry& entry : found->second.entries) {
    if (keys.size() == max) break;
    keys.emplace_back(entry.key());
  }
  return keys;
}

}  // namespace session
