#pragma once

#include <vector>

namespace session::gateway {

// Returns the listening sockets that the service manager has opened for this process (sd_listen_fds(3)), made
// non-blocking and close-on-exec; none if it has not passed any. Removes them from the environment, so that a
// second call returns none. Throws std::runtime_error if a passed descriptor is not a listening stream
// socket.
[[nodiscard]] std::vector<int> sockets_from_service_manager();

}  // namespace session::gateway
