#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "gateway/transport/fastcgi/framing.h"

namespace session::gateway {

// Puts requests together from what a connection receives, however it is cut.
//
// A request that arrives in one piece, as nearly all do, is handed out where it lies; only others are copied.
// Holds at most one request and what was last received after it; nothing while idle. Not thread-safe.
class Assembler {
 public:
  enum class Outcome {
    need_more,  // receive more
    whole,      // request() is a request to be answered; then call feed({}) for what came after it
    too_large,  // answer with an error under request_id(), then close
    close,      // send take_reply() and close; why() says what was wrong, or is empty if nothing was
  };

  explicit Assembler(FramingLimits limits) : framing_(limits) {}

  // Takes what was received. Bytes after a whole request are kept for the next call. What request() views is
  // `received` or the assembler itself, and valid until the next call.
  [[nodiscard]] Outcome feed(std::string_view received);

  // The records of one request and nothing else, fit for libfcgi.
  [[nodiscard]] std::string_view request() const { return request_; }
  [[nodiscard]] std::uint16_t request_id() const { return framing_.request_id(); }
  [[nodiscard]] Role role() const { return framing_.role(); }
  [[nodiscard]] bool keep_connection() const { return framing_.keep_connection(); }
  // As Framing::take_reply().
  [[nodiscard]] std::string take_reply() { return framing_.take_reply(); }
  [[nodiscard]] const char* why() const { return why_; }
  // Whether nothing has begun: no request, and no part of a record.
  [[nodiscard]] bool idle() const { return framing_.idle() && seen_ == pending_.size(); }

 private:
  [[nodiscard]] Outcome walk(std::string_view input);
  void keep_rest(std::string_view input, std::size_t at);
  void drop_seen();

  Framing framing_;
  std::string pending_;    // received before; framing has not seen it all yet
  std::size_t seen_ = 0;   // how much of that it has
  std::string assembled_;  // records of the request, if they did not come in one piece
  std::string_view request_;
  const char* why_ = "";
};

}  // namespace session::gateway
