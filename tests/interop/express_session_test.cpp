// The cookies of express-session, as it really writes and reads them.

#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/interop/node_app.h"

using namespace session;
using namespace session::test;

namespace {

constexpr const char* kName = "connect.sid";

// What an application with these options of express-session sets for a new session; of that id, if one is
// given.
Reply log_in(NodeApp& app, const std::string& url_encoded_sid = "") {
  HeaderLines headers;
  if (!url_encoded_sid.empty()) headers.push_back("X-New-Sid: " + url_encoded_sid);
  return app.post("/set", {{"user", "alice"}}, headers);
}

NodeApp with_secrets(const RedisServer& redis, const std::vector<std::string>& secrets) {
  return NodeApp("express", redis, {{"session", {{"secret", secrets}}}});
}

// The status of a request for the session that this Cookie header stands for.
long status_of(NodeApp& app, const std::string& cookies) {
  return app.get("/session", {"Cookie: " + cookies}).status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(writing)

BOOST_AUTO_TEST_CASE(a_cookie_is_the_signed_id_url_encoded) {
  RedisServer redis;
  NodeApp app = with_secrets(redis, {"keyboard cat"});
  BOOST_TEST(
      log_in(app, std::string(32, 'a')).header("set-cookie") ==
      "connect.sid=s%3Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.2pWpIeKBIWj5sr1%2Bxfd1HSAbdfCDtQ%2B%2Bo5cmDettqN4; "
      "Path=/; HttpOnly");
  BOOST_TEST(log_in(app, "sid.with.dots").cookie(kName) ==
             "s%3Asid.with.dots.DuM6Lqsbfh5Fer8YprEO%2BEvZmDbfpn2PDcnvmoBlpSI");
  NodeApp other = with_secrets(redis, {"secret"});
  BOOST_TEST(log_in(other, "hello").cookie(kName) == "s%3Ahello.iKqz7ejTrflNJquQ07r9SiCDBww7zOnAFO4EpEOEfAs");
}

BOOST_AUTO_TEST_CASE(an_id_has_32_characters_of_64) {
  RedisServer redis;
  NodeApp app("express", redis);
  const std::regex signed_id("s%3A[A-Za-z0-9_-]{32}\\.([A-Za-z0-9]|%2B|%2F){43}");
  for (int i = 0; i < 20; ++i) {
    const std::string cookie = log_in(app).cookie(kName);
    BOOST_TEST(std::regex_match(cookie, signed_id), cookie);
  }
}

BOOST_AUTO_TEST_CASE(a_lifetime_is_an_expiry_date_and_never_max_age) {
  RedisServer redis;
  NodeApp app("express", redis, {{"session", {{"name", "sid"}, {"cookie", {{"maxAge", 3'600'000}}}}}});
  const std::string line = log_in(app, "hello").header("set-cookie");
  BOOST_TEST(std::regex_match(line, std::regex("sid=s%3Ahello\\.[^;]+; Path=/; "
                                               "Expires=[A-Z][a-z]{2}, .* GMT; HttpOnly")),
             line);
}

BOOST_AUTO_TEST_CASE(attributes_have_this_order) {
  RedisServer redis;
  const Json cookie = {{"path", "/"},       {"domain", "example.org"}, {"secure", false},
                       {"sameSite", "lax"}, {"partitioned", true},     {"priority", "high"},
                       {"httpOnly", true}};
  NodeApp app("express", redis, {{"session", {{"cookie", cookie}}}});
  const std::string line = log_in(app).header("set-cookie");
  BOOST_TEST(line.substr(line.find(';')) ==
             "; Domain=example.org; Path=/; HttpOnly; Partitioned; Priority=High; SameSite=Lax");
}

BOOST_AUTO_TEST_CASE(a_session_in_which_nothing_was_set_has_no_cookie) {
  RedisServer redis;
  NodeApp app("express", redis);
  BOOST_TEST(!app.get("/session").has("set-cookie"));
  BOOST_TEST(redis.string_keys().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_cookie_is_written_again_when_a_session_that_expires_changes_or_with_rolling_always) {
  RedisServer redis;
  NodeApp lasting("express", redis);
  const std::string cookie = cookie_line(kName, log_in(lasting).cookie(kName));
  BOOST_TEST(!lasting.post("/set", {{"a", 1}}, {cookie}).has("set-cookie"));
  NodeApp expiring("express", redis, {{"session", {{"cookie", {{"maxAge", 3'600'000}}}}}});
  const std::string other = cookie_line(kName, log_in(expiring).cookie(kName));
  BOOST_TEST(!expiring.get("/session", {other}).has("set-cookie"));
  BOOST_TEST(expiring.post("/set", {{"a", 1}}, {other}).has("set-cookie"));
  NodeApp rolling("express", redis, {{"session", {{"rolling", true}}}});
  BOOST_TEST(rolling.get("/session", {other}).has("set-cookie"));
}

BOOST_AUTO_TEST_CASE(an_end_leaves_the_cookie_with_the_client) {
  RedisServer redis;
  NodeApp app("express", redis);
  const std::string cookie = cookie_line(kName, log_in(app).cookie(kName));
  BOOST_TEST(!app.post("/destroy", Json::object(), {cookie}).has("set-cookie"));
  BOOST_TEST(app.get("/session", {cookie}).status == 401);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reading)

BOOST_AUTO_TEST_CASE(a_cookie_counts_in_each_of_its_spellings) {
  RedisServer redis;
  NodeApp app = with_secrets(redis, {"keyboard cat"});
  log_in(app, "sid.with.dots");
  for (const std::string value : {"s%3Asid.with.dots.DuM6Lqsbfh5Fer8YprEO%2BEvZmDbfpn2PDcnvmoBlpSI",
                                  "s%3asid%2ewith.dots.DuM6Lqsbfh5Fer8YprEO%2bEvZmDbfpn2PDcnvmoBlpSI",
                                  "s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI",
                                  "\"s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI\"",
                                  "  s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI\t "}) {
    BOOST_TEST(status_of(app, "a=b; connect.sid=" + value + "; c=d") == 200, value);
  }
}

BOOST_AUTO_TEST_CASE(a_cookie_with_a_flaw_is_none) {
  RedisServer redis;
  NodeApp app = with_secrets(redis, {"keyboard cat"});
  log_in(app, "sid.with.dots");
  for (const std::string value :
       {"sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI",    // no s:
        "S:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI",  // not s:
        "s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI=",
        "s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO-EvZmDbfpn2PDcnvmoBlpSI",
        "s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO EvZmDbfpn2PDcnvmoBlpSI",
        "s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSJ",  // same bytes
        "s:sid.with.dots", "s:sid.with.dots.", "s:", "s:.", ""}) {
    BOOST_TEST(status_of(app, "connect.sid=" + value) == 401, value);
  }
}

BOOST_AUTO_TEST_CASE(the_first_cookie_of_the_name_counts) {
  RedisServer redis;
  NodeApp app("express", redis);
  const std::string good = "connect.sid=" + log_in(app).cookie(kName);
  BOOST_TEST(status_of(app, good + "; connect.sid=s:bad.x") == 200);
  BOOST_TEST(status_of(app, "connect.sid=s:bad.x; " + good) == 401);
  BOOST_TEST(status_of(app, "connect.sid=; " + good) == 401);
  BOOST_TEST(status_of(app, "Connect.sid=s:bad.x; xconnect.sid=x; connect.sid; " + good) == 200);
  BOOST_TEST(app.get("/session", {"Cookie: a=b", "Cookie: " + good}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_value_that_does_not_decode_counts_as_it_is) {
  RedisServer redis;
  NodeApp app("express", redis);
  const std::string cookie = log_in(app, "50%25%20off%C5%99").cookie(kName);
  BOOST_TEST(cookie.starts_with("s%3A50%25%20off%C5%99."));
  BOOST_TEST(status_of(app, "connect.sid=" + cookie) == 200);
  const std::string percent = log_in(app, "50%25").cookie(kName);
  const std::string mac = percent.substr(percent.find('.') + 1);
  const std::string raw = replaced(replaced(mac, "%2B", "+"), "%2F", "/");
  BOOST_TEST(status_of(app, "connect.sid=s:50%." + raw) == 200);
  BOOST_TEST(status_of(app, "connect.sid=s%3A50%." + raw) == 401);
}

BOOST_AUTO_TEST_CASE(an_id_that_the_store_does_not_know_is_never_taken_over) {
  RedisServer redis;
  NodeApp app("express", redis);
  const std::string cookie = log_in(app, "fixed").cookie(kName);
  redis.tell({"DEL", "sess:fixed"});
  const Reply reply = app.post("/set", {{"user", "bob"}}, {cookie_line(kName, cookie)});
  BOOST_TEST(reply.cookie(kName).starts_with("s%3A"));
  BOOST_TEST(reply.cookie(kName) != cookie);
  BOOST_TEST(redis.tell({"EXISTS", "sess:fixed"}).integer == 0);
}

BOOST_AUTO_TEST_CASE(the_first_secret_signs_and_all_of_them_verify) {
  RedisServer redis;
  NodeApp before = with_secrets(redis, {"old"});
  NodeApp during = with_secrets(redis, {"new", "old"});
  NodeApp after = with_secrets(redis, {"new"});
  const std::string old = "connect.sid=" + log_in(before).cookie(kName);
  const std::string fresh = "connect.sid=" + log_in(during).cookie(kName);
  BOOST_TEST(status_of(during, old) == 200);
  BOOST_TEST(status_of(after, old) == 401);
  BOOST_TEST(status_of(before, fresh) == 401);
  BOOST_TEST(status_of(after, fresh) == 200);
  BOOST_TEST(!during.get("/session", {"Cookie: " + old}).has("set-cookie"));
}

BOOST_AUTO_TEST_SUITE_END()
