#include "gateway/config/plain_text.h"

#include "core/base/utf8.h"

namespace session::gateway {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

bool is_control(unsigned c) { return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f; }

}  // namespace

std::optional<std::size_t> first_not_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text.substr(at));
    if (length == 0 || is_control(byte_at(text, at))) return at;
    at += length;
  }
  return std::nullopt;
}

}  // namespace session::gateway
