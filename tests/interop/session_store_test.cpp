// What session-store really sets, keeps and reads.

#include <chrono>
#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/interop/node_app.h"

using namespace session;
using namespace session::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kName = "session-store";
constexpr const char* kCookie = "Cookie: session-store=anything";
constexpr const char* kKey = "89ace86a39a03bf03f21a72f039d5d2e";  // md5("session-saltanything")

// An application, and in Redis the session for which kCookie stands.
struct Peer {
  Peer() : app("session-store", redis) { app.post("/set", {{"user", "alice"}}, {kCookie}); }

  std::string stored() { return redis.tell({"GET", kKey}).text; }
  Reply read() { return app.get("/session", {kCookie}); }

  RedisServer redis;
  NodeApp app;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cookies)

BOOST_AUTO_TEST_CASE(a_cookie_is_a_uuid_of_version_1_with_the_expiry_of_the_start_plus_a_day) {
  RedisServer redis;
  NodeApp app("session-store", redis);
  const std::string first = app.get("/session").header("set-cookie");
  const std::string second = app.get("/session").header("set-cookie");
  const std::regex form(
      "session-store=[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}; "
      "Path=/; Expires=[A-Z][a-z]{2}, .* GMT; HttpOnly");
  BOOST_TEST(std::regex_match(first, form), first);
  BOOST_TEST(first.substr(first.find(';')) == second.substr(second.find(';')));
  BOOST_TEST(first != second);
}

BOOST_AUTO_TEST_CASE(any_value_is_taken_and_no_other_is_given) {
  Peer peer;
  BOOST_TEST(peer.read().body == R"({"user":"alice"})");
  BOOST_TEST(!peer.read().has("set-cookie"));
  BOOST_TEST(!peer.app.get("/session", {"Cookie: session-store=unknown"}).has("set-cookie"));
  BOOST_TEST(peer.app.get("/session", {"Cookie: session-store="}).has("set-cookie"));
}

BOOST_AUTO_TEST_CASE(the_id_is_the_md5_of_salt_and_decoded_cookie) {
  Peer peer;
  const auto id_of = [&](const std::string& cookies) {
    return peer.app.get("/raw", {"Cookie: " + cookies}).json()["id"].get<std::string>();
  };
  BOOST_TEST(id_of("session-store=anything") == kKey);
  BOOST_TEST(id_of("session-store=\"anything\"; session-store=other") == kKey);
  BOOST_TEST(id_of("session-store=a%20b") == "228189ca252b9e1fa5f03b6f592f8807");
  BOOST_TEST(id_of("session-store=%C5%99") == "cb78461a8de48dfb9a6c8e319473c620");
  BOOST_TEST(id_of("session-store=j:{}") == "78f34f7d4ff93743d106c04de66744ce");  // of "[object Object]"
}

BOOST_AUTO_TEST_CASE(name_salt_and_attributes_are_options) {
  RedisServer redis;
  const Json cookie = {{"path", "/app"}, {"secure", true}, {"httpOnly", false}};
  NodeApp app("session-store", redis,
              {{"session", {{"cookieKey", "id"}, {"salt", "pepper"}, {"cookie", cookie}}}});
  const std::string line = app.get("/session").header("set-cookie");
  BOOST_TEST(std::regex_match(line, std::regex("id=[-0-9a-f]{36}; Path=/app; Expires=.* GMT; Secure")), line);
  app.post("/set", {{"user", "alice"}}, {"Cookie: id=anything"});
  BOOST_TEST(redis.tell({"EXISTS", "e0b32f7c5b7710fc26e6ed0b444342b2"}).integer == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(records)

BOOST_AUTO_TEST_CASE(a_record_is_the_attributes_as_json_for_ever) {
  Peer peer;
  BOOST_TEST(peer.stored() == R"({"user":"alice"})");
  BOOST_TEST(peer.redis.tell({"TTL", kKey}).integer == -1);
  BOOST_TEST(peer.redis.string_keys().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_session_in_which_nothing_was_set_has_a_cookie_and_no_record) {
  Peer peer;
  const std::string cookie = peer.app.get("/session").cookie(kName);
  BOOST_TEST(peer.app.get("/session", {cookie_line(kName, cookie)}).status == 401);
  BOOST_TEST(peer.redis.string_keys().size() == 1U);
}

BOOST_AUTO_TEST_CASE(set_merges_at_the_first_level_only) {
  Peer peer;
  peer.app.post("/set", {{"a", {{"b", 1}}}}, {kCookie});
  peer.app.post("/set", {{"a", {{"c", 2}}}}, {kCookie});
  BOOST_TEST(peer.stored() == R"({"user":"alice","a":{"c":2}})");
  peer.app.post("/unset", Json::array({"user"}), {kCookie});
  BOOST_TEST(peer.stored() == R"({"a":{"c":2}})");
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_no_json_reads_as_empty) {
  Peer peer;
  for (const char* record : {"", "{", "null", "{}", "\xff"}) {
    peer.redis.tell({"SET", kKey, record});
    BOOST_TEST(peer.read().status == 401, record);
    peer.app.post("/set", {{"a", 1}}, {kCookie});
    BOOST_TEST(peer.stored() == R"({"a":1})");
  }
}

BOOST_AUTO_TEST_CASE(a_destroyed_session_stays_as_an_empty_one) {
  Peer peer;
  peer.app.post("/destroy", Json::object(), {kCookie});
  BOOST_TEST(peer.stored() == "{}");
  BOOST_TEST(peer.redis.tell({"TTL", kKey}).integer == -1);
  BOOST_TEST(peer.read().status == 401);
}

BOOST_AUTO_TEST_CASE(a_read_leaves_the_time_to_live_of_others_alone_and_a_write_takes_it_away) {
  Peer peer;
  peer.redis.tell({"EXPIRE", kKey, "60"});
  BOOST_TEST(peer.read().status == 200);
  BOOST_TEST(peer.redis.tell({"TTL", kKey}).integer > 0);
  peer.app.post("/set", {{"a", 1}}, {kCookie});
  BOOST_TEST(peer.redis.tell({"TTL", kKey}).integer == -1);
  peer.redis.tell({"EXPIRE", kKey, "60"});
  peer.redis.pass_time(1min);
  BOOST_TEST(peer.read().status == 401);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(random_sessions)

BOOST_AUTO_TEST_CASE(what_the_package_writes_is_what_it_reads_and_what_redis_has) {
  RedisServer redis;
  NodeApp app("session-store", redis);
  const auto sessions = app.write_random_sessions(2000);
  std::vector<std::string> cookies;
  for (const auto& session : sessions) cookies.push_back(session.cookie);
  const auto found = app.read_sessions(cookies);
  BOOST_TEST_REQUIRE(found.size() == 2000U);
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    const Json record = Json::parse(redis.tell({"GET", sessions[i].sid}).text);
    BOOST_TEST_REQUIRE((record == sessions[i].attributes), sessions[i].attributes.dump());
    BOOST_TEST_REQUIRE((found[i] == sessions[i].attributes), sessions[i].attributes.dump());
  }
}

BOOST_AUTO_TEST_SUITE_END()
