// Thousands of random sessions, written by one side and read by the other: equal value for value, without an
// exception. What there is of those (halves of surrogate pairs, names that a package has for itself, integers
// that no double holds) JavaScript does not make by itself; express_beside_test has them.

#include <cstddef>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/interop/coexistence.h"

namespace session::gateway::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kSessions = 500;
#else
constexpr std::size_t kSessions = 10'000;
#endif
constexpr std::size_t kSeed = 1'000'000;  // of those that the gateway writes
constexpr const char* kLarge = "limits: { request_bytes: 16MiB }\nsession: { max_bytes: 4MiB }\n";

void read_what_node_writes(NodeApp& node, Beside& gateway) {
  const std::vector<PeerSession> sessions = node.write_random_sessions(kSessions);
  BOOST_TEST_REQUIRE(sessions.size() == kSessions);
  for (const PeerSession& session : sessions) {
    const Json found = gateway.attributes("session=" + session.cookie);
    BOOST_REQUIRE_MESSAGE(found == session.attributes, session.attributes.dump() << "\n" << found.dump());
  }
}

// Sessions of Node that the gateway changes go through it as a whole.
void change_what_node_writes(NodeApp& node, Beside& gateway) {
  std::vector<PeerSession> sessions = node.write_random_sessions(kSessions / 10);
  std::vector<std::string> cookies;
  for (PeerSession& session : sessions) {
    BOOST_TEST_REQUIRE(gateway.set("session=" + session.cookie, {{"n", 1}}).status == 200);
    session.attributes["n"] = 1;
    cookies.push_back(session.cookie);
  }
  const std::vector<Json> found = node.read_sessions(cookies);
  BOOST_TEST_REQUIRE(found.size() == sessions.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    BOOST_REQUIRE_MESSAGE(found[i] == sessions[i].attributes, found[i].dump());
  }
}

void write_what_node_reads(NodeApp& node, Beside& gateway) {
  const std::vector<PeerSession> sessions = node.write_random_sessions(kSessions, kSeed);
  std::vector<std::string> cookies;
  for (const PeerSession& session : sessions) {
    const Answer answer = gateway.set("", session.attributes);
    BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.content << session.attributes.dump());
    cookies.push_back(answer.cookie());
  }
  const std::vector<Json> found = node.read_sessions(cookies);
  BOOST_TEST_REQUIRE(found.size() == kSessions);
  for (std::size_t i = 0; i < kSessions; ++i) {
    BOOST_REQUIRE_MESSAGE(found[i] == sessions[i].attributes, sessions[i].attributes.dump()
                                                                  << "\n"
                                                                  << found[i].dump());
  }
}

struct Express : ExpressSite {
  Express() : ExpressSite(Json::object(), Json::object(), "secrets: [{ value: 'keyboard cat' }]", kLarge) {}
};
struct SessionStore : SessionStoreSite {
  SessionStore() : SessionStoreSite(kLarge) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(random_beside)

BOOST_FIXTURE_TEST_CASE(the_gateway_reads_what_express_session_writes, Express) {
  read_what_node_writes(node, gateway);
}

BOOST_FIXTURE_TEST_CASE(express_session_reads_what_the_gateway_writes, Express) {
  write_what_node_reads(node, gateway);
}

BOOST_FIXTURE_TEST_CASE(express_session_reads_its_own_after_the_gateway_changed_them, Express) {
  change_what_node_writes(node, gateway);
}

BOOST_FIXTURE_TEST_CASE(the_gateway_reads_what_session_store_writes, SessionStore) {
  read_what_node_writes(node, gateway);
}

BOOST_FIXTURE_TEST_CASE(session_store_reads_what_the_gateway_writes, SessionStore) {
  write_what_node_reads(node, gateway);
}

BOOST_FIXTURE_TEST_CASE(session_store_reads_its_own_after_the_gateway_changed_them, SessionStore) {
  change_what_node_writes(node, gateway);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
