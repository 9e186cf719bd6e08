#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace session::gateway::test {

// Something that listens and is no gateway: answers the first connection with these bytes when the request
// has come, and closes. Without bytes it never accepts.
class Impostor {
 public:
  enum class Then { closes, waits };  // `waits`: for the peer to close

  Impostor(const std::string& path, std::string answer, Then then = Then::closes)
      : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), then_(then) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 1) != 0)
      throw std::runtime_error("can't listen");
    if (!answer.empty()) thread_ = std::thread([this, text = std::move(answer)] { answer_with(text); });
  }
  ~Impostor() {
    ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(listener_);
  }
  Impostor(const Impostor&) = delete;
  Impostor& operator=(const Impostor&) = delete;

 private:
  void answer_with(const std::string& text) const {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    char piece[512];
    (void)!::recv(connection, piece, sizeof piece, 0);
    (void)!::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
    while (then_ == Then::waits && ::recv(connection, piece, sizeof piece, 0) > 0) {
    }
    ::close(connection);
  }

  int listener_;
  Then then_;
  std::thread thread_;
};

}  // namespace session::gateway::test
