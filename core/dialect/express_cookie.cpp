#include "core/dialect/express_cookie.h"

#include <array>

#include <openssl/evp.h>

#include "core/json/json.h"

namespace session {
namespace {

constexpr std::string_view kMark = "s:";
constexpr std::string_view kHex = "0123456789ABCDEF";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// The bytes that %XX stand for; false: a % without two hexadecimal digits.
bool percent_decoded(std::string_view text, std::string& to) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      to += text[i];
      continue;
    }
    if (text.size() - i < 3) return false;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return false;
    to += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

// Whether JavaScript's decodeURIComponent would take these bytes (ECMA-262 asks for well-formed UTF-8). The
// JSON parser knows.
bool is_utf8(std::string_view bytes) {
  std::string quoted = "\"";
  for (const char c : bytes) {
    const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
    quoted += plain ? c : ' ';
  }
  quoted += '"';
  return parse_json(quoted).has_value();
}

// What encodeURIComponent leaves as it is (ECMA-262, "uriUnescaped").
bool stays(char c) {
  constexpr std::string_view kMarks = "-_.!~*'()";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kMarks.find(c) != std::string_view::npos;
}

// Standard base64 without the = at its end.
std::string base64(const Mac::Tag& tag) {
  std::array<unsigned char, 48> out{};
  const auto* bytes = reinterpret_cast<const unsigned char*>(tag.data());
  EVP_EncodeBlock(out.data(), bytes, static_cast<int>(tag.size()));
  constexpr std::size_t kCharacters = 43;  // of 32 bytes; then comes one =
  return {reinterpret_cast<const char*>(out.data()), kCharacters};
}

}  // namespace

std::string decoded_cookie(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value.remove_prefix(1);
    value.remove_suffix(1);
  }
  std::string decoded;
  if (value.find('%') == std::string_view::npos) return std::string(value);
  return percent_decoded(value, decoded) && is_utf8(decoded) ? decoded : std::string(value);
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

SignedCookies::SignedCookies(const std::vector<Secret>& secrets) {
  for (const Secret& secret : secrets) secrets_.emplace_back(secret);
}

std::string SignedCookies::signature(Mac& secret, std::string_view text) { return base64(secret.tag(text)); }

std::string SignedCookies::sign(std::string_view text) {
  const std::string signed_text =
      std::string(kMark).append(text).append(".").append(signature(secrets_.front(), text));
  return encoded_cookie(signed_text);
}

Result<SignedCookies::Signed, Refusal> SignedCookies::verify(std::string_view value) {
  const std::string decoded = decoded_cookie(value);
  const auto dot = decoded.rfind('.');
  if (!decoded.starts_with(kMark) || dot == std::string::npos || dot <= kMark.size())
    return Refusal::malformed;
  const std::string_view text = std::string_view(decoded).substr(kMark.size(), dot - kMark.size());
  const std::string_view given = std::string_view(decoded).substr(dot + 1);
  for (Mac& secret : secrets_) {
    if (equal_in_constant_time(signature(secret, text), given))
      return Signed{std::string(text), &secret != &secrets_.front()};
  }
  return Refusal::bad_signature;
}

}  // namespace session
