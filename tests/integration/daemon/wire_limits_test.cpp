#include <algorithm>
#include <chrono>
#include <filesystem>
#include <list>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"

// What the gateway refuses to take more of: bytes of a request, connections, descriptors.

namespace session::gateway::test {
namespace {

std::string repeated(std::size_t size) { return std::string(size, 'x'); }

// A health request of exactly so many bytes, most of them in the body or in a param.
std::string sized_request(std::size_t size, bool in_body) {
  const auto with = [&](std::size_t filler) {
    return in_body ? request(1, asking("health"), repeated(filler))
                   : request(1, asking("health", "GET", {{"HTTP_X", repeated(filler)}}));
  };
  const std::size_t less = size - 1024;
  std::string bytes = with(less + (size - with(less).size()));
  BOOST_REQUIRE(bytes.size() == size);
  return bytes;
}

void check_refused_as_too_large(Peer& peer, std::string_view bytes, std::uint16_t id) {
  (void)peer.try_send(bytes);
  const Answer answer = peer.read_answer();
  BOOST_TEST(answer.id == id);
  BOOST_TEST(answer.status == 413);
  BOOST_TEST(answer.header("Content-Type") == "application/problem+json");
  BOOST_TEST(answer.header("X-Session-Reason") == "too-large");
  BOOST_TEST(peer.ended());
}

// A request in two parts: between them its connection is busy.
const std::string kHalf = health().substr(0, 60);
const std::string kOtherHalf = health().substr(60);

bool is_served(Peer& peer) {
  try {
    return peer.try_send(health()) && peer.read_answer().status == 200;
  } catch (const std::runtime_error&) {
    return false;
  }
}

// A connection that is served, as soon as there is room for one.
Peer peer_when_there_is_room(const WireGateway& gateway) {
  std::vector<Peer> got;
  wait_until("room for a connection", [&] {
    got.clear();
    got.push_back(gateway.unix_peer());
    return is_served(got.back());
  });
  return std::move(got.back());
}

// How many sockets each of the process's epoll instances watches, in ascending order: a worker has one
// instance and its connections in it.
std::vector<std::size_t> watched_sockets(pid_t pid) {
  const std::filesystem::path process = "/proc/" + std::to_string(pid);
  std::vector<std::size_t> counts;
  for (const auto& entry : std::filesystem::directory_iterator(process / "fdinfo")) {
    std::size_t sockets = 0;
    bool is_epoll = false;
    std::istringstream lines(read_file(entry.path()));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string tag, descriptor;
      words >> tag >> descriptor;
      if (tag != "tfd:") continue;
      is_epoll = true;
      std::error_code gone;
      sockets +=
          std::filesystem::read_symlink(process / "fd" / descriptor, gone).string().starts_with("socket:");
    }
    if (is_epoll) counts.push_back(sockets);
  }
  std::sort(counts.begin(), counts.end());
  return counts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_limits)

BOOST_AUTO_TEST_CASE(a_request_of_exactly_the_limit_is_answered_and_a_larger_one_is_refused) {
  // The last is more than any socket holds unread.
  for (const std::size_t limit : {4096U, 131072U, 1048576U}) {
    WireGateway gateway({"limits: { request_bytes: " + std::to_string(limit) + " }\n"});
    for (const bool in_body : {true, false}) {
      for (Peer& peer : gateway.peers()) {
        const std::string most = sized_request(limit, in_body);
        for (int i = 0; i < 2; ++i) BOOST_TEST(peer.ask(most).status == 200);
        check_refused_as_too_large(peer, sized_request(limit + 1, in_body), 1);
      }
    }
    gateway.check_health();
  }
}

BOOST_AUTO_TEST_CASE(a_request_far_larger_than_the_limit_is_answered_before_it_is_closed) {
  WireGateway gateway;
  const std::string params = stream(kParams, 700, pairs_text(asking("health", "POST")));
  const std::string endless = stream(kStdin, 700, repeated(std::size_t{8} << 20U));
  const std::string many = stream(kParams, 700, pair("A", repeated(std::size_t{8} << 20U)));
  for (int i = 0; i < 3; ++i) {
    for (Peer& peer : gateway.peers()) check_refused_as_too_large(peer, begin(700) + params + endless, 700);
    for (Peer& peer : gateway.peers()) check_refused_as_too_large(peer, begin(700) + many, 700);
  }
  gateway.check_health();
}

BOOST_AUTO_TEST_CASE(params_without_end_are_refused) {
  WireGateway gateway;
  std::string many;
  for (int i = 0; i < 4097; ++i) many += pair("A", "");
  for (Peer& peer : gateway.peers()) {
    check_refused_as_too_large(peer, begin(1) + record(kParams, 1, many), 1);
  }
  for (Peer& peer : gateway.peers()) {
    check_refused_as_too_large(peer, begin(2) + record(kParams, 2, long_length(0x7fffffff) + long_length(1)),
                               2);
  }
  gateway.check_health();
}

BOOST_AUTO_TEST_CASE(answers_to_earlier_requests_come_before_the_refusal) {
  WireGateway gateway;
  for (Peer& peer : gateway.peers()) {
    peer.send(health(1) + health(2) + begin(3) +
              record(kParams, 3, long_length(0x7fffffff) + long_length(1)));
    BOOST_TEST(peer.read_answer().id == 1);
    BOOST_TEST(peer.read_answer().id == 2);
    check_refused_as_too_large(peer, {}, 3);
  }
}

BOOST_AUTO_TEST_CASE(connections_are_served_up_to_the_limit_and_again_when_one_has_closed) {
  WireGateway gateway({"limits: { connections: 8, request_deadline: 10m }\nworkers: 3\n"});
  std::vector<Peer> open;
  for (int i = 0; i < 8; ++i) {
    open.push_back(i % 2 == 0 ? gateway.unix_peer() : gateway.tcp_peer());
    BOOST_TEST(open.back().ask(health() + kHalf).status == 200);
  }
  for (int i = 0; i < 20; ++i) {
    for (Peer& refused : gateway.peers()) BOOST_TEST(refused.ended());
  }
  gateway.wait_for_log("refused a connection: ");
  for (int i = 0; i < 10; ++i) {
    open.pop_back();
    open.push_back(peer_when_there_is_room(gateway));
    open.back().send(kHalf);
    for (Peer& refused : gateway.peers()) BOOST_TEST(refused.ended());
  }
  for (Peer& peer : open) BOOST_TEST(peer.ask(kOtherHalf).status == 200);
  const std::string metrics = open.back().ask(request(1, asking("metrics"))).body;
  const std::string refused = R"(session_gateway_connections_refused_total{cause="limit"} )";
  const auto at = metrics.find(refused);
  BOOST_REQUIRE(at != metrics.npos);
  BOOST_TEST(std::stoul(metrics.substr(at + refused.size())) >= 60U);
  BOOST_TEST(metrics.find(R"(session_gateway_connections_ended_total{cause="limit"} 0)") != metrics.npos);
}

// A worker notes when a connection becomes idle a moment after the peer has its answer, so the order is
// certain within one worker only.
BOOST_AUTO_TEST_CASE(at_the_limit_the_longest_idle_connection_yields_and_no_busy_one) {
  for (const int workers : {1, 3}) {
    WireGateway gateway(
        {"limits: { connections: 6, request_deadline: 10m }\nworkers: " + std::to_string(workers) + "\n"});
    std::vector<Peer> busy;
    for (int i = 0; i < 2; ++i) busy.push_back(gateway.unix_peer());
    for (Peer& peer : busy) BOOST_TEST(peer.ask(health() + kHalf).status == 200);
    std::list<Peer> idle;
    for (int i = 0; i < 4; ++i) {
      idle.push_back(i % 2 == 0 ? gateway.unix_peer() : gateway.tcp_peer());
      BOOST_TEST(idle.back().ask(health()).status == 200);
    }
    // Used again, so that the one behind it is the longest idle.
    BOOST_TEST(idle.front().ask(health()).status == 200);
    idle.splice(idle.end(), idle, idle.begin());
    for (int i = 0; i < 12; ++i) {
      Peer next = i % 2 == 0 ? gateway.unix_peer() : gateway.tcp_peer();
      BOOST_TEST(next.ask(health()).status == 200);
      const auto ended = [&] {
        return std::find_if(idle.begin(), idle.end(), [](const Peer& peer) { return peer.has_hung_up(); });
      };
      wait_until("an idle connection to yield", [&] { return ended() != idle.end(); });
      if (workers == 1) BOOST_TEST((ended() == idle.begin()));
      BOOST_TEST(ended()->ended());
      idle.erase(ended());
      idle.push_back(std::move(next));
    }
    for (Peer& peer : busy) BOOST_TEST(peer.ask(kOtherHalf).status == 200);
    for (Peer& peer : idle) BOOST_TEST(peer.ask(health()).status == 200);
    gateway.wait_for_log("closed the longest idle connection for a new one: the limit is reached");
    const std::string metrics = idle.back().ask(request(1, asking("metrics"))).body;
    BOOST_TEST(metrics.find(R"(session_gateway_connections_ended_total{cause="limit"} 12)") != metrics.npos);
    BOOST_TEST(metrics.find(R"(session_gateway_connections_refused_total{cause="limit"} 0)") != metrics.npos);
  }
}

// The worker with the longest idle connection is chosen for more of a burst than it has idle ones.
BOOST_AUTO_TEST_CASE(a_burst_at_the_limit_takes_the_idle_connections_of_all_workers) {
  WireGateway gateway({"limits: { connections: 40, request_deadline: 10m }\nworkers: 4\n"});
  for (int round = 0; round < 5; ++round) {
    std::vector<Peer> idle;
    while (idle.size() < 40) {
      idle.push_back(peer_when_there_is_room(gateway));
    }
    std::vector<Peer> burst;
    for (int i = 0; i < 40; ++i) {
      burst.push_back(gateway.unix_peer());
      burst.back().send(health() + kHalf);
    }
    // None is idle any more, so each of the burst has taken the place of another one.
    for (Peer& peer : burst) BOOST_TEST(peer.read_answer().status == 200);
    for (Peer& peer : idle) BOOST_TEST(peer.ended());
    for (Peer& peer : burst) BOOST_TEST(peer.ask(kOtherHalf).status == 200);
  }
  Peer last = peer_when_there_is_room(gateway);
  const std::string metrics = last.ask(request(1, asking("metrics"))).body;
  BOOST_TEST(metrics.find(R"(session_gateway_connections_refused_total{cause="limit"} 0)") != metrics.npos);
}

BOOST_AUTO_TEST_CASE(connections_that_linger_take_nobodys_place) {
  WireGateway gateway({"limits: { connections: 4 }\nworkers: 2\n"});
  std::vector<Peer> lingering;
  for (int i = 0; i < 20; ++i) {
    lingering.push_back(gateway.unix_peer());
    BOOST_TEST(lingering.back().ask(health(1, false)).status == 200);
  }
}

BOOST_AUTO_TEST_CASE(a_connection_that_never_sends_yields_too) {
  WireGateway gateway({"limits: { connections: 4 }\nworkers: 1\n"});
  std::vector<Peer> silent;
  for (int i = 0; i < 4; ++i) silent.push_back(gateway.unix_peer());
  Peer served = peer_when_there_is_room(gateway);
  BOOST_TEST(served.ask(health()).status == 200);
  BOOST_TEST(silent.front().ended());
}

BOOST_AUTO_TEST_CASE(connections_are_spread_evenly_over_the_workers) {
  WireGateway gateway({"workers: 4\n"});
  std::vector<Peer> open;
  for (int i = 0; i < 40; ++i) {
    open.push_back(i % 3 == 0 ? gateway.tcp_peer() : gateway.unix_peer());
    BOOST_TEST(open.back().ask(health()).status == 200);
  }
  // Three are the listeners and the control socket, which the accepting thread watches.
  const std::vector<std::size_t> expected = {3, 10, 10, 10, 10};
  BOOST_TEST(watched_sockets(gateway.pid()) == expected, boost::test_tools::per_element());
}

// What runs out under a gateway that set everything aside it needs: somebody lowers the limit meanwhile, or
// the whole system is out of them.
BOOST_AUTO_TEST_CASE(without_descriptors_it_refuses_at_its_ease_and_recovers) {
  const WireGateway gateway;
  // A message of the same kind as the refusal's: the sanitizers look at its types now, which takes a
  // descriptor.
  BOOST_TEST(gateway.unix_peer().ask(request(1, asking("nothing"))).status == 404);
  Peer kept = gateway.unix_peer();
  BOOST_TEST(is_served(kept));
  gateway.limit_descriptors(gateway.open_descriptors() + 4);
  std::vector<Peer> open;
  for (int i = 0; i < 150; ++i) open.push_back(gateway.unix_peer());
  wait_until("a refusal", [&] { return gateway.log().find("Too many open files") != std::string::npos; });
  const auto cpu_before = gateway.cpu_time();
  std::size_t served = 0;
  for (int i = 0; i < 300; ++i) {
    served += is_served(kept) ? 1 : 0;  // who is in is served throughout
    open.push_back(gateway.unix_peer());
  }
  BOOST_TEST(served == 300U);
  const auto cpu = gateway.cpu_time() - cpu_before;
  BOOST_TEST(cpu.count() < 2000, "it took " << cpu.count() << " ms of CPU");
  gateway.limit_descriptors(1000);
  open.clear();
  (void)peer_when_there_is_room(gateway);
  wait_until("TCP to be served", [&] {
    Peer peer = gateway.tcp_peer();
    return is_served(peer);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
