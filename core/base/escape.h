#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace session {

// These functions escape untrusted bytes for a line of a log: no text can end its line, forge another line or
// control a terminal. They escape control characters (C0, DEL, C1), line and paragraph separators, characters
// that change the writing direction, and invalid UTF-8; all other characters stay.

// For lines of text: writes the bytes of an escaped character as \xNN. Cuts the text where `out` would become
// longer than `most` bytes, and marks the cut with "...".
void append_escaped_text(std::string& out, std::string_view text, std::size_t most);

// The same for the value of a `key=value` field: one word without quotes and "=" stays as it is; anything
// else is put in double quotes, with \" and \\ for these two. A value can't pass for another field.
void append_escaped_value(std::string& out, std::string_view text, std::size_t most);

// For JSON (RFC 8259): appends a string with its quotes. Writes an escaped character as \u00NN, and invalid
// UTF-8 as U+FFFD. The limit is the same, and includes the quotes.
void append_escaped_json(std::string& out, std::string_view text, std::size_t most);

// Whether to escape a backslash of the text as well, so that readers can tell an escape from the text. Lines
// about regular expressions, which are full of backslashes, keep them.
enum class Backslash { escaped, kept };

// Untrusted text for any line that people read: everything but printable ASCII becomes \xNN, and the text is
// cut after 200 characters.
[[nodiscard]] std::string printable(std::string_view text, Backslash backslash = Backslash::escaped);

}  // namespace session
