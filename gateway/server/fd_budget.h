#pragma once

#include <cstddef>

#include "gateway/telemetry/log/log.h"

namespace session::gateway {

// How many files may be open, and how many of these connections can have. For one thread.
class FdBudget {
 public:
  // Sets aside what is open now, and what that many workers need besides connections, as for their store.
  // Make it at the start: what is open then is not a connection.
  explicit FdBudget(std::size_t workers);

  // Raises the limit on open files as far as that many connections want, and says for how many there is room:
  // fewer than were wanted, with a warning in `log`, where the hard limit is lower. Never 0.
  [[nodiscard]] std::size_t room_for(std::size_t connections, const Log& log) const;

 private:
  std::size_t workers_;
  std::size_t besides_;
};

}  // namespace session::gateway
