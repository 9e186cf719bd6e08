#include "gateway/server/codec_factory.h"

#include <stdexcept>

#include "gateway/transport/fastcgi/codec.h"

namespace session::gateway {
namespace {

FramingLimits framing_limits(const Limits& limits) {
  FramingLimits framing;
  framing.request_bytes = limits.request_bytes;
  framing.connections = limits.connections;
  return framing;
}

}  // namespace

std::unique_ptr<Codec> CodecFactory::make(Protocol protocol, const Limits& limits) {
  switch (protocol) {
    case Protocol::fastcgi:
      return std::make_unique<FastCgiCodec>(framing_limits(limits), parser_);
  }
  throw std::logic_error("a listener's protocol has no codec");
}

}  // namespace session::gateway
