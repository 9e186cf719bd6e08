#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/base/clock.h"

namespace session::gateway {

// Notifies the service manager of the daemon's state (sd_notify(3)). Without a service manager it does
// nothing. Not thread-safe.
class ServiceManager {
 public:
  // Sets the line in `systemctl status`, as status() does, and asks for more time to start
  // (EXTEND_TIMEOUT_USEC): the next of these calls, or ready(), comes within a minute.
  void starting(const std::string& text);
  // Notifies that the daemon is ready: at start, and after each reload, successful or not.
  void ready();
  void reloading();
  void stopping();
  // Sets the line in `systemctl status`. Sends it only if it differs from the last one.
  void status(std::string text);
  // Sends a keep-alive (WATCHDOG=1), which the service manager expects once per watchdog().
  void alive();

  // Returns the time without a keep-alive after which the service manager treats the daemon as hung
  // ($WATCHDOG_USEC); nullopt: there is no watchdog.
  [[nodiscard]] static std::optional<std::chrono::microseconds> watchdog();

 private:
  std::string status_;
};

}  // namespace session::gateway
