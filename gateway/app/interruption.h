#pragma once

#include <csignal>

namespace session::gateway {

// While it exists, the first SIGINT, SIGTERM or SIGHUP does not end the process: a command that leaves
// nothing half done looks now and then whether one has come. One at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  [[nodiscard]] static bool has_come();

 private:
  struct sigaction interrupt_ {};
  struct sigaction terminate_ {};
  struct sigaction hang_up_ {};
};

}  // namespace session::gateway
