#pragma once

#include <optional>

#include "gateway/transport/codec.h"
#include "gateway/transport/fastcgi/assembler.h"
#include "gateway/transport/fastcgi/parser.h"

namespace session::gateway {

// FastCGI 1.0 for a responder and authorizer that does not multiplex. Which params are whose word:
// cgi_request.h.
class FastCgiCodec final : public Codec {
 public:
  // REQUIRES: the parser is of the connection's thread, takes requests of limits.request_bytes, and outlives
  // the codec.
  FastCgiCodec(FramingLimits limits, Parser& parser) : assembler_(limits), parser_(parser) {}

  [[nodiscard]] Outcome feed(std::string_view received) override;
  [[nodiscard]] const Request& request() const override { return parsed_->value(); }
  [[nodiscard]] Refusal refusal() const override {
    return {413, "too-large", "The request exceeds its size limit."};
  }
  void append_response(std::string& out, const Response& response) override;
  [[nodiscard]] std::string take_reply() override { return assembler_.take_reply(); }
  [[nodiscard]] bool keep_connection() const override { return assembler_.keep_connection(); }
  [[nodiscard]] bool idle() const override { return assembler_.idle(); }
  [[nodiscard]] const char* why() const override { return why_; }

 private:
  [[nodiscard]] Outcome parse();

  Assembler assembler_;
  Parser& parser_;
  std::optional<ParsedRequest> parsed_;
  const char* why_ = "";
};

}  // namespace session::gateway
