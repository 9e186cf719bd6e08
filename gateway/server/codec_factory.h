#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "gateway/config/settings.h"
#include "gateway/transport/codec.h"
#include "gateway/transport/fastcgi/parser.h"
#include "gateway/transport/http/date_line.h"
#include "gateway/transport/http/routes.h"

namespace session::gateway {

// Makes the codecs of one worker's connections, and owns what the codecs of a protocol share. A new protocol
// is a folder under gateway/transport, a value of Protocol, and a case here. Not thread-safe: one per thread.
// It must outlive its codecs.
class CodecFactory {
 public:
  // `routes` is asked once per request by HTTP. The clock must outlive the factory.
  CodecFactory(const Limits& limits, const Clock& clock, RoutesInUse routes)
      : parser_(limits.request_bytes), date_(clock), routes_(std::move(routes)) {}

  // For a connection of that listener (AcceptedSocket::listener). `peer`: the user who has connected, if that
  // is known.
  [[nodiscard]] std::unique_ptr<Codec> make(Protocol protocol, const Limits& limits, std::size_t listener,
                                            std::optional<uid_t> peer);

 private:
  Parser parser_;
  DateLine date_;
  RoutesInUse routes_;
};

}  // namespace session::gateway
