#pragma once

#include <string>
#include <vector>

#include "gateway/config/problem.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// What of `next` differs from `served` and counts only after a restart: sockets, threads, and the store with
// all that it has open. Lines are those of the file of `next`.
[[nodiscard]] Problems reload_diff(const Settings& served, const Settings& next);

// What a change from `served` to `next` does to people who are logged in, as lines for the operator; empty if
// nothing does.
[[nodiscard]] std::vector<std::string> effects_on_sessions(const Settings& served, const Settings& next);

}  // namespace session::gateway
