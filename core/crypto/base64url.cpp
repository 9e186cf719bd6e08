#include "core/crypto/base64url.h"

#include <algorithm>
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

constexpr std::size_t encoded_size(std::size_t bytes) { return (bytes * 4 + 2) / 3; }

void encode(char* out, std::string_view bytes) noexcept {
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(bytes[i])}; };
  const auto put = [&](std::uint32_t bits, int characters) {
    for (int shift = 18; characters > 0; --characters, shift -= 6) *out++ = kAlphabet[(bits >> shift) & 63];
  };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) put(byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2), 4);
  if (bytes.size() - i == 1) put(byte(i) << 16, 2);
  if (bytes.size() - i == 2) put(byte(i) << 16 | byte(i + 1) << 8, 3);
}

}  // namespace

void append_base64url(std::string& out, std::string_view bytes) {
  const std::size_t before = out.size();
  out.resize(before + encoded_size(bytes.size()));
  encode(out.data() + before, bytes);
}

Base64urlOf32 base64url_of_32(const std::array<char, 32>& bytes) noexcept {
  Base64urlOf32 out;
  encode(out.data(), {bytes.data(), bytes.size()});
  return out;
}

std::string base64url(std::string_view bytes) {
  std::string out;
  append_base64url(out, bytes);
  return out;
}

bool is_base64url(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return kMember[static_cast<unsigned char>(c)]; });
}

}  // namespace session
