#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "gateway/http/request.h"
#include "gateway/http/response.h"

namespace session::gateway {

// What a protocol is to a connection: bytes to requests, responses to bytes. One per connection.
//
// A codec alone decides which words of a request are the front's and which are the client's, and so what may
// control anything. It does no I/O, has no clock, and does not log: what is worth telling it says in why().
// Not thread-safe.
class Codec {
 public:
  enum class Outcome {
    need_more,  // send take_reply(), if there is any, and receive more
    whole,      // request() is a request to be answered; then call feed({}) for what came after it
    refused,    // answer refusal() by append_response(), then close; there is no next call of feed()
    close,      // send take_reply() and close; why() says what was wrong. There is no next call of feed()
  };

  virtual ~Codec() = default;

  // Takes what was received, however it is cut. Bytes after a whole request are kept for the next call.
  // `received` is valid during the call only, so a codec copies what it keeps and what request() views.
  [[nodiscard]] virtual Outcome feed(std::string_view received) = 0;

  // The request that is to be answered. Valid until append_response(). REQUIRES: feed() returned `whole`.
  [[nodiscard]] virtual const Request& request() const = 0;
  // After `refused`: why the connection can't go on, and what the peer is told.
  [[nodiscard]] virtual Refusal refusal() const = 0;
  // Appends the answer to the request that was completed or refused, as bytes to be sent. Gives the request's
  // memory back.
  virtual void append_response(std::string& out, const Response& response) = 0;

  // The connection is to end with the next answer: the codec tells the peer, if its protocol can.
  virtual void close_after_answer() {}
  // What the protocol wants sent now, before any answer. Taken: empty afterwards.
  [[nodiscard]] virtual std::string take_reply() = 0;
  // Whether the connection goes on after the answer that was appended last.
  [[nodiscard]] virtual bool keep_connection() const = 0;
  // Whether nothing has begun: no request, and no part of one.
  [[nodiscard]] virtual bool idle() const = 0;
  // How long the connection may idle until it is closed; nullopt: for ever, as the peer closes it.
  [[nodiscard]] virtual std::optional<milliseconds> idle_limit() const { return std::nullopt; }
  // After `close`: what the peer sent that is not of this protocol, for the log. Static text; empty if
  // nothing was wrong and the protocol just ends the connection here.
  [[nodiscard]] virtual const char* why() const = 0;

 protected:
  Codec() = default;
  Codec(const Codec&) = default;
  Codec& operator=(const Codec&) = default;
};

}  // namespace session::gateway
