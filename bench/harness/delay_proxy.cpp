// A proxy that adds a delay to each direction of its connections: it simulates a server that is far away,
// where the kernel has no netem. It is made for benchmarks in which it shares the cores with what is
// measured, so a piece of data costs a receive, a send and two waits, and no other system call.
//
//   delay-proxy PORT SERVER_PORT MICROSECONDS
//
// It listens on a port of loopback, connects each connection to SERVER_PORT of loopback, and sends on what it
// receives MICROSECONDS after its arrival, each way: a question and its answer take twice as long. The
// arrival of data is the time at which epoll reported its batch. The delay is the same for all, so what was
// received first is sent first, and nothing is reordered. The end of one direction is delayed, too. There is
// no limit on the data that is on its way.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int listen_on(std::uint16_t port) {
  const auto address = loopback(port);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (listener < 0 || ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 1024) != 0) {
    fail("listen");
  }
  return listener;
}

// Makes each send leave at once: the only delay is to be the one that was asked for.
void send_at_once(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// One of both ends of a connection. `peer` is the other one.
struct End {
  explicit End(int socket) : descriptor(socket) {}
  End(const End&) = delete;
  End& operator=(const End&) = delete;
  ~End() { ::close(descriptor); }

  const int descriptor;
  std::shared_ptr<End> peer;  // until close_both()
  std::string unsent;         // what is due, but did not fit into the socket's buffer
  bool ends = false;          // No data comes behind `unsent`.
  bool receives = true;       // The other side of the socket has not ended its direction yet.
  std::uint32_t watched = EPOLLIN;
};

struct Piece {
  Clock::time_point due;
  std::shared_ptr<End> to;
  std::string data;  // empty: the end of this direction
};

class DelayProxy {
 public:
  DelayProxy(std::uint16_t port, std::uint16_t server, nanoseconds delay)
      : listener_(listen_on(port)), server_(server), delay_(delay), poll_(::epoll_create1(0)) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (poll_ < 0 || ::epoll_ctl(poll_, EPOLL_CTL_ADD, listener_, &event) != 0) fail("epoll");
  }

  [[noreturn]] void run() {
    for (;;) {
      std::array<epoll_event, 64> ready{};
      const int count = wait(ready);
      const auto now = Clock::now();
      for (const auto& event : std::span(ready).first(static_cast<std::size_t>(std::max(count, 0)))) {
        if (event.data.ptr == nullptr) {
          accept_all();
        } else {
          serve(*static_cast<End*>(event.data.ptr), event.events, now);
        }
      }
      send_due();
      closed_.clear();  // No event of this batch names them any more.
    }
  }

 private:
  // Waits for events, at most until the next piece is due.
  int wait(std::array<epoll_event, 64>& ready) const {
    timespec timeout{};
    if (!pieces_.empty()) {
      const auto pause = std::max<nanoseconds>(pieces_.front().due - Clock::now(), nanoseconds(0)).count();
      timeout = {pause / 1'000'000'000, pause % 1'000'000'000};
    }
    const int count = ::epoll_pwait2(poll_, ready.data(), static_cast<int>(ready.size()),
                                     pieces_.empty() ? nullptr : &timeout, nullptr);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2");
    return count;
  }

  void accept_all() {
    for (int accepted; (accepted = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      auto client = std::make_shared<End>(accepted);
      const auto address = loopback(server_);
      auto server = std::make_shared<End>(::socket(AF_INET, SOCK_STREAM, 0));
      if (::connect(server->descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        continue;  // The client sees its connection closed.
      }
      client->peer = server;
      server->peer = client;
      for (End* end : {client.get(), server.get()}) {
        send_at_once(end->descriptor);
        watch(*end, EPOLL_CTL_ADD);
      }
    }
  }

  void watch(End& end, int operation) const {
    epoll_event event{};
    event.events = end.watched;
    event.data.ptr = &end;
    if (::epoll_ctl(poll_, operation, end.descriptor, &event) != 0) fail("epoll_ctl");
  }

  // Watches for what the end waits for now.
  void rewatch(End& end) const {
    const std::uint32_t wanted =
        (end.receives ? std::uint32_t{EPOLLIN} : 0U) | (end.unsent.empty() ? 0U : std::uint32_t{EPOLLOUT});
    if (wanted == end.watched) return;
    end.watched = wanted;
    watch(end, EPOLL_CTL_MOD);
  }

  void serve(End& end, std::uint32_t events, Clock::time_point now) {
    if (!end.peer) return;  // An earlier event of this batch has closed it.
    if ((events & EPOLLOUT) != 0) flush(end);
    if (end.peer && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(end, now);
  }

  void receive(End& end, Clock::time_point now) {
    if (!end.receives) return;
    const auto got = ::recv(end.descriptor, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) return close_both(end);
    pieces_.push_back({now + delay_, end.peer, std::string(buffer_.data(), static_cast<std::size_t>(got))});
    end.receives = got > 0;  // Otherwise epoll would report the end of the data again and again.
    rewatch(end);
  }

  void send_due() {
    const auto now = Clock::now();
    while (!pieces_.empty() && pieces_.front().due <= now) {
      const Piece piece = std::move(pieces_.front());
      pieces_.pop_front();
      if (!piece.to->peer) continue;  // It was closed meanwhile.
      piece.to->ends |= piece.data.empty();
      piece.to->unsent += piece.data;
      flush(*piece.to);
    }
  }

  // Sends what is due, as far as the socket takes it.
  void flush(End& end) {
    while (!end.unsent.empty()) {
      const auto sent =
          ::send(end.descriptor, end.unsent.data(), end.unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno == EAGAIN) break;
      if (sent < 0) return close_both(end);
      end.unsent.erase(0, static_cast<std::size_t>(sent));
    }
    rewatch(end);
    if (end.unsent.empty() && end.ends) finish(end);
  }

  void finish(End& end) {
    ::shutdown(end.descriptor, SHUT_WR);
    if (end.peer->ends && end.peer->unsent.empty()) close_both(end);
  }

  void close_both(End& end) {
    for (const auto& each : {end.peer, end.peer->peer}) {
      ::epoll_ctl(poll_, EPOLL_CTL_DEL, each->descriptor, nullptr);
      closed_.push_back(each);
    }
    for (const auto& each : closed_) each->peer.reset();
  }

  const int listener_;
  const std::uint16_t server_;
  const nanoseconds delay_;
  const int poll_;
  std::deque<Piece> pieces_;
  std::deque<std::shared_ptr<End>> closed_;
  std::array<char, 65536> buffer_{};
};

// Parses a number from 1 to `max`. Returns 0 for any other text.
unsigned number(std::string_view text, unsigned max) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value <= max ? value : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned port = argc == 4 ? number(argv[1], 65535) : 0;
  const unsigned server = argc == 4 ? number(argv[2], 65535) : 0;
  const unsigned delay = argc == 4 ? number(argv[3], 10'000'000) : 0;
  if (port == 0 || server == 0 || delay == 0) {
    std::fprintf(stderr, "usage: delay-proxy PORT SERVER_PORT MICROSECONDS\n");
    return 2;
  }
  // With the default timer slack the kernel wakes the process up to 50 µs late. A network does not wait for a
  // busy core either, so the process raises its priority if it may.
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  (void)::setpriority(PRIO_PROCESS, 0, -10);
  DelayProxy(static_cast<std::uint16_t>(port), static_cast<std::uint16_t>(server),
             std::chrono::microseconds(delay))
      .run();
}
