#pragma once

#include <optional>
#include <string>

#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/taint_analysis.h"

namespace session::gateway {

// How a program behind an open place learns which address was asked for.
struct AskedAddress {
  std::string how;     // "tells a program which address was asked for"
  std::string remedy;  // the line to write
};

// Returns how a program that serves this end learns the address of a request that was to be checked. Whether
// it then serves that page can't be told. nullopt: no program learns it, or it is a page of its own by name,
// such as login.php or 404.php.
[[nodiscard]] std::optional<AskedAddress> asked_address(const GatewayUsage& usage, const OpenEnd& end);

// Returns true if the client has a word in the address that an error page leads to, other than the address
// that was asked for. nginx does not normalise such an address.
[[nodiscard]] bool client_names_target(const TaintAnalysis& taint, const std::string& target);

// Returns true if an error page sends clients to another address instead of going on by itself.
[[nodiscard]] bool leads_elsewhere(const std::string& target);

}  // namespace session::gateway
