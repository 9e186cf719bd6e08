#pragma once

#include <string>
#include <string_view>

namespace session::test {

// Bytes as lower-case hexadecimal, and back: how the vectors of specifications are printed.
inline std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

inline std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

template <class Array>
std::string hex_of(const Array& bytes) {
  return to_hex(std::string_view(bytes.data(), bytes.size()));
}

}  // namespace session::test
