#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"

// HTTP from peers that mean harm, or have gone wrong. A front shares its kept connections between clients, so
// one that reads the end of a request elsewhere than the gateway gives a client the answer to another's.

namespace session::gateway::test {
namespace {

constexpr std::size_t kHeadBytes = std::size_t{48} << 10U;

// Serves by HTTP on a Unix socket and on a TCP port.
class HttpGateway : public WireGateway {
 public:
  explicit HttpGateway(const std::string& yaml = "workers: 2\n")
      : HttpGateway(yaml, session::test::free_port()) {}

  [[nodiscard]] Peer unix_http() const { return peer_of("http.sock"); }
  [[nodiscard]] Peer tcp_http() const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(http_port_));
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect to the gateway");
    return Peer(descriptor);
  }
  [[nodiscard]] std::vector<Peer> both() const {
    std::vector<Peer> peers;
    peers.push_back(unix_http());
    peers.push_back(tcp_http());
    return peers;
  }

 private:
  HttpGateway(const std::string& yaml, int port) : WireGateway(made(yaml, port)), http_port_(port) {}
  static Setup made(const std::string& yaml, int port) {
    const std::string rest = "\n    protocol: http\n    serves: [auth, session, health, metrics]\n";
    Setup setup;
    setup.yaml = yaml + "views: { self: { allow: [set] } }\n";
    setup.listen = "  - unix: '@DIR@http.sock'" + rest + "  - tcp: 127.0.0.1:" + std::to_string(port) + rest;
    return setup;
  }
  int http_port_;
};

std::string health_by_http() { return http_request("GET", "/health"); }

std::string post(const std::string& fields) {
  return "POST /session/self HTTP/1.1\r\nHost: gateway.test\r\n" + fields + "\r\n";
}

// One answer, which refuses, and nothing more: what was sent behind is answered by nobody.
void check_refused(Peer& peer, std::string_view bytes, int status) {
  (void)peer.try_send(bytes);
  const Answer answer = peer.read_http();
  BOOST_TEST(answer.status == status, bytes.substr(0, 200));
  BOOST_TEST(answer.header("Connection") == "close");
  BOOST_TEST(answer.header("Content-Type") == "application/problem+json");
  BOOST_TEST(peer.ended());
}

void check_served(const HttpGateway& gateway) {
  for (Peer& peer : gateway.both()) BOOST_TEST(peer.ask_http(health_by_http()).status == 200);
}

bool is_served(Peer& peer) {
  try {
    return peer.try_send(health_by_http()) && peer.read_http().status == 200;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_http_torture)

BOOST_AUTO_TEST_CASE(what_could_end_in_two_places_is_refused_and_nothing_behind_it_is_answered) {
  const HttpGateway gateway;
  const std::string chunked = post("Transfer-Encoding: chunked\r\n");
  const std::vector<std::string> all = {
      post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
      post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n",
      post("Content-Length: 0\r\nContent-Length: 44\r\n"),
      post("Content-Length: 2\r\nContent-Length: 2\r\n") + "{}",
      post("Content-Length: 0, 0\r\n"),
      post("Content-Length: +0\r\n"),
      post("Content-Length : 0\r\n"),
      post("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n",
      post("Transfer-Encoding: identity\r\n"),
      post("Transfer-Encoding:\r\n chunked\r\n") + "0\r\n\r\n",
      post("X: a\r\n b\r\n"),
      post("X: a\rContent-Length: 44\r\n"),
      post("X: a\nContent-Length: 44\r\n"),
      post("Host: other.test\r\n"),
      "GET /health HTTP/1.1\nHost: a\n\n",
      "GET /health HTTP/1.1\r\n\r\n",
      "GET /health\r\n\r\n",
      "\r\n\r\n",
      "POST /health HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET http://gateway.test/health HTTP/1.1\r\nHost: gateway.test\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: gateway.test\r\n\r\n",
      "CONNECT gateway.test:80 HTTP/1.1\r\nHost: gateway.test\r\n\r\n",
      "CONNECT /auth/login HTTP/1.1\r\nHost: gateway.test\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      chunked + "1\nx\r\n0\r\n\r\n",
      chunked + "1\r\nxx\r\n0\r\n\r\n",
      chunked + "1;\nx\r\nx\r\n0\r\n\r\n",
      chunked + "0x0\r\n\r\n",
      chunked + "0\r\nX: a\nY: b\r\n\r\n",
      chunked + "0\r\nContent-Length: 44\r\n\r\n",
      chunked + "fffffffffffffffff\r\n"};
  for (const std::string& bytes : all)
    for (Peer& peer : gateway.both()) check_refused(peer, bytes + health_by_http() + health_by_http(), 400);
  for (Peer& peer : gateway.both())
    check_refused(peer, post("Expect: a-miracle\r\n") + health_by_http(), 417);
  // What came before it is answered.
  for (Peer& peer : gateway.both()) {
    peer.send(health_by_http() + health_by_http());
    for (int i = 0; i < 2; ++i) BOOST_TEST(peer.read_http().status == 200);
    check_refused(peer, all.front() + health_by_http(), 400);
  }
  check_served(gateway);
}

BOOST_AUTO_TEST_CASE(a_body_is_no_request_whatever_the_method) {
  const HttpGateway gateway;
  const std::string inner = http_request("GET", "/metrics");
  for (Peer& peer : gateway.both()) {
    for (const std::string method :
         {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "ANYTHING"}) {
      const std::string sized = http_request(method, "/auth/login", {}, inner);
      const std::string chunked = http_request(method, "/auth/login", "Transfer-Encoding: chunked\r\n") +
                                  "10\r\n" + inner.substr(0, 16) + "\r\n1;a=b\r\nG\r\n0\r\nX: y\r\n\r\n";
      for (const std::string& bytes : {sized, chunked}) {
        peer.send(bytes + health_by_http());
        BOOST_TEST(peer.read_http(method == "HEAD").status == 401, method);
        BOOST_TEST(peer.read_http().body == "{\"status\":\"ok\"}\n", method);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(nobody_is_upgraded_and_who_asks_to_go_on_is_told_to) {
  const HttpGateway gateway;
  for (Peer& peer : gateway.both()) {
    for (const std::string fields :
         {"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
          "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n"})
      BOOST_TEST(peer.ask_http(http_request("GET", "/health", fields)).status == 200);
    const Answer go_on = peer.ask_http(post("Expect: 100-continue\r\nContent-Length: 2\r\n"));
    BOOST_TEST(go_on.content == "HTTP/1.1 100 Continue\r\n\r\n");
    BOOST_TEST(peer.ask_http("{}").status == 401);  // nobody has logged in
    BOOST_TEST(peer.ask_http(health_by_http()).status == 200);
    check_refused(peer, post("Expect: 100-continue\r\nContent-Length: 999999\r\n"), 413);
  }
}

BOOST_AUTO_TEST_CASE(requests_that_are_sent_ahead_are_answered_in_their_order_up_to_the_last) {
  const HttpGateway gateway;
  for (Peer& peer : gateway.both()) {
    std::string many;
    for (int i = 0; i < 1000; ++i) many += http_request("GET", i % 3 == 0 ? "/nothing" : "/health");
    many += http_request("GET", "/health", "Connection: close\r\n") + health_by_http() + health_by_http();
    peer.send(many);
    for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(peer.read_http().status == (i % 3 == 0 ? 404 : 200));
    BOOST_TEST(peer.read_http().header("Connection") == "close");
    BOOST_TEST(peer.ended());
  }
}

BOOST_AUTO_TEST_CASE(a_header_block_at_its_limit_is_taken_and_one_over_it_is_answered_before_the_close) {
  const HttpGateway gateway;
  const std::size_t empty = http_request("GET", "/health", "X: \r\n").size();
  const auto block_of = [&](std::size_t size) {
    return http_request("GET", "/health", "X: " + std::string(size - empty, 'x') + "\r\n");
  };
  for (Peer& peer : gateway.both()) {
    for (int i = 0; i < 3; ++i) BOOST_TEST(peer.ask_http(block_of(kHeadBytes)).status == 200);
    check_refused(peer, block_of(kHeadBytes + 1) + health_by_http(), 431);
  }
  const std::string endless(std::size_t{8} << 20U, 'x');
  for (const std::string start : {"GET /", "GET /health HTTP/1.1\r\nHost: a\r\nX: ", "x"})
    for (Peer& peer : gateway.both()) check_refused(peer, start + endless, 431);
  check_served(gateway);
}

BOOST_AUTO_TEST_CASE(a_body_at_its_limit_is_taken_and_one_over_it_is_answered_before_the_close) {
  const HttpGateway gateway("workers: 2\nlimits: { request_bytes: 65536 }\n");
  const auto of_size = [&](std::size_t size, const std::string& target) {
    const std::string head = http_request("PUT", target, {}, std::string(50000, 'x')).substr(0, 200);
    const std::size_t head_size = head.find("\r\n\r\n") + 4;
    return http_request("PUT", target, {}, std::string(size - head_size, 'x'));
  };
  const std::string endless(std::size_t{8} << 20U, 'x');
  for (const std::string target : {"/auth/login", "/session/self"}) {
    for (Peer& peer : gateway.both()) {
      for (int i = 0; i < 3; ++i)
        BOOST_TEST(peer.ask_http(of_size(65536, target)).status == (target == "/auth/login" ? 401 : 405));
      check_refused(peer, of_size(65537, target) + health_by_http(), 413);
    }
    const std::string chunked = http_request("PUT", target, "Transfer-Encoding: chunked\r\n");
    std::string tiny = chunked;
    while (tiny.size() < 66000) tiny += "1\r\nx\r\n";
    const std::string trailers = chunked + "0\r\nX: " + endless;
    for (const std::string& bytes : {chunked + "fffffff\r\n" + endless, tiny, trailers})
      for (Peer& peer : gateway.both()) check_refused(peer, bytes, 413);
  }
  check_served(gateway);
}

BOOST_AUTO_TEST_CASE(a_peer_that_sends_a_byte_now_and_then_is_closed_after_the_deadline) {
  const HttpGateway gateway("workers: 1\nlimits: { request_deadline: 300ms }\n");
  const std::string body = post("Content-Length: 60000\r\n");
  for (const std::string& start :
       {std::string("GET /"), body, post("Transfer-Encoding: chunked\r\n") + "ffff\r\n"}) {
    Peer other = gateway.tcp_http();
    for (Peer& slow : gateway.both()) {
      slow.send(start);
      while (!slow.has_hung_up() && slow.try_send("x"))
        BOOST_REQUIRE(other.ask_http(health_by_http()).status == 200);
      BOOST_TEST(slow.ended());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_never_reads_holds_up_nobody_and_is_closed_after_the_deadline) {
  const HttpGateway gateway("workers: 1\nlimits: { request_deadline: 1s }\n");
  const std::string cookie =
      gateway.log_in(R"({"user":"alice","blob":")" + std::string(60000, 'b') + R"("})");
  const std::string show = http_request("GET", "/session/self", "Cookie: session=" + cookie + "\r\n");
  BOOST_TEST(gateway.unix_http().ask_http(show).body.size() > 60000U);
  const std::size_t before = gateway.resident_bytes();
  std::string thousands;
  for (int i = 0; i < 100000; ++i) thousands += show;
  std::vector<Peer> deaf = gateway.both();
  for (Peer& peer : deaf) BOOST_TEST(peer.send_what_fits(thousands) < thousands.size());
  for (int i = 0; i < 20; ++i) BOOST_TEST(gateway.tcp_http().ask_http(show).status == 200);
  BOOST_TEST(gateway.resident_bytes() < before + (std::size_t{32} << 20U));
  for (Peer& peer : deaf) BOOST_TEST(peer.hung_up());
  check_served(gateway);
}

BOOST_AUTO_TEST_CASE(a_peer_that_vanishes_at_any_byte_leaves_nothing_behind) {
  const HttpGateway gateway;
  const std::string bytes = post("Transfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t have = 0; have <= bytes.size(); ++have) {
    for (Peer& peer : gateway.both()) peer.send(bytes.substr(0, have));
    for (Peer& peer : gateway.both()) peer.send(health_by_http() + health_by_http() + bytes.substr(0, have));
  }
  check_served(gateway);
  BOOST_TEST(gateway.log().find("error") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(twenty_thousand_connects_lock_nobody_out_and_pass) {
  const HttpGateway gateway;
  Peer kept = gateway.unix_http();
  BOOST_TEST(is_served(kept));
  const auto cpu_before = gateway.cpu_time();
  const std::string request = health_by_http();
  for (int i = 0; i < 20000; ++i) {
    Peer sender = i % 2 == 0 ? gateway.unix_http() : gateway.tcp_http();
    // Nothing, a part, or a whole request whose answer nobody reads.
    (void)sender.send_what_fits(std::string_view(request).substr(0, request.size() * (i % 3) / 2));
    if (i % 1000 == 0) BOOST_TEST(is_served(kept));
  }
  BOOST_TEST(is_served(kept));
  const auto cpu = gateway.cpu_time() - cpu_before;
  BOOST_TEST(cpu.count() < 20000, "it took " << cpu.count() << " ms of CPU");
  check_served(gateway);
}

BOOST_AUTO_TEST_CASE(connections_are_held_open_up_to_the_limit_and_no_busy_one_yields) {
  const HttpGateway gateway("workers: 2\nlimits: { connections: 300, request_deadline: 10m }\n");
  const std::string half = health_by_http().substr(0, 30);
  const std::string rest = health_by_http().substr(30);
  std::vector<Peer> busy;
  for (int i = 0; i < 300; ++i) {
    busy.push_back(i % 2 == 0 ? gateway.unix_http() : gateway.tcp_http());
    BOOST_REQUIRE(busy.back().ask_http(health_by_http() + half).status == 200);
  }
  for (int i = 0; i < 20; ++i)
    for (Peer& refused : gateway.both()) BOOST_TEST(refused.ended());
  for (Peer& peer : busy) BOOST_TEST(peer.ask_http(rest).status == 200);
  // They idle now, and yield.
  check_served(gateway);
}

BOOST_AUTO_TEST_CASE(connections_that_idle_hold_no_memory_of_large_requests) {
  const HttpGateway gateway;
  std::string fields;
  for (int i = 0; i < 12000; ++i) fields += "a:\r\n";
  const std::string many_fields = http_request("GET", "/auth/login", fields);
  const std::string large_body = http_request("POST", "/session/self", {}, std::string(120000, ' '));
  std::vector<Peer> idle;
  const auto hold = [&] {
    idle.push_back(gateway.unix_http());
    BOOST_TEST(idle.back().ask_http(many_fields).status == 401);
    BOOST_TEST(idle.back().ask_http(large_body).status == 401);
  };
  for (int i = 0; i < 20; ++i) hold();  // the workers have what they need for one of these
  const std::size_t before = gateway.resident_bytes();
  for (int i = 0; i < 200; ++i) hold();
  const std::size_t held = gateway.resident_bytes() - std::min(before, gateway.resident_bytes());
  BOOST_TEST(held < std::size_t{16} << 20U, held << " bytes");
  BOOST_TEST(idle.front().ask_http(health_by_http()).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
