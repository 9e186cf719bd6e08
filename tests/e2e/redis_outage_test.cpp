// What a browser sees of a Redis that is gone and comes back, through nginx.

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"
#include "tests/support/redis/redis_server.h"

namespace session::test {
namespace {

std::string store_at(const RedisServer& redis) {
  return "{ type: redis, redis: { url: 'unix://" + redis.unix_address().path + "' } }";
}

// An outage, said as such: nobody is sent to the login page, and no cookie is taken away.
void check_outage(const Reply& reply) {
  BOOST_TEST(reply.status == 503);
  BOOST_TEST(reply.header("retry-after") == "5");
  BOOST_TEST(!reply.has("set-cookie"));
  BOOST_TEST(!reply.has("location"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_outage)

BOOST_AUTO_TEST_CASE(a_redis_that_is_gone_is_a_503_and_never_a_logout_and_its_return_needs_no_login) {
  // What Redis has acknowledged is with the kernel by then, which outlives it.
  RedisServer redis(RedisSetup{.options = {"appendonly yes", "appendfsync no"}});
  Stack stack(Front::gateway, kFirstKeys, store_at(redis));
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  BOOST_TEST(stack.http().get("/account/", {cookie}).status == 200);
  const auto requests = stack.application().requests();
  redis.kill();
  for (Client& client : stack.http1_and_http2()) {
    check_outage(client.get("/account/", {cookie, "Accept: text/html"}));
    check_outage(client.get("/session", {cookie}));
    check_outage(client.post("/session", R"({"set":{"user":"bob"}})"));
    // Who is not logged in is told so, as always.
    BOOST_TEST(client.get("/account/", {"Accept: text/html"}).status == 303);
    BOOST_TEST(client.get("/public").status == 200);
  }
  BOOST_TEST(stack.application().requests() == requests + 2);  // the public ones
  redis.start();
  // Each of the gateway's workers finds Redis by itself, and nginx may ask either.
  wait_until("the gateway to let the page be seen again",
             [&] { return stack.http().get("/account/", {cookie}).status == 200; });
  wait_until("the gateway to show the session again",
             [&] { return stack.http().get("/session", {cookie}).status == 200; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
