#include "gateway/server/systemd/notify.h"

#include <systemd/sd-daemon.h>

#include <ctime>

namespace session::gateway {
namespace {

constexpr std::chrono::seconds kStartPatience{60};

// Sends a state. Failures are ignored: without a service manager there is nothing else to do.
void tell(const std::string& state) { (void)::sd_notify(0, state.c_str()); }

// Returns CLOCK_MONOTONIC, by which the service manager distinguishes this reload's READY=1 from an earlier
// one.
std::string monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(std::int64_t{now.tv_sec} * 1000000 + now.tv_nsec / 1000);
}

}  // namespace

void ServiceManager::starting(const std::string& text) {
  status(text);
  tell("EXTEND_TIMEOUT_USEC=" + std::to_string(std::chrono::microseconds(kStartPatience).count()));
}

void ServiceManager::ready() { tell("READY=1"); }

void ServiceManager::reloading() { tell("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds()); }

void ServiceManager::stopping() { tell("STOPPING=1"); }

void ServiceManager::status(std::string text) {
  if (text == status_) return;
  status_ = std::move(text);
  tell("STATUS=" + status_);
}

void ServiceManager::alive() { tell("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> ServiceManager::watchdog() {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::microseconds(microseconds);
}

}  // namespace session::gateway
