#pragma once

#include <sys/un.h>

#include <cstddef>

namespace session {

// The length of the longest path of a Unix socket. sun_path has to end with a zero byte (unix(7)).
inline constexpr std::size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;

}  // namespace session
