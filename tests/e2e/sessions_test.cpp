// Where a user is logged in, through nginx, as a page of the site shows it.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

constexpr const char* kAlice = R"({"user":"alice"})";

Json sessions_of(Client& client, const std::string& cookie) {
  return client.get("/sessions", {cookie}).json().at("sessions");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sessions)

BOOST_AUTO_TEST_CASE(a_user_sees_and_ends_the_own_sessions) {
  const Stack stack;
  const std::string laptop = stack.log_in(kAlice);
  const std::string telephone = stack.log_in(kAlice);
  const std::string bob = stack.log_in(R"({"user":"bob"})");
  for (Client& client : stack.http1_and_http2()) {
    const Reply reply = client.get("/sessions", {laptop});
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.header("cache-control") == "no-store");
    BOOST_TEST(reply.json().at("sessions").size() == 2u);
    BOOST_TEST(client.head("/sessions", {laptop}).status == 200);
    BOOST_TEST(client.get("/sessions").status == 401);
  }
  Client client = stack.http();
  std::string other;
  for (const Json& session : sessions_of(client, laptop)) {
    if (!session.at("current").get<bool>()) other = session.at("name").get<std::string>();
  }
  BOOST_TEST(client.send("DELETE", "/sessions?name=" + other, {bob}).status == 404);
  BOOST_TEST(client.send("DELETE", "/sessions?name=" + other, {laptop}).status == 204);
  BOOST_TEST(client.get("/sessions", {telephone}).status == 401);
  BOOST_TEST(sessions_of(client, laptop).size() == 1u);
}

BOOST_AUTO_TEST_CASE(all_others_end_or_all) {
  const Stack stack;
  const std::string mine = stack.log_in(kAlice);
  for (int i = 0; i < 5; ++i) (void)stack.log_in(kAlice);
  Client client = stack.http();
  BOOST_TEST(client.send("DELETE", "/sessions?others=true", {mine}).status == 204);
  BOOST_TEST(sessions_of(client, mine).size() == 1u);
  const Reply last = client.send("DELETE", "/sessions?all=true", {mine});
  BOOST_TEST(last.status == 204);
  BOOST_TEST(last.header("set-cookie").find("Max-Age=0") != std::string::npos);
  BOOST_TEST(client.get("/sessions", {mine}).status == 401);
}

BOOST_AUTO_TEST_CASE(another_sites_page_ends_nothing_and_neither_does_a_body) {
  const Stack stack;
  const std::string mine = stack.log_in(kAlice);
  Client client = stack.http();
  const std::string all = "/sessions?all=true";
  BOOST_TEST(client.send("DELETE", all, {mine, "Sec-Fetch-Site: cross-site"}).status == 403);
  BOOST_TEST(client.send("DELETE", all, {mine, "Origin: http://evil.test"}).status == 403);
  BOOST_TEST(client.post(all, "all=true", {mine}).status == 405);
  BOOST_TEST(client.send("DELETE", "/sessions", {mine}).status == 400);
  BOOST_TEST(sessions_of(client, mine).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
