#include "gateway/endpoints/page_cursor.h"

#include <array>
#include <charconv>

#include "core/crypto/digest.h"
#include "core/crypto/hex.h"

namespace session::gateway {
namespace {

constexpr std::size_t kCheckBytes = 4;

std::string check_of(std::string_view list, std::string_view position) {
  const std::array<char, 32> digest = sha256(std::string(list) + '\0', position);
  return std::string(digest.data(), kCheckBytes);
}

// nullopt: it is not lower-case hexadecimal.
std::optional<std::string> bytes_of(std::string_view text) {
  if (text.size() % 2 != 0 || text.find_first_not_of("0123456789abcdef") != text.npos) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned char byte = 0;
    std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

}  // namespace

std::string page_cursor(std::string_view list, std::string_view position) {
  return hex(check_of(list, position) + std::string(position));
}

std::optional<std::string> position_of(std::string_view list, std::string_view cursor) {
  const auto bytes = bytes_of(cursor);
  if (!bytes || bytes->size() <= kCheckBytes) return std::nullopt;
  std::string position = bytes->substr(kCheckBytes);
  if (bytes->substr(0, kCheckBytes) != check_of(list, position)) return std::nullopt;
  return position;
}

}  // namespace session::gateway
