// How long a session lives that express-session and the gateway share: by connect-redis' rule.

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/interop/coexistence.h"

namespace session::gateway::test {
namespace {

using namespace std::chrono_literals;

const Json kAlice = {{"user", "alice"}};
const Json kAnHour = {{"cookie", {{"maxAge", 3'600'000}}}};
constexpr long long kHourMs = 3'600'000;
constexpr long long kDayMs = 86'400'000;

bool about(long long milliseconds, long long expected) {
  return milliseconds > expected - 20'000 && milliseconds <= expected;
}

// Of a date as JavaScript writes it.
std::time_t seconds_of(const Json& date) {
  std::tm parts{};
  std::istringstream(date.get<std::string>()) >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
  return timegm(&parts);
}

std::string sid_in(const std::string& cookies) {
  const auto from = cookies.find("s%3A") + 4;
  return cookies.substr(from, cookies.find('.') - from);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(express_beside_time)

BOOST_AUTO_TEST_CASE(a_check_extends_by_the_original_age_and_leaves_the_bytes) {
  ExpressSite site(kAnHour);
  const std::string cookie = site.node_login(kAlice, "hello");
  const std::string before = site.stored("hello");
  site.redis.pass_time(30min);
  BOOST_TEST(about(site.milliseconds_left("hello"), kHourMs / 2));
  BOOST_TEST(site.gateway.verdict(cookie) == "204");
  BOOST_TEST(about(site.milliseconds_left("hello"), kHourMs));
  BOOST_TEST(site.stored("hello") == before);
}

BOOST_AUTO_TEST_CASE(a_check_of_a_session_without_an_age_extends_by_the_ttl) {
  ExpressSite site;
  const std::string cookie = site.node_login(kAlice, "hello");
  const std::string before = site.stored("hello");
  site.redis.pass_time(12h);
  BOOST_TEST(site.gateway.verdict(cookie) == "204");
  BOOST_TEST(about(site.milliseconds_left("hello"), kDayMs));
  BOOST_TEST(site.stored("hello") == before);
}

BOOST_AUTO_TEST_CASE(the_ttl_is_a_setting_of_both) {
  ExpressSite site(Json::object(), {{"ttl", 7200}}, "secrets: [{ value: 'keyboard cat' }], ttl: 2h");
  const std::string cookie = site.node_login(kAlice, "hello");
  BOOST_TEST(about(site.milliseconds_left("hello"), 2 * kHourMs));
  site.redis.pass_time(1h);
  BOOST_TEST(site.gateway.verdict(cookie) == "204");
  BOOST_TEST(about(site.milliseconds_left("hello"), 2 * kHourMs));
  const std::string own = brought_back(site.gateway.set("", kAlice));
  BOOST_TEST(about(site.milliseconds_left(sid_in(own)), 2 * kHourMs));
}

BOOST_AUTO_TEST_CASE(a_write_brings_time_and_date_up_to_date) {
  ExpressSite site(kAnHour);
  const std::string cookie = site.node_login(kAlice, "hello");
  Json record = Json::parse(site.stored("hello"));
  record["cookie"]["expires"] = "2020-01-01T00:00:00.000Z";
  site.redis.tell({"SET", "sess:hello", record.dump(), "PX", "60000"});
  BOOST_TEST(site.gateway.set(cookie, {{"n", 1}}).status == 200);
  BOOST_TEST(about(site.milliseconds_left("hello"), kHourMs));
  const Json expiring = Json::parse(site.stored("hello"))["cookie"];
  // express-session computes it from the date that it has made of the hour, which may lose a millisecond.
  BOOST_TEST(expiring["originalMaxAge"] == record["cookie"]["originalMaxAge"]);
  BOOST_TEST(about(expiring["originalMaxAge"].get<long long>(), kHourMs));
  // As Node writes it a moment later.
  site.node.post("/set", {{"n", 2}}, with(cookie));
  const Json later = Json::parse(site.stored("hello"))["cookie"];
  BOOST_TEST(std::abs(seconds_of(later["expires"]) - seconds_of(expiring["expires"])) < 60);
  BOOST_TEST(seconds_of(later["expires"]) > std::time(nullptr));
  BOOST_TEST(expiring["expires"].get<std::string>().size() == later["expires"].get<std::string>().size());
}

BOOST_AUTO_TEST_CASE(a_lifetime_at_the_gateway_is_an_age_at_node) {
  RedisServer redis;
  NodeApp node("express", redis, {{"session", {{"name", "session"}}}});
  Beside gateway(redis, "dialect: express\nexpress: { secrets: [{ value: 'keyboard cat' }] }\n",
                 "{ name: session, secure: false, lifetime: 1h }");
  const std::string cookie = brought_back(gateway.set("", kAlice));
  const std::string key = "sess:" + sid_in(cookie);
  BOOST_TEST(about(redis.tell({"PTTL", key}).integer, kHourMs));
  const Json raw = node.get("/raw", with(cookie)).json();
  BOOST_TEST(raw["cookie"]["originalMaxAge"] == kHourMs);
  BOOST_TEST(raw["session"] == kAlice);
  const Reply reply = node.post("/set", {{"n", 1}}, with(cookie));
  BOOST_TEST(reply.header("set-cookie").find("Expires=") != std::string::npos);
  BOOST_TEST(about(redis.tell({"PTTL", key}).integer, kHourMs));
  BOOST_TEST(gateway.attributes(cookie)["n"] == 1);
}

BOOST_AUTO_TEST_CASE(the_key_ends_a_session_and_the_date_in_the_record_does_not) {
  ExpressSite site(kAnHour);
  const std::string cookie = site.node_login(kAlice, "hello");
  Json record = Json::parse(site.stored("hello"));
  record["cookie"]["expires"] = "2020-01-01T00:00:00.000Z";
  site.redis.tell({"SET", "sess:hello", record.dump(), "EX", "3600"});
  BOOST_TEST(site.gateway.verdict(cookie) == "204");
  site.redis.pass_time(1h);
  BOOST_TEST(site.gateway.verdict(cookie) == "401 unknown");
  site.gateway.set(cookie, {{"n", 1}});
  BOOST_TEST(site.redis.tell({"EXISTS", "sess:hello"}).integer == 0);
}

BOOST_AUTO_TEST_CASE(neither_timeout_of_the_gateway_ends_a_session_of_node) {
  ExpressSite site(Json::object(), Json::object(), "secrets: [{ value: 'keyboard cat' }]",
                   "session: { idle_timeout: 1m, absolute_timeout: 2m, touch_every: 1s }\n");
  const std::string cookie = site.node_login(kAlice);
  for (int i = 0; i < 3; ++i) {
    site.redis.pass_time(12h);
    BOOST_TEST(site.gateway.verdict(cookie) == "204");
  }
}

BOOST_AUTO_TEST_CASE(ages_that_are_no_numbers_count_as_none_and_long_ones_are_cut) {
  ExpressSite site;
  const std::string cookie = site.node_login(kAlice, "hello");
  for (const char* age : {"\"1\"", "null", "{}", "true"}) {
    site.redis.tell({"SET", "sess:hello",
                     std::string(R"({"cookie":{"originalMaxAge":)") + age + R"(},"user":"alice"})", "PX",
                     "60000"});
    BOOST_TEST(site.gateway.verdict(cookie) == "204", age);
    BOOST_TEST(about(site.milliseconds_left("hello"), kDayMs), age);
  }
  site.redis.tell(
      {"SET", "sess:hello", R"({"cookie":{"originalMaxAge":1e300},"user":"alice"})", "PX", "60000"});
  BOOST_TEST(site.gateway.set(cookie, {{"n", 1}}).status == 200);
  BOOST_TEST(site.milliseconds_left("hello") > kDayMs);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
