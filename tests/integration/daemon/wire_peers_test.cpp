#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"

// Peers that stop, vanish, never read or never stop: what they do to others, and how they end.

namespace session::gateway::test {
namespace {

const std::string kRequest =
    begin(1) + stream(kParams, 1, pairs_text(asking("health"))) + stream(kStdin, 1, "a body");

WireGateway::Setup with_deadline(const std::string& deadline, unsigned workers = 2) {
  return {"limits: { request_deadline: " + deadline + " }\nworkers: " + std::to_string(workers) + "\n"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_peers)

BOOST_AUTO_TEST_CASE(a_peer_that_stops_inside_a_request_is_closed_after_the_deadline) {
  WireGateway gateway(with_deadline("200ms"));
  std::vector<Peer> stuck;
  for (std::size_t have = 1; have < kRequest.size(); have += 5) {
    for (Peer& peer : gateway.peers()) {
      peer.send(kRequest.substr(0, have));
      stuck.push_back(std::move(peer));
    }
  }
  for (Peer& peer : stuck) BOOST_TEST(peer.ended());
  gateway.check_health();
}

BOOST_AUTO_TEST_CASE(the_deadline_runs_for_later_requests_of_a_kept_connection_too) {
  WireGateway gateway(with_deadline("200ms"));
  for (Peer& peer : gateway.peers()) {
    BOOST_TEST(peer.ask(health() + health() + kRequest.substr(0, 40)).status == 200);
    BOOST_TEST(peer.read_answer().status == 200);
    BOOST_TEST(peer.ended());
  }
}

BOOST_AUTO_TEST_CASE(an_idle_connection_outlives_the_deadline) {
  WireGateway gateway(with_deadline("200ms"));
  std::vector<Peer> idle = gateway.peers();
  for (Peer& peer : idle) BOOST_TEST(peer.ask(health()).status == 200);
  std::vector<Peer> fresh = gateway.peers();
  for (int i = 0; i < 3; ++i) {
    // The deadline has passed for a peer that came later.
    for (Peer& stuck : gateway.peers()) {
      stuck.send("\1");
      BOOST_TEST(stuck.ended());
    }
  }
  for (Peer& peer : idle) BOOST_TEST(peer.ask(health()).status == 200);
  for (Peer& peer : fresh) BOOST_TEST(peer.ask(health()).status == 200);
}

// The deadline is for each request, not for as long as a peer always has its next request half sent.
BOOST_AUTO_TEST_CASE(a_peer_that_always_has_a_request_under_way_is_served_past_the_deadline) {
  WireGateway gateway(with_deadline("1s"));
  std::vector<Peer> peers = gateway.peers();
  const std::string first_half = kRequest.substr(0, 30);
  const std::string the_rest_and_half = kRequest.substr(30) + first_half;
  for (Peer& peer : peers) peer.send(first_half);
  const auto begun = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(2500)) {
    for (Peer& peer : peers) BOOST_REQUIRE(peer.ask(the_rest_and_half).status == 200);
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_sends_without_a_pause_holds_up_nobody) {
  const WireGateway gateway(with_deadline("5s", 1));
  Peer greedy = gateway.unix_peer();
  // Of a length that no read ends with a request.
  std::string bulk = kRequest.substr(30);
  while (bulk.size() < 50'000) bulk += kRequest;
  bulk += kRequest.substr(0, 30);
  greedy.send(kRequest.substr(0, 30));
  std::atomic<bool> stop = false;
  std::jthread sends([&] {
    while (!stop && greedy.try_send(bulk)) continue;
    greedy.half_close();
  });
  std::jthread reads([&] { (void)greedy.read_to_end(); });
  for (int i = 0; i < 50; ++i) gateway.check_health();
  stop = true;
}

BOOST_AUTO_TEST_CASE(a_peer_that_vanishes_at_any_byte_leaves_nothing_behind) {
  WireGateway gateway;
  for (std::size_t have = 0; have <= kRequest.size(); ++have) {
    for (Peer& peer : gateway.peers()) peer.send(kRequest.substr(0, have));
    // And with an answer under way.
    for (Peer& peer : gateway.peers()) peer.send(health() + health() + kRequest.substr(0, have));
  }
  gateway.check_health();
  BOOST_TEST(gateway.log().find("error") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_peer_that_writes_after_its_answer_is_not_cut_off) {
  WireGateway gateway;
  for (int i = 0; i < 20; ++i) {
    for (Peer& peer : gateway.peers()) {
      peer.send(health(1, false));
      BOOST_TEST(peer.hung_up());  // the gateway sends no more
      for (int late = 0; late < 3; ++late) BOOST_TEST(peer.try_send("late"));
      BOOST_TEST(peer.read_answer().status == 200);
      BOOST_TEST(peer.ended());
    }
    // The same where a role is refused while its params are still to come.
    Peer filter = gateway.unix_peer();
    filter.send(begin(1, false, 3));
    BOOST_TEST(filter.hung_up());
    BOOST_TEST(filter.try_send(stream(kParams, 1, pairs_text(asking("health")))));
    BOOST_TEST(!filter.ended());
  }
}

BOOST_AUTO_TEST_CASE(a_half_closed_peer_gets_its_answers) {
  WireGateway gateway;
  for (const bool keep : {true, false}) {
    for (Peer& peer : gateway.peers()) {
      peer.send(health(1) + health(2) + health(3, keep));
      peer.half_close();
      for (const std::uint16_t id : std::vector<std::uint16_t>{1, 2, 3}) {
        const Answer answer = peer.read_answer();
        BOOST_TEST(answer.id == id);
        BOOST_TEST(answer.status == 200);
      }
      BOOST_TEST(peer.ended());
    }
  }
  for (Peer& peer : gateway.peers()) {
    peer.send(kRequest.substr(0, 50));
    peer.half_close();
    BOOST_TEST(peer.ended());
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_never_reads_holds_up_nobody_and_is_closed_after_the_deadline) {
  WireGateway gateway(with_deadline("3s", 1));
  const std::string cookie =
      gateway.log_in(R"({"user":"alice","blob":")" + std::string(60000, 'b') + R"("})");
  const std::string show = request(1, asking("session", "GET", {{"HTTP_COOKIE", "session=" + cookie}}));
  BOOST_TEST(gateway.unix_peer().ask(show).body.size() > 60000U);
  const std::size_t before = gateway.resident_bytes();
  std::string thousands;
  for (int i = 0; i < 60000; ++i) thousands += show;
  std::vector<Peer> deaf = gateway.peers();
  // All answers would be 3.6 GB; the requests alone are more than the sockets' buffers hold.
  for (Peer& peer : deaf) BOOST_TEST(peer.send_what_fits(thousands) < thousands.size());
  for (int i = 0; i < 20; ++i) {
    gateway.check_health();
    BOOST_TEST(gateway.tcp_peer().ask(show).status == 200);
  }
  const std::size_t after = gateway.resident_bytes();
  BOOST_TEST(after < before + (std::size_t{32} << 20U));
  for (Peer& peer : deaf) {
    BOOST_TEST(peer.hung_up());
    BOOST_TEST(peer.read_to_end().size() < thousands.size() * 200);
  }
  gateway.check_health();
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_no_replies_to_management_records_is_closed_after_the_deadline) {
  WireGateway gateway(with_deadline("500ms", 1));
  std::string work;
  for (int i = 0; i < 2000; ++i) work += health();
  std::string asked = health();
  for (int i = 0; i < 20000; ++i) asked += header(200, 0, 0);
  for (int i = 0; i < 10; ++i) {
    // Keeps the worker occupied, so that it finds the request and all records behind it at once. Their
    // replies are more than the socket holds.
    Peer decoy = gateway.unix_peer();
    (void)decoy.send_what_fits(work);
    Peer peer = gateway.unix_peer();
    BOOST_TEST(peer.send_what_fits(asked) == asked.size());
    BOOST_TEST(peer.hung_up());
  }
  gateway.check_health();
}

BOOST_AUTO_TEST_CASE(a_slow_reader_gets_every_byte) {
  WireGateway gateway;
  const std::string cookie =
      gateway.log_in(R"({"user":"alice","blob":")" + std::string(60000, 'b') + R"("})");
  const std::string show = request(1, asking("session", "GET", {{"HTTP_COOKIE", "session=" + cookie}}));
  std::string many;
  for (int i = 0; i < 100; ++i) many += show;
  for (Peer& peer : gateway.peers()) {
    peer.send(many);
    const std::string first = peer.read_answer().content;
    for (int i = 1; i < 100; ++i) BOOST_REQUIRE((peer.read_answer().content == first));
    BOOST_TEST(peer.ask(health()).status == 200);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
