#pragma once

#include <memory>

#include "gateway/config/settings.h"
#include "gateway/transport/codec.h"
#include "gateway/transport/fastcgi/parser.h"

namespace session::gateway {

// Makes the codecs of one worker's connections, and owns what the codecs of a protocol share. A new protocol
// is a folder under gateway/transport, a value of Protocol, and a case here. Not thread-safe: one per thread.
// It must outlive its codecs.
class CodecFactory {
 public:
  explicit CodecFactory(const Limits& limits) : parser_(limits.request_bytes) {}

  [[nodiscard]] std::unique_ptr<Codec> make(Protocol protocol, const Limits& limits);

 private:
  Parser parser_;
};

}  // namespace session::gateway
