#include "gateway/telemetry/log/escape.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/config/plain_text.h"

namespace session::gateway {
namespace {

constexpr std::string_view kCut = "...";

// The code point of a well-formed character.
unsigned code_of(std::string_view character) {
  const auto at = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(character[i]));
  };
  if (character.size() == 1) return at(0);
  unsigned code = at(0) & (0xffU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) code = code << 6U | (at(i) & 0x3fU);
  return code;
}

bool is_harmful(unsigned code) {
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                         (code >= 0x2066 && code <= 0x2069);
  return control || separator || direction;
}

void append_bytes(std::string& out, std::string_view bytes) {
  for (const char c : bytes)
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
}

// Takes a text apart: calls piece(character, well_formed) for each, and appends what that makes while it
// fits.
template <class Piece>
void append_pieces(std::string& out, std::string_view text, std::size_t most, Piece piece) {
  const std::size_t room = most - std::min(most, kCut.size());
  std::size_t cut_at = out.size();  // how much may stay if the rest does not fit
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    piece(text.substr(0, std::max<std::size_t>(length, 1)), length > 0);
    if (out.size() > most) {
      out.resize(std::min(cut_at, out.size()));
      out.append(kCut);
      return;
    }
    if (out.size() <= room) cut_at = out.size();
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

// Most text needs nothing done to it.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

void append_text(std::string& out, std::string_view text, std::size_t most) {
  if (is_plain(text) && out.size() + text.size() <= most) {
    out.append(text);
    return;
  }
  append_pieces(out, text, most, [&](std::string_view character, bool well_formed) {
    if (well_formed && !is_harmful(code_of(character))) {
      out.append(character);
    } else {
      append_bytes(out, character);
    }
  });
}

void append_value(std::string& out, std::string_view text, std::size_t most) {
  const bool word = !text.empty() && is_plain(text) && text.find_first_of(" \"=\\") == std::string_view::npos;
  if (word) return append_text(out, text, most);
  out += '"';
  append_pieces(out, text, most - 1, [&](std::string_view character, bool well_formed) {
    if (character == "\"" || character == "\\") {
      out.append("\\").append(character);
    } else if (well_formed && !is_harmful(code_of(character))) {
      out.append(character);
    } else {
      append_bytes(out, character);
    }
  });
  out += '"';
}

void append_json(std::string& out, std::string_view text, std::size_t most) {
  out += '"';
  append_pieces(out, text, most - 1, [&](std::string_view character, bool well_formed) {
    if (!well_formed) {
      out.append("\xef\xbf\xbd");
    } else if (character == "\"" || character == "\\") {
      out.append("\\").append(character);
    } else if (const unsigned code = code_of(character); is_harmful(code)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
    } else {
      out.append(character);
    }
  });
  out += '"';
}

}  // namespace session::gateway
