// The reference of the benchmarks: a FastCGI responder that does nothing. It has one thread and uses epoll,
// parses only record headers, and sends a constant 204 that looks like an auth response. So it shows what any
// responder costs nginx and the kernel.
//
//   null-responder SOCKET_PATH

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <unordered_map>

namespace {

std::string constant_answer() {
  const std::string cgi =
      "Status: 204 No Content\r\nX-Auth-Request-User: alice\r\nX-Auth-Request-Email: alice@example.org\r\n"
      "X-Auth-Request-Groups: staff,admin\r\nX-Session-Cookie: \r\nCache-Control: no-store\r\n\r\n";
  const auto padding = (8 - cgi.size() % 8) % 8;
  std::string out = {1,
                     6,
                     0,
                     1,
                     static_cast<char>(cgi.size() >> 8),
                     static_cast<char>(cgi.size() & 0xff),
                     static_cast<char>(padding),
                     0};
  out += cgi;
  out.append(padding, '\0');
  out.append(std::string{1, 6, 0, 1, 0, 0, 0, 0});
  out.append(std::string{1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  return out;
}

int listen_on(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  ::unlink(path);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 4096) != 0) {
    std::perror(path);
    return -1;
  }
  return listener;
}

struct Peer {
  std::string input;
  bool keep = false;
};

// Answers each request that is complete in `peer.input`. Returns false if the connection must be closed.
bool serve(int descriptor, Peer& peer, const std::string& answer) {
  std::size_t at = 0;
  while (peer.input.size() - at >= 8) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(peer.input[at + i]); };
    const std::size_t content = static_cast<std::size_t>(byte(4)) << 8 | byte(5);
    const std::size_t size = 8 + content + byte(6);
    if (peer.input.size() - at < size) break;
    if (byte(1) == 1) peer.keep = (byte(10) & 1) != 0;
    const bool last = byte(1) == 5 && content == 0;
    at += size;
    if (last && ::send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return false;
    if (last && !peer.keep) return false;
  }
  peer.input.erase(0, at);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const int listener = listen_on(argv[1]);
  if (listener < 0) return 1;
  const int poll = ::epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  const std::string answer = constant_answer();
  std::unordered_map<int, Peer> peers;
  char piece[65536];
  for (;;) {
    epoll_event ready[64];
    const int count = ::epoll_wait(poll, ready, 64, -1);
    for (int i = 0; i < count; ++i) {
      const int descriptor = ready[i].data.fd;
      if (descriptor == listener) {
        const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (accepted < 0) continue;
        event.data.fd = accepted;
        ::epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &event);
        peers[accepted] = {};
        continue;
      }
      const auto got = ::recv(descriptor, piece, sizeof piece, 0);
      Peer& peer = peers[descriptor];
      if (got > 0) peer.input.append(piece, static_cast<std::size_t>(got));
      if (got <= 0 || !serve(descriptor, peer, answer)) {
        ::close(descriptor);
        peers.erase(descriptor);
      }
    }
  }
}
