#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Redis' protocol, version 2, as scripts of a ScriptedRedis write it.
namespace session::test {

[[nodiscard]] std::string resp_bulk(std::string_view text);
[[nodiscard]] std::string resp_integer(long long value);
// Of elements that are RESP already.
[[nodiscard]] std::string resp_array(const std::vector<std::string>& elements);
// As a client sends it: an array of bulk strings.
[[nodiscard]] std::string resp_command(const std::vector<std::string>& words);
inline constexpr const char* kRespNil = "$-1\r\n";
inline constexpr const char* kRespOk = "+OK\r\n";

// Takes a command off the front of what has come; nullopt, and nothing is taken, while it is not complete.
[[nodiscard]] std::optional<std::vector<std::string>> take_command(std::string& data);

}  // namespace session::test
