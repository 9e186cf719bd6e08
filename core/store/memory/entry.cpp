#include "core/store/memory/entry.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "core/store/memory/owners.h"

// mimalloc's function, if the program is linked with it.
// NOLINTNEXTLINE(readability-identifier-naming): mimalloc's name
extern "C" std::size_t mi_good_size(std::size_t size) noexcept __attribute__((weak));

namespace session {
namespace {

// What make_shared adds to the bytes of a value in libstdc++ 12: reference counts and alignment.
constexpr std::size_t kValueHeader = 47;
// One bucket for each entry, and for each owner (core/store/memory/index.h).
constexpr std::size_t kIndexShare = sizeof(void*);

constexpr std::uint16_t kKeySizeMask = 0x7fff;  // of the 15 bits of MemoryEntry::key_size

static_assert(std::is_standard_layout_v<MemoryEntry>, "offsetof needs it");

std::size_t node_size(std::size_t key_size) noexcept {
  return std::max(sizeof(MemoryEntry), offsetof(MemoryEntry, key_start) + key_size);
}

// The memory that the heap uses for a block of that size: as the heap reports it, or, with glibc, a header of
// 8 bytes, rounded up to a multiple of 16, at least 32.
std::size_t heap_block(std::size_t size) noexcept {
  if (mi_good_size != nullptr) return mi_good_size(size);
  return std::max<std::size_t>(32, (size + 8 + 15) / 16 * 16);
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
  return heap_block(node_size(key_size)) + heap_block(value_size + kValueHeader) + kIndexShare + owner;
}

std::size_t MemoryEntry::cost() const noexcept {
  return cost(key_size, bytes.size(), owner == nullptr ? 0 : owner->name().size());
}

}  // namespace session
