#include "gateway/server/systemd/sockets.h"

#include <fcntl.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace session::gateway {
namespace {

void set_non_blocking(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) {
    throw std::system_error(errno, std::generic_category(), "a socket of the service manager");
  }
}

}  // namespace

std::vector<int> sockets_from_service_manager() {
  const int count = ::sd_listen_fds(1);
  if (count < 0) throw std::system_error(-count, std::generic_category(), "the service manager's LISTEN_FDS");
  std::vector<int> sockets;
  for (int descriptor = SD_LISTEN_FDS_START; descriptor < SD_LISTEN_FDS_START + count; ++descriptor) {
    if (::sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, 1) <= 0) {
      throw std::runtime_error("descriptor " + std::to_string(descriptor) +
                               " of the service manager is not a listening stream socket");
    }
    set_non_blocking(descriptor);
    sockets.push_back(descriptor);
  }
  return sockets;
}

}  // namespace session::gateway
