#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace session::gateway {

// Returns a header's name as nginx's variables have it: x_auth_request_user. Two names that are equal in this
// form are one header: names ignore case, and nginx does not distinguish - from _ in them.
[[nodiscard]] std::string folded_header(std::string_view name);

// Why a header of this name can't carry a part of the identity, as a text for the operator: it is no name
// that nginx's files can have, or it has another meaning there or for the gateway. nullopt: it can. The only
// such check: the configuration and the snippets for nginx refuse the same names.
[[nodiscard]] std::optional<std::string> identity_header_objection(std::string_view name);

}  // namespace session::gateway
