#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace session {

// What makes any bytes fit for a line of a log, whoever they come from: no text can end its line, forge
// another or command a terminal. Control characters (C0, DEL, C1), line and paragraph separators, characters
// that turn the direction of writing, and what is not UTF-8 are escaped; all other characters stay.

// For lines of text: the bytes of such a character as \xNN. What would make `out` longer than `most` bytes is
// left away, and "..." says so.
void append_escaped_text(std::string& out, std::string_view text, std::size_t most);

// The same as a value of `key=value` fields: as it is if it is one word without quotes and "=", else in
// double quotes, with \" and \\ for these two. Nothing in it can pass for another field.
void append_escaped_value(std::string& out, std::string_view text, std::size_t most);

// For JSON (RFC 8259): a string with its quotes. Such characters as \u00NN, and what is not UTF-8 as U+FFFD.
// The same limit, quotes included.
void append_escaped_json(std::string& out, std::string_view text, std::size_t most);

// Whether a backslash of the text is escaped as well, so that the escape can be told from the text. In lines
// about patterns, which are full of them, it stays.
enum class Backslash { escaped, kept };

// Text from outside, fit for any line that people read: what is not printable ASCII as \xNN, at most 200
// characters.
[[nodiscard]] std::string printable(std::string_view text, Backslash backslash = Backslash::escaped);

}  // namespace session
