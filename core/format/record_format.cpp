#include "core/format/record_format.h"

namespace session {

std::string RecordFormat::respelled(std::string_view bytes, std::string_view nonce) const {
  constexpr std::string_view kSpaces = " \t\r\n";  // two bits each
  while (!bytes.empty() && kSpaces.find(bytes.back()) != kSpaces.npos) bytes.remove_suffix(1);
  std::string text(bytes);
  for (const char byte : nonce) {
    for (int shift = 0; shift < 8; shift += 2)
      text += kSpaces[(static_cast<unsigned char>(byte) >> static_cast<unsigned>(shift)) & 3U];
  }
  return text;
}

}  // namespace session
