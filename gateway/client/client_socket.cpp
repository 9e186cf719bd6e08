#include "gateway/client/client_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <variant>

#include "core/base/unix_socket.h"

namespace session::gateway {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;
constexpr auto kBusyPause = milliseconds(5);

}  // namespace

ClientSocket::~ClientSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int ClientSocket::wait_for(short events) const {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - std::chrono::steady_clock::now()).count();
    if (left <= 0) return ETIMEDOUT;
    pollfd watched{descriptor_, events, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(std::min<long long>(left, 60000)));
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return errno;
  }
}

// A Unix socket whose backlog is full answers EAGAIN, and can't be polled for the moment when it is not.
int ClientSocket::connect_to(const void* address, std::size_t size) {
  const auto* generic = static_cast<const sockaddr*>(address);
  descriptor_ = ::socket(generic->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) return errno;
  while (::connect(descriptor_, generic, static_cast<socklen_t>(size)) != 0) {
    if (errno == EISCONN) return 0;
    if (errno == EAGAIN) {
      if (std::chrono::steady_clock::now() >= deadline_) return ETIMEDOUT;
      ::poll(nullptr, 0, static_cast<int>(kBusyPause.count()));
    } else if (errno == EINPROGRESS || errno == EALREADY) {
      if (const int failed = wait_for(POLLOUT)) return failed;
      int error = 0;
      socklen_t length = sizeof error;
      ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &length);
      return error;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int ClientSocket::connect(const Listen& where) {
  if (const auto* file = std::get_if<ListenUnix>(&where)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (file->path.size() > kMaxSocketPath) return ENAMETOOLONG;
    std::memcpy(address.sun_path, file->path.c_str(), file->path.size() + 1);
    return connect_to(&address, sizeof address);
  }
  const auto& tcp = std::get<ListenTcp>(where);
  if (tcp.host.find(':') != std::string::npos) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(tcp.port);
    if (::inet_pton(AF_INET6, tcp.host.c_str(), &address.sin6_addr) != 1) return EINVAL;
    return connect_to(&address, sizeof address);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(tcp.port);
  if (::inet_pton(AF_INET, tcp.host.c_str(), &address.sin_addr) != 1) return EINVAL;
  return connect_to(&address, sizeof address);
}

int ClientSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (const int failed = wait_for(POLLOUT)) return failed;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int ClientSocket::receive(std::string& to) {
  to.resize(kPiece);
  for (;;) {
    const ssize_t got = ::recv(descriptor_, to.data(), to.size(), 0);
    if (got >= 0) {
      to.resize(static_cast<std::size_t>(got));
      return 0;
    }
    if (errno == EAGAIN) {
      if (const int failed = wait_for(POLLIN)) return failed;
    } else if (errno != EINTR) {
      return errno;
    }
  }
}

}  // namespace session::gateway
