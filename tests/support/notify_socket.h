#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace session::test {

// The service manager's end of sd_notify(3): a datagram socket that keeps all it was told.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path)
      : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("bind " + path);
    }
  }
  ~NotifySocket() { ::close(descriptor_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  // The next message; throws if none comes in time.
  std::string next() {
    pollfd ready{descriptor_, POLLIN, 0};
    if (::poll(&ready, 1, 20000) != 1) throw std::runtime_error("waited in vain for a notification");
    std::array<char, 4096> bytes{};
    const auto got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (got < 0) throw std::runtime_error("recv");
    return {bytes.data(), static_cast<std::size_t>(got)};
  }

  // Messages up to the first one that begins so, that one included.
  std::vector<std::string> up_to(const std::string& beginning) {
    std::vector<std::string> messages;
    do messages.push_back(next());
    while (!messages.back().starts_with(beginning));
    return messages;
  }

  // Whether a message has come that was not read yet.
  [[nodiscard]] bool silent() const {
    pollfd ready{descriptor_, POLLIN, 0};
    return ::poll(&ready, 1, 0) == 0;
  }

 private:
  int descriptor_;
};

}  // namespace session::test
