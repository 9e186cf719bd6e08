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

// Thread-safe. Before Linux 6.2 it takes some milliseconds for every ten thousand open files.
[[nodiscard]] ProcessReport read_process();

// Unix time when the process was started; it does not change.
[[nodiscard]] double process_start_seconds();

}  // namespace session::gateway
