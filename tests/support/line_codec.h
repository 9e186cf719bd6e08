#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "gateway/transport/codec.h"

namespace session::test {

using gateway::Codec;
using gateway::Request;
using gateway::Response;

// A protocol of the test's own: a line is a request, and its text the method. "?" is replied to without a
// request, "!" is not of the protocol, a line that begins with "#" is refused as too large, with "*" as
// malformed, "." ends the connection after its answer.
class LineCodec final : public Codec {
 public:
  Outcome feed(std::string_view received) override {
    pending_ += received;
    for (;;) {
      const auto end = pending_.find('\n');
      if (end == std::string::npos) return Outcome::need_more;
      line_ = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      if (line_ == "!") return Outcome::close;
      if (line_.starts_with('#') || line_.starts_with('*')) return Outcome::refused;
      if (line_ != "?") break;
      reply_ += "reply\n";
    }
    request_.method = line_;
    return Outcome::whole;
  }
  const Request& request() const override { return request_; }
  gateway::Refusal refusal() const override {
    if (line_.starts_with('*')) return {400, "bad-request", "This is no line."};
    return {413, "too-large", "This line is too large."};
  }
  void append_response(std::string& out, const Response& response) override {
    out += std::to_string(response.status) + " " + line_ + "\n";
  }
  std::string take_reply() override { return std::exchange(reply_, {}); }
  void close_after_answer() override { told_to_close = true; }
  bool keep_connection() const override { return line_ != "."; }
  bool idle() const override { return pending_.empty(); }
  const char* why() const override {
    if (line_.starts_with('*')) return "an asterisk";
    return line_ == "!" ? "an exclamation mark" : "";
  }
  static inline bool told_to_close = false;

 private:
  std::string pending_, line_, reply_;
  Request request_;
};

}  // namespace session::test
