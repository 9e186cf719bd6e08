#include "gateway/server/codec_factory.h"

#include <stdexcept>

#include "gateway/transport/fastcgi/codec.h"
#include "gateway/transport/http/codec.h"

namespace session::gateway {
namespace {

FramingLimits framing_limits(const Limits& limits) {
  FramingLimits framing;
  framing.request_bytes = limits.request_bytes;
  framing.connections = limits.connections;
  return framing;
}

}  // namespace

std::unique_ptr<Codec> CodecFactory::make(Protocol protocol, const Limits& limits, std::size_t listener,
                                          std::optional<uid_t> peer) {
  switch (protocol) {
    case Protocol::fastcgi:
      return std::make_unique<FastCgiCodec>(framing_limits(limits), parser_);
    case Protocol::http: {
      HttpLimits http;
      http.request_bytes = routes_().request_bytes(listener, limits.request_bytes);
      return std::make_unique<HttpCodec>(http, listener, routes_, date_, peer);
    }
  }
  throw std::logic_error("a listener's protocol has no codec");
}

}  // namespace session::gateway
