#include "core/base/escape.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace session {
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

void append_hex(std::string& out, unsigned byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.append(1, kHex[byte >> 4U & 15U]).append(1, kHex[byte & 15U]);
}

void append_bytes(std::string& out, std::string_view bytes) {
  for (const char c : bytes) append_hex(out.append("\\x"), static_cast<unsigned char>(c));
}

// All characters that must be escaped lie below U+10000.
void append_code(std::string& out, unsigned code) {
  append_hex(out.append("\\u"), code >> 8U);
  append_hex(out, code & 0xffU);
}

// Calls piece(character, well_formed) for each character of the text, and appends the results while they
// fit.
template <class Piece>
void append_pieces(std::string& out, std::string_view text, std::size_t most, Piece piece) {
  const std::size_t room = most - std::min(most, kCut.size());
  std::size_t cut_at = out.size();  // where to cut if the rest does not fit
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

// Whether the text needs no escape, as most texts.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

void append_escaped_text(std::string& out, std::string_view text, std::size_t most) {
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

void append_escaped_value(std::string& out, std::string_view text, std::size_t most) {
  const bool word = !text.empty() && is_plain(text) && text.find_first_of(" \"=\\") == std::string_view::npos;
  if (word) return append_escaped_text(out, text, most);
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

void append_escaped_json(std::string& out, std::string_view text, std::size_t most) {
  out += '"';
  append_pieces(out, text, most - 1, [&](std::string_view character, bool well_formed) {
    if (!well_formed) {
      out.append("\xef\xbf\xbd");
    } else if (character == "\"" || character == "\\") {
      out.append("\\").append(character);
    } else if (const unsigned code = code_of(character); is_harmful(code)) {
      append_code(out, code);
    } else {
      out.append(character);
    }
  });
  out += '"';
}

std::string printable(std::string_view text, Backslash backslash) {
  constexpr std::size_t kMax = 200;
  std::string out;
  for (const char c : text.substr(0, kMax)) {
    const bool kept = c >= 0x20 && c < 0x7f && (c != '\\' || backslash == Backslash::kept);
    if (kept) {
      out += c;
    } else {
      append_bytes(out, {&c, 1});
    }
  }
  if (text.size() > kMax) out += "...";
  return out;
}

}  // namespace session
