// Keys change while browsers hold cookies of the older one.

#include <boost/test/unit_test.hpp>

#include "core/crypto/random.h"
#include "core/format/native/native.h"
#include "tests/support/e2e/support.h"
#include "tests/support/whole_format.h"

namespace session::test {
namespace {

constexpr const char* kOldKey = "the old key of the end-to-end tests, 32 bytes and more";
constexpr const char* kNewKey = "the new key of the end-to-end tests, 32 bytes and more";

// A `keys` line: k2 before k1, or k2 alone.
std::string keys(bool with_the_old_one) {
  const std::string old_one = with_the_old_one ? std::string(", { id: k1, value: '") + kOldKey + "' }" : "";
  return std::string("[{ id: k2, value: '") + kNewKey + "' }" + old_one + "]";
}

// The same session's cookie as the gateway issued it when k1 was the first key.
std::string as_signed_before(const std::string& cookie_line) {
  WholeNative before({"session", "", {{"k1", Secret(kOldKey)}}, Secret("salt of the end-to-end tests")},
                     system_random());
  const std::string value = cookie_line.substr(std::string("Cookie: session=").size());
  BOOST_TEST_REQUIRE(value.starts_with("v1.k2."));
  const auto id_end = value.find('.', 6);
  const std::string issued = value.substr(id_end + 1, value.find('.', id_end + 1) - id_end - 1);
  return "Cookie: session=" + before.cookie(value.substr(6, id_end - 6), seconds(std::stol(issued)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rotation)

BOOST_AUTO_TEST_CASE(a_cookie_under_an_older_key_is_renewed_by_the_check) {
  const Stack stack(Front::gateway, keys(true));
  const std::string old_cookie = as_signed_before(stack.log_in(R"({"user":"alice"})"));
  for (Client& client : stack.http1_and_http2()) {
    const Reply reply = client.get("/account/", {old_cookie});
    BOOST_TEST(reply.status == 200);
    BOOST_TEST_REQUIRE(reply.all("set-cookie").size() == 1);
    BOOST_TEST(reply.cookie("session").starts_with("v1.k2."));
    const Reply again = client.get("/account/", {"Cookie: session=" + reply.cookie("session")});
    BOOST_TEST(again.status == 200);
    BOOST_TEST(!again.has("set-cookie"));
    BOOST_TEST(again.json()["headers"]["x-auth-request-user"][0] == "alice");
  }
}

BOOST_AUTO_TEST_CASE(a_commit_from_a_protected_page_sets_one_session_cookie) {
  Stack stack(Front::gateway, keys(true));
  const std::string old_cookie = as_signed_before(stack.log_in(R"({"user":"alice"})"));
  stack.application().answers([](const AppRequest&) {
    return "200 OK\r\nX-Accel-Redirect: /_session/commit\r\nX-Session-Set: theme=dark\r\n\r\n";
  });
  const Reply reply = stack.http().post("/account/theme", "", {old_cookie});
  BOOST_TEST(reply.status == 204);
  BOOST_TEST_REQUIRE(reply.all("set-cookie").size() == 1);
  BOOST_TEST(reply.cookie("session").starts_with("v1.k2."));
}

BOOST_AUTO_TEST_CASE(a_cookie_under_a_key_that_is_gone_is_refused) {
  const Stack stack(Front::gateway, keys(false));
  const std::string old_cookie = as_signed_before(stack.log_in(R"({"user":"alice"})"));
  const Reply reply = stack.http().get("/account/", {old_cookie, "Accept: application/json"});
  BOOST_TEST(reply.status == 401);
  BOOST_TEST(reply.json()["reason"] == "bad-signature");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
