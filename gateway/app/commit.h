#pragma once

#include <string_view>

namespace session::gateway {

// The commit that the program was built from: "3d0f6f1a2b3c", with "-dirty" behind it if a tracked file
// differed from it. Empty: nobody knows. The build writes its definition (packaging/commit.cmake).
[[nodiscard]] std::string_view source_commit();

}  // namespace session::gateway
