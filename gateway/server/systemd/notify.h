#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/base/clock.h"

namespace session::gateway {

// Tells the service manager how the daemon is (sd_notify(3)): does nothing where there is none. For one
// thread.
class ServiceManager {
 public:
  // Ready to serve; also after a reload, whether or not it has changed anything.
  void ready();
  void reloading();
  void stopping();
  // One line for `systemctl status`. Sends it only if it is not what was said last.
  void status(std::string text);
  // A sign of life, of which the service manager wants one each `watchdog()`.
  void alive();

  // How long without a sign of life means that the daemon hangs, as $WATCHDOG_USEC says; nullopt: nobody
  // watches.
  [[nodiscard]] static std::optional<std::chrono::microseconds> watchdog();

 private:
  std::string status_;
};

}  // namespace session::gateway
