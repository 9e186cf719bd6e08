#pragma once

#include <cstddef>
#include <string_view>

namespace session::gateway {

// Finds the end of the header block of an HTTP/1.1 message (RFC 9112), in bytes that arrive in pieces of any
// size. Refuses what different parsers read in different ways, by which requests are smuggled past a front: a
// CR or LF that is no line's end, a NUL, and a line that goes on in the next one (obs-fold, section 5.2). All
// else is the parser's business. Looks at each byte once, however they arrive. Pure. Not thread-safe.
class HeadScan {
 public:
  enum class Outcome { need_more, complete, malformed };

  // `all`: what has come since the message began. REQUIRES: it begins with the bytes of the call before.
  [[nodiscard]] Outcome feed(std::string_view all);
  // The size of the block, with the empty line at its end. REQUIRES: feed() returned `complete`.
  [[nodiscard]] std::size_t size() const { return line_; }
  void reset() { *this = HeadScan(); }

 private:
  std::size_t line_ = 0;  // where the line begins that is not whole yet
  std::size_t seen_ = 0;  // how much of it is fine, and no LF
};

}  // namespace session::gateway
