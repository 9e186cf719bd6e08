#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/store/store.h"

namespace session {

struct MemoryEntry;

// Hears of every change of the entries of a MemoryStore, for a store that keeps them elsewhere, too. A load
// of an entry that lives changes nothing, and it hears of none.
//
// The store calls it within the lock that guards the entry, after the change. So for one entry the order of
// the calls is the order of the changes, and whoever has read a state of an entry comes after the call about
// it. Called by all threads at once; must be thread-safe, fast, and call the store never.
class MemoryJournal {
 public:
  virtual ~MemoryJournal() = default;

  // A number for a new entry, which no other entry has or had: MemoryEntry::row.
  [[nodiscard]] virtual std::uint64_t new_row() noexcept = 0;
  // The entry is new, or its bytes, its owner or its retention have changed, and perhaps its time.
  virtual void stored(const MemoryEntry& entry) noexcept = 0;
  // The time of the entry has changed, and nothing else.
  virtual void extended(const MemoryEntry& entry) noexcept = 0;
  // The entry goes: it was erased, has expired, or was evicted.
  virtual void erased(const MemoryEntry& entry) noexcept = 0;
};

// One entry as a journal's owner keeps it, and gives it back to a store.
struct MemoryRecord {
  // MemoryRecord::expires of an entry that ends only when it is erased.
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max() - 1;

  std::uint64_t row = 0;
  std::string key;
  Bytes bytes;
  std::string owner;  // empty: nobody's
  Retention retention = Retention::keep;
  std::int64_t expires = 0;  // ns of the store's steady clock
};

}  // namespace session
