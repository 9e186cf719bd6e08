#pragma once

#include <cstddef>
#include <new>
#include <vector>

#include "core/base/cache_budget.h"

namespace session {

// Gives an empty table its slots and reserves their bytes. Returns false, and changes nothing, if the budget
// or the heap has no room: a cache is no reason to fail.
template <class Slot>
[[nodiscard]] bool allocate_table(CacheBudget& budget, std::vector<Slot>& table, std::size_t slots) {
  const std::size_t bytes = slots * sizeof(Slot);
  if (!budget.reserve(bytes)) return false;
  try {
    table.resize(slots);
  } catch (const std::bad_alloc&) {
    budget.release(bytes);
    return false;
  }
  return true;
}

}  // namespace session
