#pragma once

#include <string_view>

#include "gateway/http/location_settings.h"

namespace session::gateway {

// Takes a param that is a location's setting (GATEWAY_ENDPOINT, GATEWAY_REQUIRE, GATEWAY_ALLOW,
// GATEWAY_EXPOSE, GATEWAY_TOUCH). Leaves all others alone.
void add_setting(LocationSettings& settings, std::string_view param, std::string_view value);

}  // namespace session::gateway
