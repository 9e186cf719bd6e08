#pragma once

#include <string_view>

namespace session::gateway {

// The text of a file of conf/fronts, as it was when the program was built. Throws std::logic_error for a file
// that is not in the list of gateway/fronts/templates.cmake.
[[nodiscard]] std::string_view front_template(std::string_view name);

}  // namespace session::gateway
