#include "core/store/memory/entry.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "core/base/heap.h"
#include "core/store/memory/owners.h"

namespace session {
namespace {

// One bucket for each entry, and for each owner (core/store/memory/index.h).
constexpr std::size_t kIndexShare = sizeof(void*);

constexpr std::uint16_t kKeySizeMask = 0x7fff;  // of the 15 bits of MemoryEntry::key_size

static_assert(std::is_standard_layout_v<MemoryEntry>, "offsetof needs it");

std::size_t node_size(std::size_t key_size) noexcept {
  return std::max(sizeof(MemoryEntry), offsetof(MemoryEntry, key_start) + key_size);
}

}  // namespace

MemoryEntry::Ptr MemoryEntry::make(const HashedKey& key, Bytes bytes, Retention retention) {
  assert(key.text.size() <= 8192);
  void* memory = ::operator new(node_size(key.text.size()));
  Ptr node(new (memory) MemoryEntry);
  node->bytes = std::move(bytes);
  node->hash = static_cast<std::uint32_t>(key.hash);
  node->key_size = static_cast<std::uint16_t>(key.text.size()) & kKeySizeMask;
  node->expendable = retention == Retention::expendable ? 1 : 0;
  // Writes through `memory`, because the key runs past key_start into the rest of the allocation.
  char* key_at = static_cast<char*>(memory) + offsetof(MemoryEntry, key_start);
  if (!key.text.empty()) std::memcpy(key_at, key.text.data(), key.text.size());
  return node;
}

void MemoryEntry::Destroy::operator()(MemoryEntry* node) const noexcept {
  node->~MemoryEntry();
  ::operator delete(static_cast<void*>(node));
}

std::size_t MemoryEntry::cost(std::size_t key_size, std::size_t value_size, std::size_t owner_size) noexcept {
  const std::size_t owner = owner_size == 0 ? 0 : heap_block(MemoryOwner::size(owner_size)) + kIndexShare;
  return heap_block(node_size(key_size)) + heap_block(Bytes::allocated(value_size)) + kIndexShare + owner;
}

std::size_t MemoryEntry::cost() const noexcept {
  return cost(key_size, bytes.size(), owner == nullptr ? 0 : owner->name().size());
}

}  // namespace session
