#pragma once

namespace session {

// For programs whose heap is mimalloc's, as the daemon's is (docs/design.md, "The heap"). In others, as in
// builds with sanitizers, both functions do nothing. Thread-safe.

// Has the heap return what is freed at once, in blocks of 64 KiB. By itself it waits until the thread makes
// something new there, which one that is idle never does. Counts from the call on, for all threads.
void return_free_memory();

// Returns all that is free in the heap of the calling thread, also what other threads have freed of it.
void release_thread_heap();

}  // namespace session
