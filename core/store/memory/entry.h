#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>

#include "core/base/bytes.h"
#include "core/store/store.h"

namespace session {

// Internal to MemoryStore: a key and its hash, computed once for each call.
struct HashedKey {
  std::string_view text;
  std::uint64_t hash = 0;
};

struct MemoryOwner;

// Internal to MemoryStore: one entry. One allocation holds everything but the value: the links of the shard's
// three containers, and the key, which begins inside the struct and runs past its end. The order of the
// members avoids padding, because there can be a million entries.
struct MemoryEntry {
  using ListHook =
      boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>>;
  using TreeHook =
      boost::intrusive::set_member_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>,
                                        boost::intrusive::optimize_size<true>>;
  struct Destroy {
    void operator()(MemoryEntry* node) const noexcept;
  };
  using Ptr = std::unique_ptr<MemoryEntry, Destroy>;

  // Makes an entry that is in no shard yet. REQUIRES: key.text is at most 8192 bytes.
  static Ptr make(const HashedKey& key, Bytes bytes, Retention retention);
  // The memory of an entry: its node, its value's block and its share of the index, as the heap rounds them;
  // and that of its owner, as if each entry had one of its own. `owner_size`: of the owner's name, 0 without
  // one.
  static std::size_t cost(std::size_t key_size, std::size_t value_size, std::size_t owner_size) noexcept;

  [[nodiscard]] std::size_t cost() const noexcept;
  [[nodiscard]] Retention retention() const noexcept {
    return expendable != 0 ? Retention::expendable : Retention::keep;
  }
  [[nodiscard]] std::string_view key() const noexcept { return {key_start, key_size}; }
  [[nodiscard]] bool has(const HashedKey& other) const noexcept {
    return hash == static_cast<std::uint32_t>(other.hash) && key() == other.text;
  }

  MemoryEntry* next_in_bucket = nullptr;  // MemoryIndex's
  ListHook use_hook;
  TreeHook expiry_hook;
  MemoryOwner* owner = nullptr;  // changed under the shard's lock and the owner's; nullptr: nobody's
  ListHook owner_hook;           // guarded by the owner's lock
  std::int64_t last_use = 0;     // ns of the store's steady clock
  std::int64_t expires = 0;      // the same; the entry is absent from then on
  std::uint64_t row = 0;         // MemoryJournal's name of it; 0 without a journal
  Bytes bytes;
  std::uint32_t hash = 0;  // the low half
  std::uint16_t key_size : 15 = 0;
  std::uint16_t expendable : 1 = 0;
  char key_start[2] = {};
};

}  // namespace session
