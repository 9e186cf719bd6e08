#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace session::gateway {

// conf/gateway.yaml, as it was when the program was built.
[[nodiscard]] std::string_view reference_text();

// What such a file says of its keys, by the dotted key: the lines of comment right above a key, or above its
// example ("#salt:"), and the comment behind its value. Line breaks are spaces.
using KeyComments = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] KeyComments key_comments(std::string_view reference);

}  // namespace session::gateway
