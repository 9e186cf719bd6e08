// The real nginx, which asks by HTTP, with the configuration of docs/fronts/nginx-http.md.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/front_site.h"
#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

// What nginx.conf says besides what the page shows.
constexpr const char* kBefore = R"(daemon off;
pid @DIR@/nginx.pid;
error_log @DIR@/error.log;
events {}
)";
constexpr const char* kPaths = R"(
  access_log off;
  client_max_body_size 10m;
  client_body_temp_path @DIR@/body;
  proxy_temp_path @DIR@/proxy;
  fastcgi_temp_path @DIR@/fastcgi;
  uwsgi_temp_path @DIR@/uwsgi;
  scgi_temp_path @DIR@/scgi;
)";

struct NginxHttpSite : FrontSite {
  explicit NginxHttpSite(bool secret = false) : with_secret(secret) {}
  void start() override {
    const std::string page = read_file(source_root() + "/docs/fronts/nginx-http.md");
    if (with_secret) write_files_with_secret("nginx-http");
    for (const auto& [name, text] : front_files("nginx-http"))
      if (!with_secret)
        write_file(dir / name, replaced(text, "/run/session-gateway/http.sock", http_socket()));
    std::string file = with(block_of(page, "nginx"), "listen 80;", "listen unix:" + front_socket() + ";");
    file = with(file, "http {\n", "http {\n" + std::string(kPaths));
    file = with(file, "http://127.0.0.1:8000", "http://unix:" + application_socket());
    write_file(dir / "nginx.conf", replaced(kBefore + file, "@DIR@", dir.path()));
    run(nginx_command(dir));
  }

  bool with_secret;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fronts_nginx_http)

BOOST_AUTO_TEST_CASE(a_session_passes_and_the_application_learns_who_it_is) {
  NginxHttpSite site;
  test::a_session_passes_and_the_application_learns_who_it_is(site);
}

BOOST_AUTO_TEST_CASE(without_a_session_nobody_gets_in_by_any_way) {
  NginxHttpSite site;
  test::without_a_session_nobody_gets_in_by_any_way(site);
}

BOOST_AUTO_TEST_CASE(visitors_who_ask_for_a_page_are_led_to_the_login) {
  NginxHttpSite site;
  test::visitors_who_ask_for_a_page_are_led_to_the_login(site);
}

BOOST_AUTO_TEST_CASE(programs_get_a_401_and_no_login_page) {
  NginxHttpSite site;
  site.start();
  const auto status = [&site](HeaderLines headers) { return site.client().get("/in/file", headers).status; };
  BOOST_TEST(status({"Accept: */*", "Sec-Fetch-Mode: cors"}) == 401);
  BOOST_TEST(status({"Accept: text/html", "Sec-Fetch-Mode: no-cors"}) == 401);
  BOOST_TEST(status({"Accept: */*", "X-Requested-With: XMLHttpRequest"}) == 401);
  BOOST_TEST(status({"Accept: */*", "Upgrade: websocket", "Connection: Upgrade"}) == 401);
  BOOST_TEST(status({"Accept: */*", "Content-Type: application/grpc-web"}) == 401);
  BOOST_TEST(status({"Accept: application/json"}) == 401);
  BOOST_TEST(status({"Accept: application/json", "Sec-Fetch-Mode: navigate"}) == 303);
  BOOST_TEST(status({"Accept: text/html,*/*;q=0.8"}) == 303);
  BOOST_TEST(status({"Accept: */*"}) == 303);
  BOOST_TEST(status({"Accept:"}) == 303);
  const Reply post = site.client().post("/in/file", "a body", {"Sec-Fetch-Mode: navigate"});
  BOOST_TEST(post.status == 401);
}

BOOST_AUTO_TEST_CASE(no_spelling_of_a_forged_identity_header_reaches_the_application) {
  NginxHttpSite site;
  test::no_spelling_of_a_forged_identity_header_reaches_the_application(site);
}

BOOST_AUTO_TEST_CASE(a_visitor_logs_in_reads_the_session_and_logs_out) {
  NginxHttpSite site;
  test::a_visitor_logs_in_reads_the_session_and_logs_out(site);
}

BOOST_AUTO_TEST_CASE(a_cookie_that_a_check_renews_reaches_the_browser) {
  NginxHttpSite site;
  test::a_cookie_that_a_check_renews_reaches_the_browser(site);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_gone_lets_nobody_in) {
  NginxHttpSite site;
  test::a_gateway_that_is_gone_lets_nobody_in(site, 500);
}

BOOST_AUTO_TEST_CASE(ten_thousand_requests_are_answered_without_a_failure) {
  NginxHttpSite site;
  test::ten_thousand_requests_are_answered_without_a_failure(site);
}

BOOST_AUTO_TEST_CASE(a_listener_with_a_secret_gets_it) {
  NginxHttpSite site(true);
  test::a_visitor_logs_in_reads_the_session_and_logs_out(site);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
