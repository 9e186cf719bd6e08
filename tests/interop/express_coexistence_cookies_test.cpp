// The same cookie for express-session and for the gateway: secrets, ids and spellings.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/interop/coexistence.h"

namespace session::gateway::test {
namespace {

const Json kAlice = {{"user", "alice"}};
constexpr const char* kTwoSecrets = "secrets: [{ value: 'the new one' }, { value: 'keyboard cat' }]";

}  // namespace

BOOST_AUTO_TEST_SUITE(express_beside_cookies)

BOOST_AUTO_TEST_CASE(without_a_name_the_cookie_has_that_of_express_session) {
  RedisServer redis;
  NodeApp node("express", redis);
  Beside gateway(redis, "dialect: express\nexpress: { secrets: [{ value: 'keyboard cat' }] }\n",
                 "{ path: / }");
  const std::string cookie = brought_back(gateway.set("", kAlice));
  BOOST_TEST(cookie.starts_with("connect.sid=s%3A"));
  BOOST_TEST(attributes_at(node, cookie) == kAlice);
}

BOOST_AUTO_TEST_CASE(a_prefix_is_that_of_connect_redis) {
  ExpressSite site(Json::object(), {{"prefix", "app:"}},
                   "secrets: [{ value: 'keyboard cat' }], prefix: 'app:'");
  const std::string cookie = site.node_login(kAlice, "hello");
  BOOST_TEST(site.gateway.attributes(cookie) == kAlice);
  BOOST_TEST(attributes_at(site.node, brought_back(site.gateway.set("", kAlice))) == kAlice);
  BOOST_TEST(site.redis.string_keys("app:*").size() == 2U);
}

BOOST_AUTO_TEST_CASE(the_gateway_may_be_the_first_to_have_a_new_secret) {
  ExpressSite site(Json::object(), Json::object(), kTwoSecrets);
  NodeApp later("express", site.redis,
                {{"session", {{"name", "session"}, {"secret", {"the new one", "keyboard cat"}}}}});
  const std::string old = site.node_login(kAlice);
  const Answer answer = site.gateway.auth(old);
  BOOST_TEST(answer.status == 204);
  const std::string fresh = brought_back(answer);
  BOOST_TEST(fresh != old);
  BOOST_TEST(attributes_at(later, fresh) == kAlice);
  BOOST_TEST(attributes_at(later, old) == kAlice);
  BOOST_TEST(brought_back(site.gateway.read(old)) == fresh);
  BOOST_TEST(brought_back(site.gateway.auth(fresh)).empty());
}

BOOST_AUTO_TEST_CASE(node_may_be_the_first_to_have_a_new_secret_if_the_gateway_knows_it) {
  ExpressSite site({{"secret", {"the new one", "keyboard cat"}}}, Json::object(),
                   "secrets: [{ value: 'keyboard cat' }, { value: 'the new one' }]");
  BOOST_TEST(site.gateway.verdict(site.node_login(kAlice)) == "204");
  BOOST_TEST(attributes_at(site.node, brought_back(site.gateway.set("", kAlice))) == kAlice);
}

BOOST_AUTO_TEST_CASE(a_secret_that_is_not_configured_is_a_bad_signature) {
  const Json other = {{"secret", "another one"}};
  ExpressSite site(other);
  const std::string cookie = site.node_login(kAlice);
  BOOST_TEST(site.gateway.verdict(cookie) == "401 bad-signature");
  BOOST_TEST(site.node.get("/session", with(brought_back(site.gateway.set("", kAlice)))).status == 401);
}

BOOST_AUTO_TEST_CASE(an_id_may_be_any_text) {
  ExpressSite site;
  for (const char* sid : {"a.b.c", "..", "%C5%99%F0%9F%98%80%E6%97%A5", "50%25", "%2541", "a%20b%20", "%20",
                          "%22quoted%22", "%22", "'", "a%2Cb%3Bc%3Dd", "s%3Ax", "%5C", "%00%01%0A",
                          "*?%5B%7B", "a%2Fb%2B", "~sess%3Ahello", "0"}) {
    const std::string cookie = site.node_login(kAlice, sid);
    BOOST_REQUIRE_MESSAGE(!cookie.empty(), sid);
    BOOST_TEST(site.gateway.attributes(cookie) == kAlice, sid);
    BOOST_TEST(site.gateway.set(cookie, {{"n", 1}}).status == 200, sid);
    BOOST_TEST(attributes_at(site.node, cookie)["n"] == 1, sid);
    BOOST_TEST(site.gateway.end(cookie).status == 204, sid);
    BOOST_TEST(site.node.get("/session", with(cookie)).status == 401, sid);
  }
  BOOST_TEST(site.redis.string_keys().size() == 0U);
}

BOOST_AUTO_TEST_CASE(every_spelling_that_node_takes_the_gateway_does) {
  ExpressSite site;
  site.node_login(kAlice, "sid.with.dots");
  for (const std::string value : {"s%3Asid.with.dots.DuM6Lqsbfh5Fer8YprEO%2BEvZmDbfpn2PDcnvmoBlpSI",
                                  "s%3asid%2ewith.dots.DuM6Lqsbfh5Fer8YprEO%2bEvZmDbfpn2PDcnvmoBlpSI",
                                  "s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI",
                                  "\"s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI\"",
                                  "\"s%3Asid.with.dots.DuM6Lqsbfh5Fer8YprEO%2BEvZmDbfpn2PDcnvmoBlpSI\"",
                                  "  s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI\t "}) {
    BOOST_TEST(attributes_at(site.node, "a=b; session=" + value + "; c=d") == kAlice, value);
    BOOST_TEST(site.gateway.verdict("a=b; session=" + value + "; c=d") == "204", value);
  }
}

BOOST_AUTO_TEST_CASE(no_spelling_that_node_refuses_the_gateway_takes) {
  ExpressSite site;
  site.node_login(kAlice, "sid.with.dots");
  for (const std::string value : {"sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI",
                                  "S:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI",
                                  "s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI=",
                                  "s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO-EvZmDbfpn2PDcnvmoBlpSI",
                                  "s:sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSJ",
                                  "s%253Asid.with.dots.DuM6Lqsbfh5Fer8YprEO%252BEvZmDbfpn2PDcnvmoBlpSI",
                                  "s:Sid.with.dots.DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI",
                                  "s:sid.with.dots", "s:sid.with.dots.", "s:", "s:.", "", "%", "s%3"}) {
    BOOST_TEST(site.node.get("/session", with("session=" + value)).status == 401, value);
    BOOST_TEST(site.gateway.auth("session=" + value).status == 401, value);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
