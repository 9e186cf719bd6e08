#include "core/crypto/base64url.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace session {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<bool, 256> member_table() {
  std::array<bool, 256> table{};
  for (const char c : kAlphabet) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kMember = member_table();

}  // namespace

void append_base64url(std::string& out, std::string_view bytes) {
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) out += kAlphabet[(bits >> (held - 6)) & 63];
  }
  if (held > 0) out += kAlphabet[(bits << (6 - held)) & 63];
}

std::string base64url(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  append_base64url(out, bytes);
  return out;
}

bool is_base64url(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return kMember[static_cast<unsigned char>(c)]; });
}

}  // namespace session
