#pragma once

#include <string>
#include <vector>

namespace session::test {

// The parts of a cookie value between the dots.
inline std::vector<std::string> parts_of(const std::string& cookie) {
  std::vector<std::string> parts(1);
  for (const char c : cookie) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

inline std::string joined(const std::vector<std::string>& parts) {
  std::string cookie;
  for (const std::string& part : parts) cookie += (cookie.empty() ? "" : ".") + part;
  return cookie;
}

}  // namespace session::test
