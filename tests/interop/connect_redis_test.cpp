// What connect-redis keeps in Redis, and what express-session makes of it.

#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/interop/node_app.h"

using namespace session;
using namespace session::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kName = "connect.sid";
constexpr const char* kKey = "sess:hello";
constexpr const char* kEmptyCookie =
    R"({"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"})";

// An application whose sessions have the id `hello`, and a client of it that is logged in.
struct Peer {
  explicit Peer(const Json& session = Json::object(), const Json& store = Json::object())
      : app("express", redis, {{"session", session}, {"store", store}}) {
    cookie = cookie_line(kName, app.post("/set", {{"user", "alice"}}, {"X-New-Sid: hello"}).cookie(kName));
  }

  std::string stored() { return redis.tell({"GET", kKey}).text; }
  long long seconds_left() { return redis.tell({"TTL", kKey}).integer; }
  void store(const std::string& record) { redis.tell({"SET", kKey, record}); }
  Reply read() { return app.get("/session", {cookie}); }
  void change() { app.post("/set", {{"a", 1}}, {cookie}); }

  RedisServer redis;
  NodeApp app;
  std::string cookie;
};

const Json kAnHour = {{"cookie", {{"maxAge", 3'600'000}}}};
const Json kAnHourAtMost = {{"cookie", {{"maxAge", 3'599'001}, {"secure", false}, {"sameSite", "lax"}}}};
const Json kResave = {{"resave", true}, {"cookie", {{"maxAge", 3'600'000}}}};
const Json kPrefix = {{"prefix", "app:"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(records)

BOOST_AUTO_TEST_CASE(a_record_is_the_session_as_json_with_its_cookie) {
  Peer peer;
  BOOST_TEST(peer.stored() == std::string(kEmptyCookie) + R"(,"user":"alice"})");
  BOOST_TEST(peer.seconds_left() == 86400);
  BOOST_TEST(peer.redis.string_keys().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_key_is_the_prefix_and_the_id_whatever_it_holds) {
  Peer peer(Json::object(), kPrefix);
  peer.app.post("/set", {{"user", "bob"}}, {"X-New-Sid: a%20%2F%25%00%C5%99%F0%9F%98%80"});
  BOOST_TEST(peer.redis.tell({"EXISTS", "app:hello"}).integer == 1);
  BOOST_TEST(peer.redis.tell({"EXISTS", std::string("app:a /%\0ř😀", 15)}).integer == 1);
}

BOOST_AUTO_TEST_CASE(a_lifetime_is_in_the_record_and_the_key_has_it_in_whole_seconds) {
  Peer peer(kAnHourAtMost);
  const Json cookie = Json::parse(peer.stored())["cookie"];
  // What express-session makes of an hour less a second and a bit, by its clock, which may tick meanwhile.
  BOOST_TEST(cookie["originalMaxAge"].get<int>() <= 3'599'001);
  BOOST_TEST(cookie["originalMaxAge"].get<int>() > 3'598'000);
  BOOST_TEST(cookie["expires"].get<std::string>().size() == std::string("2026-01-01T00:00:00.000Z").size());
  BOOST_TEST(cookie["secure"] == false);
  BOOST_TEST(cookie["sameSite"] == "lax");
  BOOST_TEST(cookie.size() == 6U);
  BOOST_TEST(peer.seconds_left() <= 3600);
  BOOST_TEST(peer.seconds_left() > 3590);
}

BOOST_AUTO_TEST_CASE(a_session_that_is_over_when_it_is_written_is_deleted) {
  Peer peer;
  NodeApp late("express", peer.redis, {{"session", {{"cookie", {{"maxAge", -1000}}}}}});
  late.post("/login", {{"user", "bob"}}, {peer.cookie, "X-New-Sid: other"});
  BOOST_TEST(peer.redis.string_keys().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_read_extends_the_key_and_leaves_the_record_alone) {
  Peer peer(kAnHour);
  const std::string record = peer.stored();
  peer.redis.pass_time(30min);
  BOOST_TEST(peer.seconds_left() <= 1800);
  BOOST_TEST(peer.read().status == 200);
  BOOST_TEST(peer.seconds_left() > 3590);
  BOOST_TEST(peer.stored() == record);
}

BOOST_AUTO_TEST_CASE(with_resave_a_read_is_a_write) {
  Peer peer(kResave);
  peer.store(replaced(peer.stored(), "{\"cookie\"", "{ \"cookie\""));
  BOOST_TEST(peer.read().status == 200);
  BOOST_TEST(peer.stored().starts_with("{\"cookie\""));
}

BOOST_AUTO_TEST_CASE(the_key_ends_a_session_and_the_date_in_the_record_does_not) {
  Peer peer(kAnHour);
  Json record = Json::parse(peer.stored());
  record["cookie"]["expires"] = "2020-01-01T00:00:00.000Z";
  peer.store(record.dump());
  BOOST_TEST(peer.read().status == 200);
  BOOST_TEST(peer.seconds_left() > 3590);
  peer.redis.pass_time(1h);
  BOOST_TEST(peer.read().status == 401);
}

BOOST_AUTO_TEST_CASE(an_end_deletes_and_a_login_moves) {
  Peer peer;
  const Reply reply = peer.app.post("/login", {{"user", "bob"}}, {peer.cookie, "X-New-Sid: other"});
  BOOST_TEST(peer.redis.tell({"EXISTS", kKey}).integer == 0);
  BOOST_TEST(peer.redis.tell({"GET", "sess:other"}).text == std::string(kEmptyCookie) + R"(,"user":"bob"})");
  peer.app.post("/destroy", Json::object(), {cookie_line(kName, reply.cookie(kName))});
  BOOST_TEST(peer.redis.string_keys().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_member_is_taken_away_and_the_others_stay) {
  Peer peer;
  peer.change();
  peer.app.post("/unset", Json::array({"user"}), {peer.cookie});
  BOOST_TEST(peer.stored() == std::string(kEmptyCookie) + R"(,"a":1})");
}

BOOST_AUTO_TEST_SUITE_END()

// Records that somebody else has written: the gateway, for one.
BOOST_AUTO_TEST_SUITE(records_of_others)

BOOST_AUTO_TEST_CASE(an_empty_cookie_is_enough_and_none_breaks_the_application) {
  Peer peer;
  peer.store(R"({"user":"alice"})");
  BOOST_TEST(peer.read().status == 500);
  peer.store(R"({"user":"alice","cookie":{}})");
  BOOST_TEST(peer.read().body == R"({"user":"alice"})");
  BOOST_TEST(peer.seconds_left() == 86400);
  peer.change();
  BOOST_TEST(peer.stored() == R"({"user":"alice","cookie":{"httpOnly":true,"path":"/"},"a":1})");
  BOOST_TEST(peer.read().status == 200);
}

BOOST_AUTO_TEST_CASE(a_lifetime_in_the_record_overrules_the_options) {
  Peer peer(kAnHour);
  peer.store(R"({"cookie":{"originalMaxAge":60000,"expires":"2020-01-01T00:00:00.000Z"},"user":"alice"})");
  BOOST_TEST(peer.read().status == 200);
  BOOST_TEST(peer.seconds_left() <= 60);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_no_json_object_breaks_the_application_and_an_empty_one_is_none) {
  Peer peer;
  for (const char* record : {"{", "[]", "1", "\"text\"", "\xff"}) {
    peer.store(record);
    BOOST_TEST(peer.read().status == 500, record);
  }
  for (const char* record : {"", "null", "false", "0"}) {
    peer.store(record);
    BOOST_TEST(peer.read().status == 401, record);
  }
}

BOOST_AUTO_TEST_CASE(members_with_the_names_of_what_every_session_has_are_lost) {
  Peer peer;
  peer.store(
      R"({"cookie":{},"id":1,"req":1,"save":1,"touch":1,"reload":1,"destroy":1,"regenerate":1,)"
      R"("resetMaxAge":1,"constructor":1,"toString":1,"hasOwnProperty":1,"__proto__":1,"user":"alice"})");
  BOOST_TEST(peer.read().body == R"({"user":"alice"})");
  peer.change();
  BOOST_TEST(peer.stored() == R"({"cookie":{"httpOnly":true,"path":"/"},"user":"alice","a":1})");
}

BOOST_AUTO_TEST_CASE(members_of_the_cookie_that_it_does_not_know_are_lost) {
  Peer peer;
  peer.store(R"({"cookie":{"path":"/","created":1,"signed":true,"overwrite":true}})");
  peer.change();
  BOOST_TEST(peer.stored() == R"({"cookie":{"httpOnly":true,"path":"/"},"a":1})");
}

BOOST_AUTO_TEST_CASE(numbers_are_doubles) {
  Peer peer;
  peer.store(R"({"cookie":{},"n":[9007199254740993,18446744073709551615,1.0,-0.0,1E400,0.1e1]})");
  peer.change();
  BOOST_TEST(Json::parse(peer.stored())["n"].dump() ==
             "[9007199254740992,1.8446744073709552e+19,1,0,null,1]");
}

BOOST_AUTO_TEST_CASE(
    numbers_up_to_1e21_are_written_in_digits_which_the_gateway_does_not_read_beyond_64_bits) {
  Peer peer;
  peer.app.post("/set", {{"n", {1e19, 1e20, -1e20, 1e21}}}, {peer.cookie});
  BOOST_TEST(peer.stored().ends_with(
      R"("n":[10000000000000000000,100000000000000000000,-100000000000000000000,1e+21]})"));
  BOOST_TEST(parse_json(peer.stored()).error().text == "a number is too large");
}

BOOST_AUTO_TEST_CASE(half_of_a_surrogate_pair_is_written_as_an_escape_which_the_gateway_does_not_read) {
  Peer peer;
  peer.store(R"({"cookie":{},"s":"\ud83d"})");
  peer.change();
  BOOST_TEST(peer.stored() == R"({"cookie":{"httpOnly":true,"path":"/"},"s":"\ud83d","a":1})");
  BOOST_TEST(parse_json(peer.stored()).has_error());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(random_sessions)

BOOST_AUTO_TEST_CASE(what_the_package_writes_is_what_it_reads_and_what_redis_has) {
  RedisServer redis;
  NodeApp app("express", redis);
  const auto sessions = app.write_random_sessions(2000);
  BOOST_TEST_REQUIRE(sessions.size() == 2000U);
  std::vector<std::string> cookies;
  for (const auto& session : sessions) cookies.push_back(session.cookie);
  const auto found = app.read_sessions(cookies);
  BOOST_TEST_REQUIRE(found.size() == sessions.size());
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    Json record = Json::parse(redis.tell({"GET", "sess:" + sessions[i].sid}).text);
    record.erase("cookie");
    BOOST_TEST_REQUIRE((record == sessions[i].attributes), sessions[i].attributes.dump());
    BOOST_TEST_REQUIRE((found[i] == sessions[i].attributes), sessions[i].attributes.dump());
  }
}

BOOST_AUTO_TEST_CASE(a_seed_stands_for_its_sessions) {
  RedisServer redis;
  NodeApp app("express", redis);
  const auto first = app.write_random_sessions(3, 7);
  const auto second = app.write_random_sessions(3, 8);
  BOOST_TEST((first[1].attributes == second[0].attributes));
  BOOST_TEST((first[0].attributes != second[0].attributes));
  BOOST_TEST(first[1].sid != second[0].sid);
}

BOOST_AUTO_TEST_SUITE_END()
