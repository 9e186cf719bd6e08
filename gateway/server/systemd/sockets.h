#pragma once

#include <vector>

namespace session::gateway {

// The listening sockets that the service manager has opened for this process (sd_listen_fds(3)), non-blocking
// and closed on exec; none, if it has not. Empties the environment of them, so that a second call returns
// none. Throws std::runtime_error if what it passed is not a listening stream socket.
[[nodiscard]] std::vector<int> sockets_from_service_manager();

}  // namespace session::gateway
