#pragma once

#include <cstddef>

namespace session {

// The memory that the heap uses for a block of that size: as mimalloc reports it, or, with glibc, a header of
// 8 bytes, rounded up to a multiple of 16, at least 32. Thread-safe.
[[nodiscard]] std::size_t heap_block(std::size_t size) noexcept;

// The following are for programs whose heap is mimalloc's, as the daemon's is (docs/design.md, "The heap").
// In others, as in builds with sanitizers, they do nothing. Thread-safe.

// From now on, the heaps of all threads return blocks of 64 KiB to the system as soon as they are free. By
// themselves they do so later, when the thread makes something new, which an idle one never does.
void return_free_memory();

// Takes back what other threads have freed of the calling thread's heap, as far as whole blocks of 64 KiB are
// free by that: a thread does so itself only where it makes something new of that size. Some 100 ns for each
// block.
void collect_thread_heap();

// Returns all that is free in the heap of the calling thread to the system, also what other threads have
// freed of it: only this thread can.
void release_thread_heap();

}  // namespace session
