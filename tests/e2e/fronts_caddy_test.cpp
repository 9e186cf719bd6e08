// The real Caddy with the configuration of docs/fronts/caddy.md.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/front_site.h"
#include "tests/support/server_programs.h"

namespace session::test {
namespace {

// What the Caddyfile says besides what the page shows.
constexpr const char* kOptions = R"({
	admin off
	auto_https off
	storage file_system @DIR@/data
}
)";

struct CaddySite : FrontSite {
  explicit CaddySite(bool secret = false) : with_secret(secret) {}
  void start() override {
    const std::string page = read_file(source_root() + "/docs/fronts/caddy.md");
    if (with_secret) {
      write_files_with_secret("caddy");
    } else {
      write_file(dir / "session-gateway.conf",
                 with(front_configuration("caddy"), "/run/session-gateway/http.sock", http_socket()));
    }
    std::string file = with(block_of(page, "caddyfile"), "example.com {",
                            "http://gateway.test {\n\tbind unix/" + front_socket());
    file = with(file, "127.0.0.1:8000", "unix/" + application_socket());
    write_file(dir / "Caddyfile", replaced(kOptions, "@DIR@", dir.path()) + file);
    run({"env", "HOME=" + dir.path(), "XDG_DATA_HOME=" + dir.path(), "XDG_CONFIG_HOME=" + dir.path(),
         caddy_binary(), "run", "--adapter", "caddyfile", "--config", dir / "Caddyfile"});
  }

  bool with_secret;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fronts_caddy)

BOOST_AUTO_TEST_CASE(a_session_passes_and_the_application_learns_who_it_is) {
  CaddySite site;
  test::a_session_passes_and_the_application_learns_who_it_is(site);
}

BOOST_AUTO_TEST_CASE(without_a_session_nobody_gets_in_by_any_way) {
  CaddySite site;
  test::without_a_session_nobody_gets_in_by_any_way(site);
}

BOOST_AUTO_TEST_CASE(visitors_who_ask_for_a_page_are_led_to_the_login) {
  CaddySite site;
  test::visitors_who_ask_for_a_page_are_led_to_the_login(site);
}

BOOST_AUTO_TEST_CASE(no_spelling_of_a_forged_identity_header_reaches_the_application) {
  CaddySite site;
  test::no_spelling_of_a_forged_identity_header_reaches_the_application(site);
}

BOOST_AUTO_TEST_CASE(a_visitor_logs_in_reads_the_session_and_logs_out) {
  CaddySite site;
  test::a_visitor_logs_in_reads_the_session_and_logs_out(site);
}

BOOST_AUTO_TEST_CASE(a_cookie_that_a_check_renews_reaches_the_browser) {
  CaddySite site;
  test::a_cookie_that_a_check_renews_reaches_the_browser(site);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_gone_lets_nobody_in) {
  CaddySite site;
  test::a_gateway_that_is_gone_lets_nobody_in(site, 502);
}

BOOST_AUTO_TEST_CASE(ten_thousand_requests_are_answered_without_a_failure) {
  CaddySite site;
  test::ten_thousand_requests_are_answered_without_a_failure(site);
}

BOOST_AUTO_TEST_CASE(a_listener_with_a_secret_gets_it) {
  CaddySite site(true);
  test::a_visitor_logs_in_reads_the_session_and_logs_out(site);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
