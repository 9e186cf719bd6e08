#include "tests/support/redis/sockets.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace session::test {
namespace {

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&bytes); }
};

SocketAddress of_path(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("path too long: " + path);
  path.copy(address.sun_path, path.size());
  SocketAddress result{.size = sizeof address};
  std::memcpy(&result.bytes, &address, sizeof address);
  return result;
}

SocketAddress of(const RedisAddress& to) {
  if (!to.path.empty()) return of_path(to.path);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(to.port);
  if (inet_pton(AF_INET, to.host.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("not a numeric IPv4 address: " + to.host);
  }
  SocketAddress result{.size = sizeof address};
  std::memcpy(&result.bytes, &address, sizeof address);
  return result;
}

int make_socket(const RedisAddress& address) {
  const int fd = socket(address.path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::runtime_error("no socket");
  return fd;
}

std::uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

bool hung_up(int fd) {
  pollfd state{fd, 0, 0};
  return poll(&state, 1, 0) != 0;  // nothing is asked for, so it is an error or the end
}

// Until the peer has read what it was sent. It gives up after a while: a peer need not read at all.
bool was_read(int fd) {
  using std::chrono::steady_clock;
  const auto begin = steady_clock::now();
  for (int unread = 0; ioctl(fd, SIOCOUTQ, &unread) == 0 && unread > 0; std::this_thread::yield()) {
    if (hung_up(fd) || steady_clock::now() - begin > std::chrono::seconds(5)) return false;
  }
  // Its recv() may have taken the byte and still be on the look-out for more.
  const auto taken = steady_clock::now();
  while (steady_clock::now() - taken < std::chrono::microseconds(50)) std::this_thread::yield();
  return true;
}

}  // namespace

RedisAddress place_for(Wire wire, const std::string& directory) {
  if (wire == Wire::tcp) return RedisAddress{"127.0.0.1", 0};
  return RedisAddress{.path = directory + "/peer.sock"};
}

int connect_to(const RedisAddress& address) {
  const SocketAddress to = of(address);
  const int fd = make_socket(address);
  if (connect(fd, to.get(), to.size) == 0) {
    if (address.path.empty()) send_at_once(fd);
    return fd;
  }
  close(fd);
  return -1;
}

int listen_on(RedisAddress& address) {
  constexpr int kBacklog = 128;
  const SocketAddress at = of(address);
  const int fd = make_socket(address);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (!address.path.empty()) unlink(address.path.c_str());
  if (bind(fd, at.get(), at.size) != 0 || listen(fd, kBacklog) != 0) {
    close(fd);
    throw std::runtime_error("cannot listen on " + to_text(address));
  }
  if (address.path.empty()) address.port = port_of(fd);
  return fd;
}

void send_at_once(int fd) {
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool send_one_by_one(int fd, std::string_view bytes) {
  send_at_once(fd);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!send_all(fd, bytes.substr(at, 1)) || !was_read(fd)) return false;
  }
  return true;
}

std::string receive(int fd) {
  std::array<char, 65536> buffer{};
  const auto length = recv(fd, buffer.data(), buffer.size(), 0);
  return length > 0 ? std::string(buffer.data(), static_cast<std::size_t>(length)) : "";
}

}  // namespace session::test
