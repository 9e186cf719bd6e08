#include "core/store/memory/owners.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <new>

namespace session {
namespace {

constexpr std::size_t kHead = sizeof(MemoryOwner) - sizeof(MemoryOwner::name_start);
static_assert(kHead == offsetof(MemoryOwner, name_start), "the name begins in the last bytes");

HashedKey hashed(const std::string& owner) { return {owner, std::hash<std::string_view>()(owner)}; }

// Whether an owner has no room for another entry.
bool is_full(const MemoryOwner& owner, const StoreTerms::OwnerLimit& limit) {
  if (owner.count < limit.max) return false;
  if (owner.count > limit.max) return true;
  return std::none_of(owner.entries.begin(), owner.entries.end(),
                      [&](const MemoryEntry& entry) { return entry.key() == limit.instead_of; });
}

}  // namespace

std::size_t MemoryOwner::size(std::size_t name_size) noexcept {
  return std::max(sizeof(MemoryOwner), kHead + name_size);
}

MemoryOwner* MemoryOwner::make(const HashedKey& name) {
  void* memory = ::operator new(size(name.text.size()));
  auto* owner = new (memory) MemoryOwner;
  owner->hash = static_cast<std::uint32_t>(name.hash);
  owner->name_size = static_cast<std::uint32_t>(name.text.size());
  // Writes through `memory`, because the name runs past name_start into the rest of the allocation.
  std::memcpy(static_cast<char*>(memory) + kHead, name.text.data(), name.text.size());
  return owner;
}

void MemoryOwner::destroy(MemoryOwner* owner) noexcept {
  owner->~MemoryOwner();
  ::operator delete(static_cast<void*>(owner));
}

MemoryOwners::~MemoryOwners() {
  for (MemoryOwnerShard& shard : shards_) shard.owners.clear_and_dispose(MemoryOwner::destroy);
}

bool MemoryOwners::link(MemoryEntry& entry, const std::string& owner,
                        const std::optional<StoreTerms::OwnerLimit>& limit) {
  const HashedKey name = hashed(owner);
  MemoryOwnerShard& shard = shard_of(static_cast<std::uint32_t>(name.hash));
  const std::lock_guard lock(shard.mutex);
  MemoryOwner* found = shard.owners.find(name);
  if (limit && (found == nullptr ? limit->max == 0 : is_full(*found, *limit))) return false;
  if (found == nullptr) {
    found = MemoryOwner::make(name);
    shard.owners.insert(*found);
  }
  found->entries.push_front(entry);
  ++found->count;
  entry.owner = found;
  return true;
}

void MemoryOwners::unlink(MemoryEntry& entry) {
  if (entry.owner == nullptr) return;
  MemoryOwner& owner = *entry.owner;
  MemoryOwnerShard& shard = shard_of(owner.hash);
  const std::lock_guard lock(shard.mutex);
  owner.entries.erase(MemoryOwner::Entries::s_iterator_to(entry));
  entry.owner = nullptr;
  if (--owner.count > 0) return;
  shard.owners.remove(owner);
  MemoryOwner::destroy(&owner);
}

std::vector<std::string> MemoryOwners::keys(const std::string& owner, std::size_t max) {
  std::vector<std::string> keys;
  const HashedKey name = hashed(owner);
  MemoryOwnerShard& shard = shard_of(static_cast<std::uint32_t>(name.hash));
  const std::lock_guard lock(shard.mutex);
  const MemoryOwner* found = shard.owners.find(name);
  if (found == nullptr) return keys;
  for (const MemoryEntry& entry : found->entries) {
    if (keys.size() == max) break;
    keys.emplace_back(entry.key());
  }
  return keys;
}

}  // namespace session
