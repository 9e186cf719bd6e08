#pragma once

#include "core/base/edge_socket.h"

namespace session::gateway {

// A connection's socket.
using ConnectionSocket = EdgeSocket;

}  // namespace session::gateway
