#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace session::gateway {

// Two lines for the operator: what is wrong with a command line, with the nearest command or option where a
// name is not known; and how to see what is possible. REQUIRES: the app has just failed to parse it.
[[nodiscard]] std::string usage_error(const CLI::App& app, const CLI::ParseError& error);

// Accepts one of the names; the problem with another value has the nearest one. Completion offers them.
[[nodiscard]] CLI::Validator one_of(const std::vector<std::string>& names);

}  // namespace session::gateway
