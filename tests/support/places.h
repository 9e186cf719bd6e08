#pragma once

#include <string>

namespace session::test {

// Where this build lies: paths that only one source of the tests is compiled with, so that the objects of all
// others are the same in every checkout.

// The root of the checkout.
[[nodiscard]] const std::string& source_root();
// The programs under test.
[[nodiscard]] const std::string& gateway_binary();
[[nodiscard]] const std::string& demo_app_binary();
// Starts a program whose writes to files, or whose opening of them, hang.
[[nodiscard]] const std::string& hang_calls_binary();
// Where `./dev test` has installed the packages of npm.
[[nodiscard]] const std::string& peer_packages();

}  // namespace session::test
