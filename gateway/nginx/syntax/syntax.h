#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace session::gateway {

// A location in the files of an nginx configuration.
struct Place {
  std::string file;  // as it was opened
  int line = 0;      // from 1
};

// One word of a directive as nginx reads it: without quotes and escapes.
struct Word {
  std::string text;
  int line = 0;
};

// A directive with its arguments and, if it is a block, its inner directives.
struct Directive {
  std::string name;
  std::vector<std::string> args;
  Place place;  // of its name
  bool is_block = false;
  std::vector<Directive> children;

  // The argument of that number, from 0; "" if there is none.
  [[nodiscard]] const std::string& arg(std::size_t i) const {
    static const std::string none;
    return i < args.size() ? args[i] : none;
  }
};

// Why a configuration can't be read, in words for the operator.
struct SyntaxError {
  Place place;  // line 0: the file as a whole
  std::string text;
};

// Text of a configuration for a line that people read: everything but printable ASCII becomes \xNN, and the
// text is cut after 200 characters. Keeps backslashes, because patterns are full of them.
[[nodiscard]] std::string legible(std::string_view text);

// "nginx.conf:12: unexpected }". One line of printable ASCII.
[[nodiscard]] std::string render(const SyntaxError& error);
[[nodiscard]] std::string render(const Place& place);

}  // namespace session::gateway
