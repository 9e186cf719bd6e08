#pragma once

#include <string>
#include <vector>

#include "gateway/config/problem.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// The settings of `next` that differ from `served` and need a restart: sockets, threads, and the store with
// everything that it has open. Line numbers are those of the file of `next`.
[[nodiscard]] Problems reload_diff(const Settings& served, const Settings& next);

// What a change from `served` to `next` does to users who are logged in, as lines for the operator; empty:
// nothing.
[[nodiscard]] std::vector<std::string> effects_on_sessions(const Settings& served, const Settings& next);

}  // namespace session::gateway
