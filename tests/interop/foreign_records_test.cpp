// Records that are no sessions, under cookies that are good: refused, never a crash, never overwritten.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/interop/coexistence.h"

namespace session::gateway::test {
namespace {

const Json kAlice = {{"user", "alice"}};

std::string nested(int depth) {
  return R"({"cookie":{},"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

// Records that neither format can read.
std::vector<std::string> corrupt() {
  return {"",
          " ",
          "{",
          "}",
          "[]",
          "1",
          "null",
          "true",
          "\"text\"",
          "\xff\xfe",
          std::string(3, '\0'),
          R"({"cookie":{},"user":"alice")",
          R"({"cookie":{},"user":"alice"}x)",
          R"({"cookie":{},"s":"\ud83d"})",
          R"({"cookie":{},"s":"\udc00x"})",
          "{\"cookie\":{},\"s\":\"\xc3\"}",
          R"({"cookie":{},"a":1,"a":2})",
          R"({"cookie":{},"a":1e999})",
          R"({"cookie":{},"a":NaN})",
          nested(40),
          nested(100'000),
          std::string(1'000'000, '{'),
          R"({'user':'alice'})"};
}

// What is an attribute's name and value to session-store, and no session to express-session.
std::vector<std::string> without_a_cookie() {
  return {"{}",
          R"({"user":"alice"})",
          R"({"cookie":1,"user":"alice"})",
          R"({"cookie":null,"user":"alice"})",
          R"({"cookie":[],"user":"alice"})",
          R"({"cookie":"{}","user":"alice"})",
          R"({"v":1,"created":1700000000,"data":{"user":"alice"}})"};
}

// What a request can want of the session other than its end; what the key holds stays as it is.
void refused(Beside& gateway, const std::string& cookie, const std::string& reason,
             const std::string& shown) {
  BOOST_TEST(gateway.verdict(cookie) == reason, shown);
  BOOST_TEST(Beside::verdict_of(gateway.read(cookie)) == reason, shown);
  BOOST_TEST(Beside::verdict_of(gateway.act(cookie, {{"regenerate", true}})) == reason, shown);
  BOOST_TEST(Beside::verdict_of(gateway.act(cookie, {{"unset", {"user"}}})) == reason, shown);
  const Answer set = gateway.set(cookie, {{"cart", 1}});
  BOOST_TEST(set.status == 200, shown);  // a session of its own
  BOOST_TEST(!set.cookie().empty());
  BOOST_TEST(brought_back(set) != cookie);
}

// A logout erases whatever the key holds: the application may be able to read it.
void ended(Beside& gateway, RedisServer& redis, const std::string& key, const std::string& cookie,
           const std::string& shown) {
  BOOST_TEST(Beside::verdict_of(gateway.end(cookie)) == "204", shown);
  BOOST_TEST(redis.tell({"EXISTS", key}).integer == 0, shown);
}

void refused(Beside& gateway, RedisServer& redis, const std::string& key, const std::string& cookie,
             const std::string& record, const std::string& reason = "401 malformed") {
  redis.tell({"SET", key, record});
  const std::string shown = record.substr(0, 80);
  refused(gateway, cookie, reason, shown);
  BOOST_TEST((redis.tell({"GET", key}).text == record), shown);
  BOOST_TEST(redis.tell({"PTTL", key}).integer == -1);
  if (reason == "401 malformed") ended(gateway, redis, key, cookie, shown);
}

// A key of another kind, which Redis itself does not read as a record.
void refused_list(Beside& gateway, RedisServer& redis, const std::string& key, const std::string& cookie) {
  redis.tell({"DEL", key});
  redis.tell({"RPUSH", key, "a", "b"});
  refused(gateway, cookie, "401 malformed", "a list");
  BOOST_TEST(redis.tell({"LLEN", key}).integer == 2);
  ended(gateway, redis, key, cookie, "a list");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(foreign_records)

BOOST_FIXTURE_TEST_CASE(express_leaves_what_it_can_not_read_until_a_logout, ExpressSite) {
  const std::string cookie = node_login(kAlice, "hello");
  for (const std::string& record : corrupt()) refused(gateway, redis, "sess:hello", cookie, record);
  for (const std::string& record : without_a_cookie()) refused(gateway, redis, "sess:hello", cookie, record);
}

BOOST_FIXTURE_TEST_CASE(express_leaves_what_is_no_string_until_a_logout, ExpressSite) {
  refused_list(gateway, redis, "sess:hello", node_login(kAlice, "hello"));
}

BOOST_FIXTURE_TEST_CASE(session_store_leaves_what_it_can_not_read_until_a_logout, SessionStoreSite) {
  const std::string cookie = node_login(kAlice);
  const std::string key = key_of(cookie);
  for (const std::string& record : corrupt()) refused(gateway, redis, key, cookie, record);
  refused(gateway, redis, key, cookie, "{}", "401 unknown");
  refused(gateway, redis, key, cookie, " { } ", "401 unknown");
}

BOOST_FIXTURE_TEST_CASE(session_store_leaves_what_is_no_string_until_a_logout, SessionStoreSite) {
  const std::string cookie = node_login(kAlice);
  refused_list(gateway, redis, key_of(cookie), cookie);
}

// Node and the gateway must not see a record differently while one of them can break it.
BOOST_FIXTURE_TEST_CASE(a_record_that_becomes_foreign_between_two_requests_is_refused, ExpressSite) {
  const std::string cookie = node_login(kAlice, "hello");
  BOOST_TEST(gateway.verdict(cookie) == "204");
  refused(gateway, redis, "sess:hello", cookie, "{");
  node_login(kAlice, "hello");
  BOOST_TEST(gateway.verdict(cookie) == "204");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
