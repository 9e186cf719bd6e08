#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace session::gateway {

// Reads a chunked body (RFC 9112, section 7.1), in pieces of any size, and keeps nothing of it but the line
// that is not whole yet. Takes less than parsers do that are written for many peers, since what one of them
// reads in another way smuggles a request past a front: every line ends with CR LF and holds no other control
// character, a length has at most 16 digits and nothing between it and its extension, and a trailer is a
// field, on one line, that says nothing of the framing. Extensions and trailers are dropped. Pure. Not
// thread-safe.
class ChunkedBody {
 public:
  // Of a line with a chunk's length.
  static constexpr std::size_t kMaxLengthLine = 256;

  // Takes bytes up to the end of the body, and appends the content to `to`, unless it is nullptr. Returns how
  // many it has taken; nullopt: they are malformed, and the body is over.
  [[nodiscard]] std::optional<std::size_t> feed(std::string_view bytes, std::string* to);
  [[nodiscard]] bool whole() const { return part_ == Part::whole; }

 private:
  enum class Part { length, content, end_of_content, trailer, whole };

  // Takes a part of a line; false: malformed.
  [[nodiscard]] bool take_line(std::string_view& rest);
  [[nodiscard]] bool line_is_over();
  [[nodiscard]] bool take_length(std::string_view line);
  [[nodiscard]] bool take_trailer(std::string_view line);

  Part part_ = Part::length;
  std::string line_;        // what has come of it, without its LF
  std::uint64_t left_ = 0;  // of the chunk
};

}  // namespace session::gateway
