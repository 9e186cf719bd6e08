#pragma once

#include <optional>
#include <string_view>

#include "core/session/actions.h"

namespace session::gateway {

// Checks whether a location allows these actions (LocationSettings::allow). `flush` needs no permission.
// nullopt: all are allowed; else a sentence for the client that names the action that is not. Pure.
[[nodiscard]] std::optional<std::string_view> not_allowed(const Actions& actions, std::string_view allow);

}  // namespace session::gateway
