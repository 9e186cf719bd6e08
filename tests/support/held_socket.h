#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {

// A listening socket as a service manager holds it: children inherit it.
class HeldSocket {
 public:
  // A Unix socket.
  explicit HeldSocket(const std::string& path) {
    auto& address = reinterpret_cast<sockaddr_un&>(address_);
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    size_ = sizeof address;
    listen();
  }
  // TCP, on a port of the kernel's choice.
  HeldSocket() {
    auto& address = reinterpret_cast<sockaddr_in&>(address_);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size_ = sizeof address;
    listen();
  }
  ~HeldSocket() { ::close(descriptor_); }
  HeldSocket(const HeldSocket&) = delete;
  HeldSocket& operator=(const HeldSocket&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] int port() const { return ntohs(reinterpret_cast<const sockaddr_in&>(address_).sin_port); }
  // A new connection to it.
  [[nodiscard]] int connect() const {
    const int descriptor = ::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BOOST_REQUIRE(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address_), size_) == 0);
    return descriptor;
  }

 private:
  void listen() {
    descriptor_ = ::socket(address_.ss_family, SOCK_STREAM, 0);
    BOOST_REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address_), size_) == 0);
    BOOST_REQUIRE(::listen(descriptor_, 4096) == 0);
    BOOST_REQUIRE(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address_), &size_) == 0);
  }

  sockaddr_storage address_{};
  socklen_t size_ = 0;
  int descriptor_ = -1;
};

}  // namespace session::test
