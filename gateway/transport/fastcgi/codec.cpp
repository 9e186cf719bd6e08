#include "gateway/transport/fastcgi/codec.h"

#include "gateway/transport/fastcgi/records.h"

namespace session::gateway {

Codec::Outcome FastCgiCodec::feed(std::string_view received) {
  switch (assembler_.feed(received)) {
    case Assembler::Outcome::need_more:
      return Outcome::need_more;
    case Assembler::Outcome::whole:
      return parse();
    case Assembler::Outcome::too_large:
      return Outcome::refused;
    case Assembler::Outcome::close:
      break;
  }
  why_ = assembler_.why();
  return Outcome::close;
}

Codec::Outcome FastCgiCodec::parse() {
  parsed_ = parser_.parse(assembler_.request());
  if (parsed_) return Outcome::whole;
  why_ = "a request that libfcgi refuses, though the framing check had passed it";
  return Outcome::close;
}

void FastCgiCodec::append_response(std::string& out, const Response& response) {
  const bool authorizes = assembler_.role() == Role::authorizer;
  const auto append = authorizes ? append_authorizer_response : gateway::append_response;
  append(out, assembler_.request_id(), response);
  parsed_.reset();
}

}  // namespace session::gateway
