#pragma once

#include "core/json/json.h"
#include "gateway/http/response.h"

namespace session::gateway {

// 200 with JSON, which no cache keeps.
[[nodiscard]] Response json_response(const Json& json, int status = 200);

}  // namespace session::gateway
