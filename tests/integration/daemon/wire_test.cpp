#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/visible.h"

// FastCGI as a web server sees it: a real gateway, raw sockets, every claim over a unix socket and over TCP.

namespace session::gateway::test {
namespace {

const std::string kHealthy =
    "Status: 200 OK\r\nContent-Type: application/json\r\nCache-Control: "
    "no-store\r\n\r\n{\"status\":\"ok\"}\n";

// One gateway for the whole file: what one test leaves behind must not matter to the next.
struct OneGateway {
  OneGateway() { one = std::make_unique<WireGateway>(); }
  ~OneGateway() { one.reset(); }
  static inline std::unique_ptr<WireGateway> one;
};
BOOST_TEST_GLOBAL_FIXTURE(OneGateway);

WireGateway& gateway() { return *OneGateway::one; }

std::string get_values_result(const Pairs& pairs) {
  const std::string text = pairs_text(pairs);
  const std::size_t padding = (8 - text.size() % 8) % 8;
  return header(kGetValuesResult, 0, text.size(), padding) + text + std::string(padding, '\0');
}

// The kept connection still answers, and has nothing else to say.
void check_goes_on(Peer& peer) {
  const Answer answer = peer.ask(health(0x4321));
  BOOST_TEST(answer.id == 0x4321);
  BOOST_TEST(answer.content == kHealthy);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire)

BOOST_AUTO_TEST_CASE(kept_connections_answer_again_and_others_are_closed_after_one_answer) {
  for (Peer& peer : gateway().peers()) {
    for (int i = 0; i < 3; ++i) BOOST_TEST(peer.ask(health()).content == kHealthy);
    BOOST_TEST(peer.ask(health(9, false)).content == kHealthy);
    BOOST_TEST(peer.ended());
  }
}

BOOST_AUTO_TEST_CASE(an_answer_is_exactly_these_bytes) {
  const std::string padding(static_cast<std::size_t>((8 - kHealthy.size() % 8) % 8), '\0');
  const std::string expected = header(kStdout, 3, kHealthy.size(), padding.size()) + kHealthy + padding +
                               header(kStdout, 3, 0) + end_request(3, kRequestComplete);
  for (Peer& peer : gateway().peers()) {
    peer.send(health(3, false));
    BOOST_TEST(visible(peer.read_to_end()) == visible(expected));
  }
}

BOOST_AUTO_TEST_CASE(endpoints_that_are_unknown_or_not_named_are_not_found) {
  std::vector<Pairs> cases = {{}, {{"REQUEST_METHOD", "GET"}}, {{"HTTP_GATEWAY_ENDPOINT", "health"}}};
  for (const char* name :
       {"", "HEALTH", "health ", " health", "healthy", "admin,health", "\xff\xfe", "\r\nX: y"}) {
    cases.push_back(asking(name));
  }
  for (Peer& peer : gateway().peers()) {
    for (const Pairs& pairs : cases) {
      const Answer answer = peer.ask(request(1, pairs));
      BOOST_TEST(answer.status == 404);
      BOOST_TEST(answer.header("Content-Type") == "application/problem+json");
    }
    check_goes_on(peer);
  }
}

BOOST_AUTO_TEST_CASE(management_records_are_answered_before_during_and_after_a_request) {
  const std::string asked = record(kGetValues, 0, pair("FCGI_MPXS_CONNS", "") + pair("OTHER", ""), 3);
  const std::string replies = get_values_result({{"FCGI_MPXS_CONNS", "0"}}) + unknown_type(200);
  const std::string management = asked + record(200, 0, "what?", 5);
  const std::string begun = begin(1, false) + record(kParams, 1, pairs_text(asking("health")));
  const std::string rest = record(kParams, 1) + record(kStdin, 1);
  for (Peer& peer : gateway().peers()) {
    for (int i = 0; i < 2; ++i) {
      peer.send(management);
      BOOST_TEST(peer.read_record().content == pair("FCGI_MPXS_CONNS", "0"));
      BOOST_TEST(peer.read_record().type == kUnknownType);
      check_goes_on(peer);
    }
    peer.send(begun + management);
    BOOST_TEST(peer.read_record().type == kGetValuesResult);
    BOOST_TEST(peer.read_record().type == kUnknownType);
    peer.send(rest);
    BOOST_TEST(peer.read_answer().content == kHealthy);
    BOOST_TEST(peer.ended());
  }
  Peer peer = gateway().unix_peer();
  peer.send(management);
  peer.half_close();
  BOOST_TEST(visible(peer.read_to_end()) == visible(replies));
}

BOOST_AUTO_TEST_CASE(other_roles_are_refused_and_the_keep_flag_decides) {
  for (const unsigned role : {0U, 3U, 258U, 65535U}) {
    for (Peer& peer : gateway().peers()) {
      peer.send(begin(5, true, role) + stream(kParams, 5, pairs_text(asking("health"))) +
                stream(kStdin, 5, "x"));
      const Record output = peer.read_record();
      BOOST_TEST(output.type == kStdout);
      BOOST_TEST(output.content.starts_with("Status: 500 "));
      BOOST_TEST(peer.read_record().content.empty());
      BOOST_TEST(peer.read_record().content == end_request(5, kUnknownRole).substr(8));
      check_goes_on(peer);
      peer.send(begin(5, false, role));
      BOOST_TEST(visible(peer.read_to_end()) == visible(refused_role(5, kUnknownRole)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_second_request_at_once_is_refused_and_the_first_is_answered) {
  const std::string begun = begin(1) + record(kParams, 1, pairs_text(asking("health")));
  for (Peer& peer : gateway().peers()) {
    peer.send(begun + request(2, asking("ready")));
    const Record refused = peer.read_record();
    BOOST_TEST(refused.id == 2);
    BOOST_TEST(refused.content == end_request(2, kCantMultiplex).substr(8));
    peer.send(record(kStdin, 2, "late") + record(kParams, 1) + record(kStdin, 1));
    const Answer answer = peer.read_answer();
    BOOST_TEST(answer.id == 1);
    BOOST_TEST(answer.content == kHealthy);
    check_goes_on(peer);
  }
}

BOOST_AUTO_TEST_CASE(an_abort_is_answered_wherever_the_request_is) {
  const std::string params = stream(kParams, 8, pairs_text(asking("health")));
  for (const std::string& streams :
       {std::string(), params.substr(0, params.size() - 8), params, params + record(kStdin, 8, "half")}) {
    for (Peer& peer : gateway().peers()) {
      peer.send(begin(8) + streams + record(kAbort, 8));
      const Record ended = peer.read_record();
      BOOST_TEST(ended.type == kEnd);
      BOOST_TEST(ended.content == std::string(8, '\0'));
      check_goes_on(peer);
      peer.send(record(kAbort, 8));  // of nothing
      check_goes_on(peer);
      peer.send(begin(8, false) + streams + record(kAbort, 8));
      BOOST_TEST(visible(peer.read_to_end()) == visible(end_request(8, kRequestComplete)));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_fastcgi_is_closed_without_an_answer_and_harms_nobody) {
  using namespace std::string_literals;
  const std::string params = stream(kParams, 1, pairs_text(asking("health")));
  const std::vector<std::string> bad = {
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
      "\0"s,
      header(kBegin, 1, 8, 0, 2),
      record(kBegin, 1, "seven b"),
      begin(1) + begin(1),
      record(kEnd, 1, std::string(8, '\0')),
      record(kStdout, 1, "x"),
      record(kGetValues, 1, ""),
      begin(1) + record(kStdin, 1, "early"),
      begin(1) + params + params,
      begin(1) + record(kParams, 1, pair("", "no name")) + record(kParams, 1),
      begin(1) + record(kParams, 1, pair("A=B", "c")),
      begin(1) + record(kParams, 1, pair("A", "b\0c"s)),
      begin(1) + record(kParams, 1, "\5\5AB") + record(kParams, 1),
      begin(1) + record(kParams, 1, "\5") + record(kParams, 1),
  };
  for (const std::string& bytes : bad) {
    for (Peer& peer : gateway().peers()) {
      BOOST_TEST_CONTEXT(visible(bytes)) {
        BOOST_TEST(peer.ask(health()).status == 200);
        peer.send(bytes);
        BOOST_TEST(peer.ended());
      }
    }
  }
  gateway().check_health();
  gateway().wait_for_log("closed a connection that sent a record of another version");
}

BOOST_AUTO_TEST_CASE(a_request_cut_at_any_byte_is_answered) {
  const std::string bytes = begin(1, true, 1, 255) + stream(kParams, 1, pairs_text(asking("health")), 50, 3) +
                            stream(kStdin, 1, "a body", 4, 9);
  for (Peer& peer : gateway().peers()) {
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      peer.send(bytes.substr(0, cut));
      BOOST_TEST(peer.ask(bytes.substr(cut)).content == kHealthy);
    }
    for (const char byte : bytes) peer.send({&byte, 1});
    BOOST_TEST(peer.read_answer().content == kHealthy);
    check_goes_on(peer);
  }
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_all_answered_in_their_order) {
  const std::vector<std::string> endpoints = {"health", "auth", "nothing", "ready", "session"};
  const std::vector<int> statuses = {200, 401, 404, 200, 401};
  std::string all;
  for (std::size_t i = 0; i < 1000; ++i) {
    all += request(static_cast<std::uint16_t>(i * 131 % 65535 + 1), asking(endpoints[i % 5]));
  }
  for (Peer& peer : gateway().peers()) {
    peer.send(all);
    peer.half_close();
    for (std::size_t i = 0; i < 1000; ++i) {
      const Answer answer = peer.read_answer();
      BOOST_TEST(answer.id == i * 131 % 65535 + 1);
      BOOST_TEST(answer.status == statuses[i % 5]);
    }
    BOOST_TEST(peer.ended());
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_nobody_reads_does_not_become_the_next_request) {
  const std::string forged = request(1, asking("ready"), "deeper");
  for (const char* endpoint : {"auth", "health", "ready", "nothing", "commit"}) {
    for (const std::size_t most : {1U, 8U, 65535U}) {
      for (Peer& peer : gateway().peers()) {
        const std::string head = begin(1) + stream(kParams, 1, pairs_text(asking(endpoint, "POST")));
        peer.send(head + stream(kStdin, 1, forged + forged, most) + health(2));
        BOOST_TEST(peer.read_answer().id == 1);
        const Answer next = peer.read_answer();
        BOOST_TEST(next.id == 2);
        BOOST_TEST(next.content == kHealthy);
        check_goes_on(peer);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_request_hidden_in_padding_is_not_found) {
  const auto padded = [](std::string bytes, const std::string& padding) {
    bytes[6] = static_cast<char>(padding.size());
    return bytes + padding;
  };
  const std::string hidden = record(kParams, 1, pair("GATEWAY_ENDPOINT", "ready")) + record(kParams, 1);
  const std::string bytes = padded(begin(1), hidden) + record(kParams, 1, pairs_text(asking("health"))) +
                            padded(record(kParams, 1), record(kStdin, 1, "x")) +
                            padded(record(kStdin, 1), health(5));
  for (Peer& peer : gateway().peers()) {
    BOOST_TEST(peer.ask(bytes).content == kHealthy);
    check_goes_on(peer);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
