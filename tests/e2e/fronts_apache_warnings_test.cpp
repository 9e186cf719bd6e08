// What docs/fronts/apache.md warns of, and what it recommends instead, with the real Apache.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/apache_site.h"

namespace session::test {
namespace {

constexpr const char* kRequirement = "    SetEnvIf Request_URI ^ GATEWAY_REQUIRE=login\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(fronts_apache_warnings)

BOOST_AUTO_TEST_CASE(an_inner_requirement_replaces_the_check_unless_it_repeats_it) {
  const SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.behind = R"(
<Location "/in/admin">
    Require ip 127.0.0.1
</Location>
<Location "/in/rewritten">
    <RequireAll>
        Require valid-user
        Require ip 127.0.0.1
    </RequireAll>
</Location>
)";
  site.start();
  BOOST_TEST(site.client().get("/in/file").status == 401);
  BOOST_TEST(site.client().get("/in/admin/file").body == kContent);
  BOOST_TEST(site.client().get("/in/rewritten/index.php").status == 401);
  BOOST_TEST(site.client().get("/in/rewritten/index.php", {cookie_line(cookie)}).status == 200);
}

BOOST_AUTO_TEST_CASE(requirements_of_directories_do_not_open_a_place_and_satisfy_any_does) {
  const SecretGateway gateway;
  for (const bool any : {false, true}) {
    ApacheSite site(gateway);
    site.behind = "\nLoadModule access_compat_module " + apache_modules() +
                  "/mod_access_compat.so\n"
                  "<Directory \"@DIR@/www/in\">\n"
                  "    Require all granted\n    Allow from all\n" +
                  (any ? "    Satisfy Any\n" : "") + "</Directory>\n";
    site.start();
    BOOST_TEST(site.client().get("/in/file").status == (any ? 200 : 401));
  }
}

BOOST_AUTO_TEST_CASE(a_cookie_that_is_taken_away_too_early_refuses_what_apache_rewrites) {
  const SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.page =
      with(site.page, kRequirement,
           std::string(kRequirement) + "    RequestHeader set Cookie \"expr=%{reqenv:X-Session-Cookie}\"\n");
  site.start();
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).status == 200);
  BOOST_TEST(site.client().get("/in/rewritten/x", {cookie_line(cookie)}).status == 401);
}

BOOST_AUTO_TEST_CASE(an_empty_requirement_is_none_that_a_session_satisfies) {
  const SecretGateway gateway;
  const std::string anonymous = gateway.process.log_in(R"({"cart":[1]})");
  ApacheSite site(gateway);
  site.page = with(site.page, kRequirement, "    SetEnvIf Request_URI ^ GATEWAY_REQUIRE=\n");
  site.start();
  BOOST_TEST(site.client().get("/in/file", {cookie_line(anonymous)}).status == 403);
  gateway.process.wait_for_log("GATEWAY_REQUIRE names a rule that the configuration does not have: 1");
}

BOOST_AUTO_TEST_CASE(a_rule_outside_of_a_location_is_got_around_by_another_spelling_of_the_address) {
  const SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.page = with(site.page, kRequirement, "");
  site.behind = "\nSetEnvIf Request_URI ^/in/admin/ GATEWAY_REQUIRE=login,admin\n";
  site.start();
  BOOST_TEST(site.client().get("/in/admin/file", {cookie_line(cookie)}).status == 403);
  BOOST_TEST(site.client().get("/in/%61dmin/file", {cookie_line(cookie)}).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
