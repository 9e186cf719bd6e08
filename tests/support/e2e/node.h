#pragma once

#include <string>
#include <vector>

namespace session::test {

// Where the packages of npm are that `./dev test` has installed as build/peers/PACKAGES. Throws
// std::runtime_error if they are not there.
[[nodiscard]] std::string packages_of(const std::string& packages);

// The command that runs a script of this repository on Node.js with the packages of npm of
// packages_of(packages).
[[nodiscard]] std::vector<std::string> node_command(const std::string& packages, const std::string& script,
                                                    const std::string& argument);

}  // namespace session::test
