#include "core/cookie/cookie_value.h"

#include "core/base/utf8.h"

namespace session {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Appends the character as UTF-8. Node reads the bytes of a header as Latin-1.
void append_latin1(std::string& to, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x80) {
    to += c;
  } else {
    to += {static_cast<char>(0xc0U | (byte >> 6U)), static_cast<char>(0x80U | (byte & 0x3fU))};
  }
}

std::string from_latin1(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) append_latin1(text, c);
  return text;
}

// Decodes the %XX sequences at the front of `rest`, and removes them from it. Returns false for a % without
// two hexadecimal digits.
bool take_escapes(std::string_view& rest, std::string& to) {
  while (rest.starts_with('%')) {
    if (rest.size() < 3) return false;
    const int high = hex_value(rest[1]);
    const int low = hex_value(rest[2]);
    if (high < 0 || low < 0) return false;
    to += static_cast<char>(high * 16 + low);
    rest.remove_prefix(3);
  }
  return true;
}

// Decodes as JavaScript's decodeURIComponent (ECMA-262) does. Returns false where that throws: for an invalid
// escape, and for a run of escapes that is not UTF-8 by itself.
bool percent_decoded(std::string_view text, std::string& to) {
  while (!text.empty()) {
    if (text.front() != '%') {
      append_latin1(to, text.front());
      text.remove_prefix(1);
      continue;
    }
    std::string escaped;
    if (!take_escapes(text, escaped) || !is_utf8(escaped)) return false;
    to += escaped;
  }
  return true;
}

// Whether encodeURIComponent leaves the character as it is (ECMA-262, "uriUnescaped").
bool stays(char c) {
  constexpr std::string_view kMarks = "-_.!~*'()";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kMarks.find(c) != std::string_view::npos;
}

}  // namespace

std::string decoded_cookie(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value.remove_prefix(1);
    value.remove_suffix(1);
  }
  std::string decoded;
  return percent_decoded(value, decoded) ? decoded : from_latin1(value);
}

std::string encoded_cookie(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (stays(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return out;
}

}  // namespace session
