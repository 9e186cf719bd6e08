#pragma once

#include <malloc.h>

#include <cstddef>
#include <cstdlib>
#include <new>

// Counts what the program allocates with `new`. Defines the global operators: include it in one file of a
// program.

namespace session::test {

struct Allocations {
  std::size_t live_bytes = 0;
  std::size_t all_bytes = 0;  // freed ones, too
  std::size_t count = 0;
};
inline Allocations allocations;

inline void* counted_allocation(std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  ++allocations.count;
  allocations.live_bytes += malloc_usable_size(memory);
  allocations.all_bytes += size;
  return memory;
}

inline void counted_free(void* memory) noexcept {
  if (memory == nullptr) return;
  allocations.live_bytes -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace session::test

void* operator new(std::size_t size) { return session::test::counted_allocation(size); }
void* operator new[](std::size_t size) { return session::test::counted_allocation(size); }
void operator delete(void* memory) noexcept { session::test::counted_free(memory); }
void operator delete[](void* memory) noexcept { session::test::counted_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { session::test::counted_free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { session::test::counted_free(memory); }
