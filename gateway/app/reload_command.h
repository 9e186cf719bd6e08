#pragma once

#include <sys/types.h>

#include <optional>

namespace session::gateway {

struct ReloadRequest {
  std::optional<pid_t> pid = std::nullopt;  // of the gateway; nullopt: the only one that runs here
  bool wait = false;                        // whether to wait for the outcome
};

// Tells a running gateway to read its configuration again. With `wait` it returns after the gateway has done
// so, and prints what the gateway's log says of the reload: problems, and warnings about its effects.
// Without, it only sends the signal. Returns the exit status: 0 reloaded (or signalled), 1 not reloaded, or
// there is no such gateway. Gives up after 25 s.
int reload(const ReloadRequest& request);

}  // namespace session::gateway
