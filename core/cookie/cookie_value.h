#pragma once

#include <string>
#include <string_view>

namespace session {

// The value of a cookie as applications on Node.js read and write it.

// As Node and the npm package cookie read it: without quotes around it, percent-decoded; as it is, if it
// can't be decoded. Always UTF-8; bytes beyond ASCII that are not encoded count as Latin-1.
[[nodiscard]] std::string decoded_cookie(std::string_view value);
// As JavaScript's encodeURIComponent writes it.
[[nodiscard]] std::string encoded_cookie(std::string_view text);

}  // namespace session
