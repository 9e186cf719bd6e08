#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/session/actions.h"
#include "gateway/http/request.h"

namespace session::gateway {

// Whether a location allows these actions (GATEWAY_ALLOW: of set, unset, destroy and regenerate, separated by
// commas; set:cart or unset:cart for one key). nullopt: it does; else a sentence that says what it does not
// allow. `flush` needs no permission.
[[nodiscard]] std::optional<std::string> not_allowed(const Actions& actions, std::string_view allow);

// Whether a browser sent the request on behalf of another site: Sec-Fetch-Site is cross-site, or Origin names
// another host than HTTP_HOST. Programs that are no browsers send neither, and pass. nullopt: nothing speaks
// against it.
[[nodiscard]] std::optional<std::string> cross_origin(const Params& params);

}  // namespace session::gateway
