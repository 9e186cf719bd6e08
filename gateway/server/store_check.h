#pragma once

#include <string>

#include "core/store/store.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// What a store answered to a trial.
struct StoreCheck {
  std::string problem;  // why it does not serve sessions; empty: it does
  std::string summary;  // the store and its state in one line: "redis 10.0.0.7:6379: up"
};

// Tries the configured store as the endpoint `ready` does: with a write, a read and a delete of a key that no
// session has. For a process that serves nothing. Returns within three deadlines of the store. Never throws.
// REQUIRES: the settings come from with_ephemeral_keys().
[[nodiscard]] StoreCheck try_store(Settings settings);

// The outcome of SessionManager::probe_store() as a text for the operator: why the store does not serve
// sessions; empty: it does.
[[nodiscard]] std::string probe_problem(const Result<bool, StoreFailure>& probed);

}  // namespace session::gateway
