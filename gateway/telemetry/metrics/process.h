#pragma once

#include <cstddef>
#include <cstdint>

namespace session::gateway {

// What the kernel says of this process. What it does not say is 0.
struct ProcessReport {
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  double cpu_seconds = 0;  // user and system
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
};

// Thread-safe. Once it was called, it needs no more files to be opened. Before Linux 6.2 it takes about a
// millisecond for every thousand open files.
[[nodiscard]] ProcessReport read_process();
// How it finds the number of open files before Linux 6.2, whose kernels don't know it.
[[nodiscard]] std::uint64_t count_open_fds_one_by_one();

// Unix time when the process was started, as the clock was when first asked; it does not change.
[[nodiscard]] double process_start_seconds();

}  // namespace session::gateway
