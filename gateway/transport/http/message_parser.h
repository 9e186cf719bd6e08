#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/transport/http/chunked_body.h"

namespace session::gateway {

// The head of a request as it was sent. Views of what was parsed.
struct HttpHead {
  struct Field {
    std::string_view name, value;
  };
  std::string_view method, target;
  bool is_1_1 = false;
  std::vector<Field> fields;  // in their order
};

// Parses one HTTP/1.1 request after the other: the head with Boost.Beast (RFC 9110, 9112), which this class
// alone sees, and the body, where ChunkedBody is stricter than Beast. What Beast takes of a head and the
// gateway does not is the caller's to refuse: see HeadScan and http_request.h. Not thread-safe.
class MessageParser {
 public:
  MessageParser();
  ~MessageParser();
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  // Parses a whole header block. Returns false if it is malformed. The views of head() are into `block`.
  [[nodiscard]] bool parse_head(std::string_view block);
  [[nodiscard]] const HttpHead& head() const;

  // REQUIRES of all that follow: parse_head() returned true.
  [[nodiscard]] bool keep_alive() const;
  // Whether the request is whole, with its body.
  [[nodiscard]] bool whole() const;
  // As Content-Length says; nullopt: there is none.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;
  // Takes bytes up to the end of the body, with its framing, and appends the content to `to`, unless it is
  // nullptr. Returns how many it has taken: all, or up to the end; nullopt: they are malformed.
  [[nodiscard]] std::optional<std::size_t> feed_body(std::string_view bytes, std::string* to);

  // Forgets the request, and gives back the memory of an unusually large one.
  void clear();

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
  std::optional<ChunkedBody> chunks_;
  std::uint64_t left_ = 0;  // of a body of known length
};

}  // namespace session::gateway
