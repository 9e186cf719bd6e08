#pragma once

#include <string>
#include <string_view>

namespace session::gateway::test {

// Bytes as a failure message can show them: printable ones as they are, others as \xNN.
inline std::string visible(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    if (c > 0x20 && c < 0x7f && c != '\\') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append("\\x").append(1, kDigits[byte >> 4U]).append(1, kDigits[byte & 15U]);
    }
  }
  return out;
}

}  // namespace session::gateway::test
