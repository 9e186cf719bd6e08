#pragma once

#include <optional>
#include <string>

#include "core/json/json.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// What two gateways must have in common for sessions of one to go on at the other: the format and the name of
// the cookies, and the secrets by which a cookie leads to its record (FormatRow::shared_secrets), of the
// format in use and of those that are accepted. Of a secret it has a fingerprint, 128 bits that are derived
// from it: whoever has that can only try out secrets.
[[nodiscard]] Json fingerprint_of(const Settings& settings);

// Why sessions of a gateway with the fingerprint `theirs` would not go on at one with `ours`, as a sentence
// about this gateway; nullopt: they would. `theirs` may be any JSON. A gateway may have more secrets and
// accept more than the sessions need.
[[nodiscard]] std::optional<std::string> why_unlike(const Json& theirs, const Json& ours);

}  // namespace session::gateway
