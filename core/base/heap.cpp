#include "core/base/heap.h"

#include <mimalloc.h>

#include <algorithm>

// Absent from programs that are not linked with mimalloc.
// NOLINTBEGIN(readability-identifier-naming): mimalloc's names
extern "C" void mi_collect(bool force) noexcept __attribute__((weak));
extern "C" std::size_t mi_good_size(std::size_t size) noexcept __attribute__((weak));
extern "C" void mi_option_set(mi_option_t option, long value) __attribute__((weak));
// NOLINTEND(readability-identifier-naming)

namespace session {

std::size_t heap_block(std::size_t size) noexcept {
  if (mi_good_size != nullptr) return mi_good_size(size);
  return std::max<std::size_t>(32, (size + 8 + 15) / 16 * 16);
}

void return_free_memory() {
  if (mi_option_set != nullptr) mi_option_set(mi_option_decommit_delay, 0);
}

void collect_thread_heap() {
  if (mi_collect != nullptr) mi_collect(false);
}

void release_thread_heap() {
  if (mi_collect != nullptr) mi_collect(true);
}

}  // namespace session
