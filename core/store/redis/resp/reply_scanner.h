#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace session {

// Finds the ends of replies in a stream of RESP2, by the lengths in its headers alone: it looks at no content
// of bulk strings, copies nothing, and looks at no byte twice, however the stream is cut. It enforces no
// limit and finds no fault: whatever it does not expect, it can't follow, and the stream's reader has to.
class ReplyScanner {
 public:
  // Goes on with the next bytes of the stream. Returns how many of them belong to the reply that has begun,
  // or begins with them: all if its end is not among them, or not known. REQUIRES: there are some.
  std::size_t scan(std::string_view bytes);

  // True if the last bytes that belonged to a reply were its end, and before the first reply.
  [[nodiscard]] bool between_replies() const { return !lost_ && parts_ == 0 && content_ == 0; }

  // It follows the stream no longer: all bytes belong to a reply that does not end.
  void give_up() { lost_ = true; }

 private:
  // Reads on in a header. Returns how many bytes belong to it.
  std::size_t scan_header(std::string_view bytes);
  // Takes the next byte of the number in a header; false: it is none.
  bool add_digit(char digit);
  // The header has ended.
  void begin_part();

  std::uint64_t parts_ = 0;    // of the reply, whose headers have not ended
  std::uint64_t content_ = 0;  // bytes of a bulk string and its line end that are still to come
  bool lost_ = false;
  // The header that has begun.
  char type_ = '\0';  // '\0': none has
  bool at_line_end_ = false;
  bool negative_ = false;
  int digits_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace session
