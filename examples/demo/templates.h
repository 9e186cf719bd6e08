#pragma once

#include <map>
#include <string_view>

namespace session::demo {

// The files of examples/demo/pages by name, as they were when the program was built.
[[nodiscard]] const std::map<std::string_view, std::string_view>& templates();

}  // namespace session::demo
