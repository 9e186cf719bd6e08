#pragma once

#include <cstddef>

#include "gateway/telemetry/log/log.h"

namespace session::gateway {

// The budget of file descriptors: how many of the open files that the process may have can be connections.
// Not thread-safe.
class FdBudget {
 public:
  // So many connections may be open beyond the limit, until the ones that yield to them have ended.
  static constexpr std::size_t kWaitingForRoom = 8;

  // Reserves the descriptors that are open now, and those that this number of workers needs for other
  // purposes, such as the store. Make it at start, when no open descriptor is a connection.
  explicit FdBudget(std::size_t workers);

  // Raises the limit on open files for this number of connections, and returns how many have room. If the
  // hard limit is too low, that is fewer, and `log` gets a warning. Never 0.
  [[nodiscard]] std::size_t room_for(std::size_t connections, const Log& log) const;

 private:
  std::size_t workers_;
  std::size_t besides_;
};

}  // namespace session::gateway
