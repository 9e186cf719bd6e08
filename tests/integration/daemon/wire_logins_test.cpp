#include <string>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "tests/support/daemon/wire_gateway.h"

// What is left of a visitor's session after a login, with the settings' defaults.

namespace session::gateway::test {
namespace {

struct Format {
  const char* yaml;
  Json forgotten;  // by default: the names that CSRF libraries give their attributes
};

const Json kOfAll = {"csrf_token", "csrfToken", "csrfSecret", "_csrf"};
const Json kOfExpress = {"csrf_token", "csrfToken", "csrfSecret", "_csrf", "_csrfSecret"};

std::string cookie_in(const Answer& answer) {
  const std::string line = answer.header("Set-Cookie");
  return line.substr(0, line.find(';'));
}

Answer ask(const WireGateway& gateway, const std::string& endpoint, const std::string& cookie,
           const Pairs& more) {
  Pairs params = asking(endpoint, "GET", more);
  if (!cookie.empty()) params.emplace_back("HTTP_COOKIE", cookie);
  return gateway.unix_peer().ask(request(1, params));
}

// The cookie of the session with these attributes set in it.
std::string set(const WireGateway& gateway, const std::string& cookie, const Json& attributes) {
  const Answer answer = ask(gateway, "commit", cookie, {{"SESSION_SET", attributes.dump()}});
  BOOST_TEST(answer.status == 204);
  const std::string given = cookie_in(answer);
  return given.empty() ? cookie : given;
}

Json attributes(const WireGateway& gateway, const std::string& cookie) {
  return Json::parse(ask(gateway, "session", cookie, {}).body);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_logins)

BOOST_AUTO_TEST_CASE(each_format_forgets_by_default_what_csrf_libraries_keep) {
  for (const auto& [yaml, forgotten] :
       {Format{"", kOfAll}, Format{"dialect: session-store\n", kOfAll},
        Format{"dialect: express\nexpress: { secrets: [{ value: 'keyboard cat' }] }\n", kOfExpress}}) {
    const WireGateway gateway({yaml});
    Json before = {{"cart", {1, 2}}, {"csrfLike", "stays"}};
    for (const Json& name : forgotten) before[name.get<std::string>()] = "known to an attacker";
    const std::string visitor = set(gateway, "", before);
    BOOST_TEST(attributes(gateway, visitor) == before);
    const std::string alice = set(gateway, visitor, {{"user", "alice"}});
    BOOST_TEST(alice != visitor);
    BOOST_TEST(attributes(gateway, alice) ==
               (Json{{"cart", {1, 2}}, {"csrfLike", "stays"}, {"user", "alice"}}));
    // The login's own token counts, and those of a session that goes on.
    const std::string again = set(gateway, "", before);
    const std::string bob = set(gateway, again, {{"user", "bob"}, {"csrfToken", "new"}});
    BOOST_TEST(attributes(gateway, bob)["csrfToken"] == "new");
    (void)set(gateway, bob, {{"cart", {3}}});
    BOOST_TEST(attributes(gateway, bob) ==
               (Json{{"cart", {3}}, {"csrfLike", "stays"}, {"csrfToken", "new"}, {"user", "bob"}}));
  }
}

BOOST_AUTO_TEST_CASE(whoever_names_others_keeps_these) {
  const WireGateway gateway({"session: { forget_at_login: [nonce] }\n"});
  const std::string visitor = set(gateway, "", {{"nonce", "n"}, {"csrfToken", "t"}});
  const std::string alice = set(gateway, visitor, {{"user", "alice"}});
  BOOST_TEST(attributes(gateway, alice) == (Json{{"csrfToken", "t"}, {"user", "alice"}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
