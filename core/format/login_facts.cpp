#include "core/format/login_facts.h"

#include "core/base/utf8.h"

namespace session {
namespace {

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  // U+0080 to U+009F: some terminals obey them.
  return character.size() == 2 && first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

std::string cleaned(std::string_view text, std::size_t max) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    const bool legible = length > 0 && !is_control(character);
    if (clean.size() + (legible ? length : 1) > max) break;
    if (legible) {
      clean += character;
    } else {
      clean += '?';
    }
    text.remove_prefix(character.size());
  }
  return clean;
}

}  // namespace

ClientFacts client_facts(std::string_view address, std::string_view agent) {
  return {cleaned(address, kMaxAddressBytes), cleaned(agent, kMaxAgentBytes)};
}

}  // namespace session
