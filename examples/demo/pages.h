#pragma once

#include "examples/demo/request.h"
#include "examples/demo/response.h"

namespace session::demo {

// Answers a request with the page that its path and method name.
[[nodiscard]] Response answer(const Request& request);

}  // namespace session::demo
