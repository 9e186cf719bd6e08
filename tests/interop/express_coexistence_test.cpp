// Sessions that express-session and the gateway share: what each does, the other knows.

#include <boost/test/unit_test.hpp>

#include "tests/interop/coexistence.h"

namespace session::gateway::test {
namespace {

const Json kAlice = {{"user", "alice"}, {"email", "alice@example.org"}, {"groups", {"staff", "admin"}}};

std::string sid_in(const std::string& cookies) {
  const auto from = cookies.find("s%3A") + 4;
  return cookies.substr(from, cookies.find('.') - from);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(express_beside, ExpressSite)

BOOST_AUTO_TEST_CASE(a_login_at_node_is_one_at_the_gateway) {
  const std::string cookie = node_login(kAlice);
  const Answer answer = gateway.auth(cookie);
  BOOST_TEST(answer.status == 204);
  BOOST_TEST(answer.header("X-Auth-Request-User") == "alice");
  BOOST_TEST(answer.header("X-Auth-Request-Email") == "alice@example.org");
  BOOST_TEST(answer.header("X-Auth-Request-Groups") == "staff,admin");
  BOOST_TEST(answer.header("Set-Cookie").empty());
  BOOST_TEST(gateway.attributes(cookie) == kAlice);
}

BOOST_AUTO_TEST_CASE(a_login_at_the_gateway_is_one_at_node) {
  const Answer login = gateway.set("", kAlice);
  BOOST_TEST(login.status == 200);
  BOOST_TEST(Json::parse(login.body) == kAlice);
  BOOST_TEST(login.header("Set-Cookie").ends_with("; Path=/; HttpOnly; SameSite=Lax"));
  const Reply reply = node.get("/session", with(brought_back(login)));
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.json() == kAlice);
  BOOST_TEST(!reply.has("set-cookie"));
}

BOOST_AUTO_TEST_CASE(what_one_sets_or_unsets_the_other_reads) {
  const std::string cookie = node_login(kAlice);
  BOOST_TEST(gateway.set(cookie, {{"cart", {1, 2}}, {"email", nullptr}}).status == 200);
  BOOST_TEST(node.post("/set", {{"seen", true}}, with(cookie)).status == 200);
  BOOST_TEST(gateway.act(cookie, {{"unset", {"groups"}}}).status == 200);
  const Json both = {{"user", "alice"}, {"email", nullptr}, {"cart", {1, 2}}, {"seen", true}};
  BOOST_TEST(attributes_at(node, cookie) == both);
  BOOST_TEST(gateway.attributes(cookie) == both);
  node.post("/unset", {"cart"}, with(cookie));
  BOOST_TEST(!gateway.attributes(cookie).contains("cart"));
}

BOOST_AUTO_TEST_CASE(node_goes_on_with_a_session_that_the_gateway_began) {
  const std::string cookie = brought_back(gateway.set("", kAlice));
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(node.post("/set", {{"node", i}}, with(cookie)).status == 200);
    BOOST_TEST(gateway.attributes(cookie)["node"] == i);
    BOOST_TEST(gateway.set(cookie, {{"gateway", i}}).status == 200);
    BOOST_TEST(attributes_at(node, cookie)["gateway"] == i);
  }
}

// An application that checks the token of a form finds none that was there before the login.
BOOST_AUTO_TEST_CASE(a_token_from_before_a_login_at_the_gateway_is_worth_nothing_at_node) {
  const Json tokens = {{"csrfSecret", "s"}, {"csrfToken", "t"}, {"_csrf", "c"}, {"_csrfSecret", "l"}};
  Json before = tokens;
  before["cart"] = {1};
  const std::string visitor = node_login(before);
  BOOST_TEST(attributes_at(node, visitor) == before);
  const std::string cookie = brought_back(gateway.set(visitor, {{"user", "alice"}}));
  BOOST_TEST(attributes_at(node, cookie) == (Json{{"cart", {1}}, {"user", "alice"}}));
  BOOST_TEST(node.get("/session", with(visitor)).status == 401);
}

BOOST_AUTO_TEST_CASE(an_end_at_the_gateway_is_one_at_node) {
  const std::string cookie = node_login(kAlice, "hello");
  const Answer end = gateway.end(cookie);
  BOOST_TEST(end.status == 204);
  BOOST_TEST(end.header("Set-Cookie").starts_with("session=;"));
  BOOST_TEST(node.get("/session", with(cookie)).status == 401);
  BOOST_TEST(gateway.verdict(cookie) == "401 unknown");
  BOOST_TEST(redis.string_keys().size() == 0U);
}

BOOST_AUTO_TEST_CASE(an_end_at_node_is_one_at_the_gateway) {
  const std::string cookie = brought_back(gateway.set("", kAlice));
  node.post("/destroy", Json::object(), with(cookie));
  BOOST_TEST(gateway.verdict(cookie) == "401 unknown");
  BOOST_TEST(gateway.end(cookie).status == 401);
  BOOST_TEST(redis.string_keys().size() == 0U);
}

BOOST_AUTO_TEST_CASE(another_id_from_node_is_the_only_one_that_counts) {
  const std::string old = node_login({{"cart", 1}});
  const std::string fresh = brought_back(node.post("/login", kAlice, with(old)));
  BOOST_TEST(gateway.verdict(old) == "401 unknown");
  BOOST_TEST(gateway.attributes(fresh) == kAlice);
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

BOOST_AUTO_TEST_CASE(a_login_at_the_gateway_gives_a_session_of_node_another_id) {
  const std::string old = node_login({{"cart", 1}});
  const std::string fresh = brought_back(gateway.set(old, {{"user", "alice"}}));
  BOOST_REQUIRE(!fresh.empty());
  BOOST_TEST(attributes_at(node, fresh) == Json({{"cart", 1}, {"user", "alice"}}));
  BOOST_TEST(node.get("/session", with(old)).status == 401);
}

BOOST_AUTO_TEST_CASE(an_unknown_cookie_is_not_adopted) {
  const std::string cookie = node_login(kAlice, "planted");
  redis.tell({"DEL", "sess:planted"});
  BOOST_TEST(gateway.verdict(cookie) == "401 unknown");
  const std::string fresh = brought_back(gateway.set(cookie, kAlice));
  BOOST_REQUIRE(!fresh.empty());
  BOOST_TEST(sid_in(fresh) != "planted");
  BOOST_TEST(redis.tell({"EXISTS", "sess:planted"}).integer == 0);
  BOOST_TEST(attributes_at(node, fresh) == kAlice);
}

BOOST_AUTO_TEST_CASE(a_session_that_was_destroyed_stays_so_whatever_is_written_meanwhile) {
  for (int round = 0; round < 20; ++round) {
    const std::string sid = "round" + std::to_string(round);
    const std::string cookie = node_login(kAlice, sid);
    auto peers = gateway.connections(8);
    for (std::size_t i = 0; i < peers.size(); ++i) {
      peers[i].send(i == 4 ? Beside::asked("session", "DELETE", cookie)
                           : Beside::asked("session", "POST", cookie, R"({"set":{"n":1}})"));
    }
    for (Peer& peer : peers) (void)peer.read_answer();
    BOOST_TEST(redis.tell({"EXISTS", "sess:" + sid}).integer == 0);
    BOOST_TEST(node.get("/session", with(cookie)).status == 401);
  }
}

// What applications keep in it, and what a later version of the package may.
BOOST_AUTO_TEST_CASE(the_cookie_and_members_that_nobody_knows_survive_value_for_value) {
  const std::string cookie = node_login(kAlice, "hello");
  const Json kept = {{"originalMaxAge", nullptr},
                     {"expires", nullptr},
                     {"httpOnly", false},
                     {"path", "/app"},
                     {"priority", "high"},
                     {"partitioned", true},
                     {"later", {{"a", {1, 2.5, nullptr, "ř"}}}}};
  Json record = {{"cookie", kept}, {"user", "alice"}, {"passport", {{"user", 7}}}, {"flash", {{"e", {"x"}}}}};
  redis.tell({"SET", "sess:hello", record.dump()});
  BOOST_TEST(gateway.set(cookie, {{"n", 1}}).status == 200);
  record["n"] = 1;
  BOOST_TEST(Json::parse(stored("hello")) == record);
  const std::string fresh = brought_back(gateway.act(cookie, {{"regenerate", true}}));
  BOOST_TEST(Json::parse(stored(sid_in(fresh))) == record);
}

BOOST_AUTO_TEST_CASE(names_that_node_would_lose_are_refused_and_nothing_is_written) {
  const std::string cookie = node_login(kAlice, "hello");
  const std::string before = stored("hello");
  for (const char* name :
       {"cookie", "id", "req", "save", "touch", "reload", "destroy", "regenerate", "resetMaxAge",
        "constructor", "toString", "hasOwnProperty", "valueOf", "__proto__"}) {
    Json attributes = Json::object();
    attributes[name] = 1;
    const Answer answer = gateway.set(cookie, attributes);
    BOOST_TEST(answer.status == 400, name << ": " << answer.content);
    BOOST_TEST(stored("hello") == before);
  }
}

BOOST_AUTO_TEST_CASE(integers_beyond_53_bits_are_rounded_by_node_and_not_by_the_gateway) {
  const std::string cookie = node_login(kAlice, "hello");
  gateway.set(cookie, {{"n", 9007199254740993}});
  BOOST_TEST(gateway.attributes(cookie)["n"] == 9007199254740993);
  BOOST_TEST(attributes_at(node, cookie)["n"] == 9007199254740992);
  node.post("/set", {{"m", 1}}, with(cookie));
  BOOST_TEST(gateway.attributes(cookie)["n"] == 9007199254740992);
}

BOOST_AUTO_TEST_CASE(half_of_a_surrogate_pair_makes_a_session_malformed_and_it_is_left_alone) {
  const std::string cookie = node_login(kAlice, "hello");
  redis.tell({"SET", "sess:hello", R"({"cookie":{},"s":"\ud83d"})"});
  node.post("/set", {{"m", 1}}, with(cookie));
  const std::string before = stored("hello");
  BOOST_TEST(before.find(R"("\ud83d")") != std::string::npos);
  BOOST_TEST(gateway.verdict(cookie) == "401 malformed");
  gateway.set(cookie, {{"n", 1}});
  BOOST_TEST(stored("hello") == before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
