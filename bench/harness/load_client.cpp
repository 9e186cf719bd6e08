// A load generator that simulates many clients. It is made for benchmarks in which load and servers share the
// cores, so it costs little: a request takes one send, one receive and a share of an epoll wait, and no other
// system call. The cost hardly depends on the number of cookies, from one to a hundred thousand.
//
//   load-client PORT PATH CONNECTIONS RATE SECONDS forged COOKIE
//   load-client PORT PATH CONNECTIONS RATE|max SECONDS users FILE
//
// forged: each request has another cookie in the correct form with a wrong signature. COOKIE is a valid
// cookie as NAME=VALUE; the last 8 characters of its signature are replaced. users: each request has the
// cookie of a random line of FILE.
//
// RATE max: a connection sends its next request as soon as it has a response. RATE as a number: request i is
// due at begin + i / RATE and uses any idle connection. While no connection is idle, requests wait; once a
// request is more than a tenth of a second late, all overdue requests are given up, so that no burst follows
// a stall of the server or of this program. Prints {"rate": responses per second, "count": responses,
// "refused": those with 401, "passed": those with 2xx, "other": all others, "errors": requests whose
// connection was closed instead of a response, "p50", "p99", "p99.9": µs since the request was due,
// "given_up": requests}. The time of a response is the time at which epoll reported its batch.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "bench/harness/load_client_requests.h"

namespace {

using session::bench::ForgedRequests;
using session::bench::kForgedDigits;
using session::bench::Requests;
using session::bench::UsersRequests;
using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::uint64_t kMaxForged = 10'000'000;  // The counter in the cookie has kForgedDigits digits.
constexpr nanoseconds kMaxDelay = std::chrono::milliseconds(100);
// The timeout for the next response when no request is due.
constexpr nanoseconds kResponseTimeout = std::chrono::seconds(10);

[[noreturn]] void fail(const char* what, int error = 0) {
  std::fprintf(stderr, "load-client: %s%s%s\n", what, error ? ": " : "", error ? std::strerror(error) : "");
  std::exit(1);
}

struct ParsedResponse {
  int status = 0;
  std::size_t status_line = 0;  // its length in bytes, CRLF included
  bool closes = false;
};

// Parses the response at the beginning of `text`, with headers spelled as nginx spells them. nullopt: it is
// incomplete.
std::optional<ParsedResponse> parse(std::string_view text) {
  const auto end = text.find("\r\n\r\n");
  if (end == text.npos) return {};
  const auto head = text.substr(0, end + 2);
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const auto length = head.find(kLength);
  ParsedResponse response;
  std::size_t body = 0;
  if (length == head.npos || head.size() < 12 ||
      std::from_chars(head.data() + 9, head.data() + 12, response.status).ec != std::errc() ||
      std::from_chars(head.data() + length + kLength.size(), head.data() + head.size(), body).ec !=
          std::errc()) {
    fail("an answer without status or Content-Length");
  }
  if (text.size() < end + 4 + body) return {};
  if (text.size() > end + 4 + body) fail("an answer is longer than it says");
  response.status_line = head.find("\r\n") + 2;
  response.closes = head.find("\r\nConnection: close\r\n") != head.npos;
  return response;
}

// A histogram of latencies with buckets of 1 µs. Latencies above one second count as one second.
class Latencies {
 public:
  void add(nanoseconds latency) {
    const auto us = static_cast<std::uint64_t>(std::max<nanoseconds::rep>(latency.count() / 1000, 0));
    ++counts_[std::min<std::uint64_t>(us, counts_.size() - 1)];
  }

  // Returns the smallest value that at least `permille` of 1000 latencies do not exceed.
  std::size_t percentile(std::uint64_t permille, std::uint64_t count) const {
    std::uint64_t missing = (count * permille + 999) / 1000;
    std::size_t us = 0;
    while (us + 1 < counts_.size() && counts_[us] < missing) missing -= counts_[us++];
    return us;
  }

 private:
  std::vector<std::uint32_t> counts_ = std::vector<std::uint32_t>(1'000'001);
};

struct Options {
  std::uint16_t port;
  std::string path;
  std::size_t connections;
  std::uint64_t rate;  // requests per second; 0: max
  std::uint64_t seconds;
  std::unique_ptr<Requests> requests;
};

struct Connection {
  int descriptor = -1;
  bool waits = false;  // for a response
  nanoseconds due{};   // when the pending request was due
  std::string input;   // the first part of a response that arrived in several parts
};

class LoadClient {
 public:
  explicit LoadClient(const Options& options)
      : options_(options),
        end_(std::chrono::seconds(options.seconds)),
        poll_(::epoll_create1(0)),
        connections_(options.connections) {
    if (poll_ < 0) fail("epoll_create1", errno);
    free_.reserve(connections_.size());
    for (auto& connection : connections_) {
      connect(connection);
      free_.push_back(&connection);
    }
    begin_ = Clock::now();
  }

  void run() {
    for (;;) {
      send_due_requests();
      const auto next = due(next_, elapsed());
      if (!free_.empty() && next < end_) {
        receive_until(next);
      } else if (free_.size() < connections_.size()) {
        if (!receive_until(elapsed() + kResponseTimeout)) fail("no answer for 10 seconds");
      } else {
        return;
      }
    }
  }

  void print() const {
    const double seconds = std::chrono::duration<double>(elapsed()).count();
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    const auto count = refused_ + passed_ + other_;
    const auto percentile = [&](std::uint64_t permille) { return latencies_.percentile(permille, count); };
    std::printf(
        "{\"rate\": %.2f, \"count\": %llu, \"refused\": %llu, \"passed\": %llu, \"other\": %llu, "
        "\"errors\": %llu, \"p50\": %zu, \"p99\": %zu, \"p99.9\": %zu, \"given_up\": %llu}\n",
        static_cast<double>(count) / seconds, number(count), number(refused_), number(passed_),
        number(other_), number(errors_), percentile(500), percentile(990), percentile(999),
        number(given_up_));
  }

 private:
  nanoseconds elapsed() const { return Clock::now() - begin_; }
  // When request i is due. Without a rate every request is due now.
  nanoseconds due(std::uint64_t i, nanoseconds now) const {
    if (options_.rate == 0) return now;
    return nanoseconds(static_cast<nanoseconds::rep>(i * 1'000'000'000 / options_.rate));
  }

  void connect(Connection& connection) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection.descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    if (connection.descriptor < 0 ||
        ::connect(connection.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::setsockopt(connection.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
      fail("connect", errno);
    }
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;  // edge-triggered: needs no call to rearm it
    event.data.ptr = &connection;
    if (::epoll_ctl(poll_, EPOLL_CTL_ADD, connection.descriptor, &event) != 0) fail("epoll_ctl", errno);
  }

  // Replaces a connection that the server has closed or is about to close.
  void reconnect(Connection& connection) {
    if (connection.waits) {
      ++errors_;
      release(connection);
    }
    ::close(connection.descriptor);
    connect(connection);
  }

  void release(Connection& connection) {
    connection.waits = false;
    connection.input.clear();
    free_.push_back(&connection);
  }

  void send_due_requests() {
    const auto now = elapsed();
    if (due(next_, now) < now - kMaxDelay) give_up(now);
    while (!free_.empty()) {
      const auto due_at = due(next_, now);
      if (due_at > now || due_at >= end_) return;
      ++next_;
      Connection& connection = *free_.back();
      free_.pop_back();
      connection.waits = true;
      connection.due = due_at;
      const auto text = options_.requests->next();
      const auto sent = ::send(connection.descriptor, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0 && closed(errno)) {
        reconnect(connection);
        // The caller reads the clock again: a server that closes all connections must not block the loop.
        return;
      } else if (sent != static_cast<ssize_t>(text.size())) {
        fail("send", sent < 0 ? errno : 0);
      }
    }
  }

  // Skips all requests that were due before now.
  void give_up(nanoseconds now) {
    const auto first = next_;
    const auto until = static_cast<std::uint64_t>(std::min(now, end_).count());
    next_ = std::max(until / 1000 * options_.rate / 1'000'000, first);
    given_up_ += next_ - first;
  }

  // Waits until `time` at most for responses, and receives all that have arrived. Returns false if none has.
  bool receive_until(nanoseconds time) {
    const auto pause = std::max(time - elapsed(), nanoseconds(0)).count();
    const timespec timeout{pause / 1'000'000'000, pause % 1'000'000'000};
    epoll_event ready[64];
    const int count = ::epoll_pwait2(poll_, ready, std::size(ready), &timeout, nullptr);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2", errno);
    const auto now = elapsed();
    for (int i = 0; i < count; ++i) {
      receive(*static_cast<Connection*>(ready[i].data.ptr), ready[i].events, now);
      // The next request follows each response at once: the server would be idle if all responses were read
      // first.
      if (options_.rate == 0) send_due_requests();
    }
    return count != 0;
  }

  void receive(Connection& connection, std::uint32_t events, nanoseconds now) {
    bool closes = (events & EPOLLRDHUP) != 0;
    ssize_t got = 0;
    do {  // Runs once if the response is shorter than the buffer: later bytes cause another event.
      got = ::recv(connection.descriptor, piece_, sizeof piece_, MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) break;
      if (got < 0 && !closed(errno)) fail("recv", errno);
      closes |= got <= 0 || on_bytes(connection, {piece_, static_cast<std::size_t>(got)}, now);
    } while (got == sizeof piece_);
    if (closes) reconnect(connection);
  }

  static bool closed(int error) { return error == ECONNRESET || error == EPIPE; }

  // Handles received bytes. Returns true if the response announces that the server closes the connection.
  bool on_bytes(Connection& connection, std::string_view piece, nanoseconds now) {
    if (!connection.waits) fail("an answer to no request");
    // Nearly all responses have the size and status line of the first one, and need no parsing.
    if (connection.input.empty() && piece.size() == first_size_ && piece.starts_with(first_status_line_)) {
      count(connection, first_status_, now);
      return false;
    }
    connection.input += piece;
    const auto response = parse(connection.input);
    if (!response) return false;
    if (first_status_line_.empty() && !response->closes) {
      first_size_ = connection.input.size();
      first_status_ = response->status;
      first_status_line_ = connection.input.substr(0, response->status_line);
    }
    count(connection, response->status, now);
    return response->closes;
  }

  void count(Connection& connection, int status, nanoseconds now) {
    ++(status == 401 ? refused_ : status / 100 == 2 ? passed_ : other_);
    latencies_.add(now - connection.due);
    release(connection);
  }

  const Options& options_;
  const nanoseconds end_;  // of sending, since begin_
  const int poll_;
  std::vector<Connection> connections_;
  std::vector<Connection*> free_;
  Clock::time_point begin_;
  std::uint64_t next_ = 0;  // the next request of the schedule
  std::size_t first_size_ = 0;
  int first_status_ = 0;
  std::string first_status_line_;
  Latencies latencies_;
  std::uint64_t refused_ = 0, passed_ = 0, other_ = 0, errors_ = 0, given_up_ = 0;
  char piece_[16384];
};

// Parses a number from 1 to `max`. Returns 0 for any other text.
std::uint64_t number(std::string_view text, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value <= max ? value : 0;
}

// Returns true if the text has no character that would end a header line or a word of the request line.
bool plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::vector<std::string> lines(const char* file) {
  std::ifstream in(file);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || !plain(line)) fail("not a cookie in the file");
    all.push_back(line);
  }
  if (all.empty()) fail("no cookies in the file");
  return all;
}

std::optional<Options> parse_arguments(int argc, char** argv) {
  if (argc != 8) return {};
  const bool max = argv[4] == std::string_view("max");
  Options options{static_cast<std::uint16_t>(number(argv[1], 65535)),
                  argv[2],
                  number(argv[3], 1000),
                  number(argv[4], 1'000'000),
                  number(argv[5], 3600),
                  nullptr};
  const std::string_view cookie = argv[7];
  if (!options.port || !plain(options.path) || !options.connections || !options.seconds) return {};
  if (!options.rate && !max) return {};
  if (argv[6] == std::string_view("users")) {
    options.requests = std::make_unique<UsersRequests>(options.path, lines(argv[7]));
  } else if (argv[6] == std::string_view("forged") && plain(cookie) && cookie.size() > kForgedDigits &&
             !max && options.rate * options.seconds <= kMaxForged) {
    options.requests = std::make_unique<ForgedRequests>(options.path, cookie);
  } else {
    return {};
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_arguments(argc, argv);
  if (!options) {
    std::fprintf(stderr,
                 "usage: load-client PORT PATH CONNECTIONS RATE SECONDS forged COOKIE\n"
                 "       load-client PORT PATH CONNECTIONS RATE|max SECONDS users FILE\n"
                 "(up to 1000 connections, %llu forged requests)\n",
                 static_cast<unsigned long long>(kMaxForged));
    return 2;
  }
  // With the default timer slack the kernel wakes the process up to 50 µs late, which is longer than the
  // interval between two requests.
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  LoadClient client(*options);
  client.run();
  client.print();
}
