#pragma once

#include <cstddef>

#include "gateway/config/settings.h"

namespace session::gateway {

// A connection that a listener has accepted. Whoever gets it closes the descriptor.
struct AcceptedSocket {
  int descriptor = -1;
  int family = 0;  // AF_UNIX, AF_INET or AF_INET6
  Protocol protocol = Protocol::fastcgi;
  std::size_t listener = 0;  // the place of its listener among all
};

}  // namespace session::gateway
