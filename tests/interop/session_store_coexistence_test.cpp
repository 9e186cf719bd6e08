// Sessions that session-store and the gateway share: what each does, the other knows.

#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/interop/coexistence.h"

namespace session::gateway::test {
namespace {

using namespace std::chrono_literals;

const Json kAlice = {{"user", "alice"}, {"email", "alice@example.org"}, {"groups", {"staff", "admin"}}};
constexpr long long kIdleMs = 1'800'000;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session_store_beside, SessionStoreSite)

BOOST_AUTO_TEST_CASE(a_login_at_node_is_one_at_the_gateway) {
  const std::string cookie = node_login(kAlice);
  const Answer answer = gateway.auth(cookie);
  BOOST_TEST(answer.status == 204);
  BOOST_TEST(answer.header("X-Auth-Request-User") == "alice");
  BOOST_TEST(answer.header("X-Auth-Request-Email") == "alice@example.org");
  BOOST_TEST(answer.header("X-Auth-Request-Groups") == "staff,admin");
  BOOST_TEST(gateway.attributes(cookie) == kAlice);
  BOOST_TEST(gateway.log().find("not signed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_login_at_the_gateway_is_one_at_node) {
  const Answer login = gateway.set("", kAlice);
  BOOST_TEST(login.status == 200);
  const Reply reply = node.get("/session", with(brought_back(login)));
  BOOST_TEST(reply.json() == kAlice);
  BOOST_TEST(!reply.has("set-cookie"));
  BOOST_TEST(Json::parse(stored(brought_back(login))) == kAlice);
}

BOOST_AUTO_TEST_CASE(what_one_sets_or_unsets_the_other_reads) {
  const std::string cookie = node_login(kAlice);
  BOOST_TEST(gateway.set(cookie, {{"cart", {{"a", 1}}}, {"email", nullptr}}).status == 200);
  node.post("/set", {{"seen", true}, {"cart", {{"b", 2}}}}, with(cookie));
  BOOST_TEST(gateway.act(cookie, {{"unset", {"groups"}}}).status == 200);
  const Json both = {{"user", "alice"}, {"email", nullptr}, {"cart", {{"b", 2}}}, {"seen", true}};
  BOOST_TEST(attributes_at(node, cookie) == both);
  BOOST_TEST(gateway.attributes(cookie) == both);
  node.post("/unset", {"cart"}, with(cookie));
  BOOST_TEST(!gateway.attributes(cookie).contains("cart"));
}

BOOST_AUTO_TEST_CASE(names_that_javascript_has_itself_are_attributes_like_others) {
  const std::string cookie = node_login(kAlice);
  const Json odd = {{"cookie", 1}, {"id", 2}, {"constructor", 3}, {"", 4}, {"a.b/c", 5}, {"ключ", 6}};
  BOOST_TEST(gateway.set(cookie, odd).status == 200);
  Json all = odd;
  all.update(kAlice);
  BOOST_TEST(attributes_at(node, cookie) == all);
}

BOOST_AUTO_TEST_CASE(node_goes_on_with_a_session_that_the_gateway_began) {
  const std::string cookie = brought_back(gateway.set("", kAlice));
  for (int i = 0; i < 3; ++i) {
    node.post("/set", {{"node", i}}, with(cookie));
    BOOST_TEST(gateway.attributes(cookie)["node"] == i);
    BOOST_TEST(gateway.set(cookie, {{"gateway", i}}).status == 200);
    BOOST_TEST(attributes_at(node, cookie)["gateway"] == i);
  }
}

BOOST_AUTO_TEST_CASE(an_end_at_the_gateway_is_one_at_node) {
  const std::string cookie = node_login(kAlice);
  const Answer end = gateway.end(cookie);
  BOOST_TEST(end.status == 204);
  BOOST_TEST(end.header("Set-Cookie").starts_with("session=;"));
  BOOST_TEST(redis.string_keys().size() == 0U);
  BOOST_TEST(node.get("/session", with(cookie)).status == 401);
  BOOST_TEST(gateway.verdict(cookie) == "401 unknown");
}

BOOST_AUTO_TEST_CASE(an_end_at_node_is_one_at_the_gateway_although_it_leaves_a_record) {
  const std::string cookie = brought_back(gateway.set("", kAlice));
  node.post("/destroy", Json::object(), with(cookie));
  BOOST_TEST(stored(cookie) == "{}");
  BOOST_TEST(gateway.verdict(cookie) == "401 unknown");
  BOOST_TEST(gateway.end(cookie).status == 401);
  const std::string fresh = brought_back(gateway.set(cookie, kAlice));
  BOOST_TEST(fresh != cookie);
  BOOST_TEST(stored(cookie) == "{}");
  BOOST_TEST(attributes_at(node, fresh) == kAlice);
}

BOOST_AUTO_TEST_CASE(another_id_from_the_gateway_is_the_only_one_that_counts) {
  const std::string old = node_login(kAlice);
  const std::string fresh = brought_back(gateway.act(old, {{"regenerate", true}}));
  BOOST_TEST(fresh != old);
  BOOST_TEST(attributes_at(node, fresh) == kAlice);
  BOOST_TEST(node.get("/session", with(old)).status == 401);
  BOOST_TEST(gateway.verdict(old) == "401 unknown");
  BOOST_TEST(redis.string_keys().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_unknown_cookie_is_not_adopted) {
  const std::string planted = "session=planted";
  BOOST_TEST(gateway.verdict(planted) == "401 unknown");
  const std::string fresh = brought_back(gateway.set(planted, kAlice));
  BOOST_REQUIRE(!fresh.empty());
  BOOST_TEST(fresh != planted);
  BOOST_TEST(node.get("/session", with(planted)).status == 401);
  BOOST_TEST(attributes_at(node, fresh) == kAlice);
}

BOOST_AUTO_TEST_CASE(a_cookie_may_be_any_text) {
  for (const char* value : {"a.b.c", "%C5%99%F0%9F%98%80", "50%25", "50%", "%2541", "a%20b", "\"quoted\"",
                            "%22quoted%22", "'", "a%2Cb%3Bc", "%00%0A", "s:nothing.signed", "s%3Ax.y"}) {
    const std::string cookie = std::string("session=") + value;
    node.post("/set", kAlice, with(cookie));
    BOOST_TEST(gateway.attributes(cookie) == kAlice, value);
    BOOST_TEST(gateway.set(cookie, {{"n", 1}}).status == 200, value);
    BOOST_TEST(attributes_at(node, cookie)["n"] == 1, value);
    BOOST_TEST(gateway.end(cookie).status == 204, value);
    BOOST_TEST(node.get("/session", with(cookie)).status == 401, value);
  }
}

BOOST_AUTO_TEST_CASE(a_cookie_that_would_be_the_same_session_for_everybody_is_refused) {
  const std::string cookie = R"(session=j:{"a":1})";
  node.post("/set", kAlice, with(cookie));
  BOOST_TEST(attributes_at(node, "session=j:{}") == kAlice);  // "[object Object]"
  BOOST_TEST(gateway.verdict(cookie) == "401 malformed");
}

BOOST_AUTO_TEST_CASE(a_session_without_an_end_gets_the_policys_when_it_is_used) {
  const std::string cookie = node_login(kAlice);
  const std::string key = key_of(cookie);
  BOOST_TEST(redis.tell({"PTTL", key}).integer == -1);
  BOOST_TEST(gateway.verdict(cookie) == "204");
  const long long left = redis.tell({"PTTL", key}).integer;
  BOOST_TEST(left > kIdleMs - 20'000);
  BOOST_TEST(left <= kIdleMs);
  BOOST_TEST(Json::parse(stored(cookie)) == kAlice);
  redis.pass_time(30min);
  BOOST_TEST(gateway.verdict(cookie) == "401 unknown");
  BOOST_TEST(node.get("/session", with(cookie)).status == 401);
}

BOOST_AUTO_TEST_CASE(a_check_extends_and_leaves_the_bytes) {
  const std::string cookie = node_login(kAlice);
  const std::string before = stored(cookie);
  gateway.auth(cookie);
  redis.pass_time(20min);
  BOOST_TEST(gateway.verdict(cookie) == "204");
  BOOST_TEST(redis.tell({"PTTL", key_of(cookie)}).integer > kIdleMs - 20'000);
  BOOST_TEST(stored(cookie) == before);
}

BOOST_AUTO_TEST_CASE(a_session_that_was_destroyed_stays_so_whatever_is_written_meanwhile) {
  for (int round = 0; round < 20; ++round) {
    const std::string cookie = node_login(kAlice);
    auto peers = gateway.connections(8);
    for (std::size_t i = 0; i < peers.size(); ++i) {
      peers[i].send(i == 4 ? Beside::asked("session", "DELETE", cookie)
                           : Beside::asked("session", "POST", cookie, R"({"set":{"n":1}})"));
    }
    for (Peer& peer : peers) (void)peer.read_answer();
    BOOST_TEST(node.get("/session", with(cookie)).status == 401);
    BOOST_TEST(gateway.verdict(cookie) == "401 unknown");
  }
}

// Such a session is none to the package, so it may not be one here.
BOOST_AUTO_TEST_CASE(a_session_whose_last_attribute_goes_is_none_for_both) {
  const std::string cookie = node_login({{"cart", 1}});
  gateway.act(cookie, {{"unset", {"cart"}}});
  BOOST_TEST(node.get("/session", with(cookie)).status == 401);
  BOOST_TEST(gateway.verdict(cookie) == "401 unknown");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
