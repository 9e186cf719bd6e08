#pragma once

#include <array>
#include <string_view>

namespace session::gateway {

// The names of the endpoints, as GATEWAY_ENDPOINT and the label `endpoint` of metrics have them.
inline constexpr std::array<std::string_view, 6> kEndpointNames = {"auth",   "session", "commit",
                                                                   "health", "ready",   "metrics"};

}  // namespace session::gateway
