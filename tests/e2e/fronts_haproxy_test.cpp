// The real HAProxy with the configuration of docs/fronts/haproxy.md.

#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/front_site.h"
#include "tests/support/server_programs.h"

namespace session::test {
namespace {

struct HaproxySite : FrontSite {
  void start() override {
    auto files = yaml.empty() ? front_files("haproxy") : front_files_for("haproxy", yaml);
    std::string& file = files.at("session-gateway.cfg");
    file = with(file, "/etc/haproxy", dir.path());
    file = with(file, "bind :80\n", "bind unix@" + front_socket() + "\n");
    file = with(file, "127.0.0.1:8000", "unix@" + application_socket());
    file = with(file, "127.0.0.1:9180", http_address());
    files.at("session-gateway.lua") = with(files.at("session-gateway.lua"), "127.0.0.1:9180", http_address());
    files["session-gateway-secret.cfg"] =
        "global\n    setenv SESSION_GATEWAY_SECRET " + std::string(kFrontSecret) + "\n";
    if (!in_lua.first.empty())
      files.at("session-gateway.lua") = with(files.at("session-gateway.lua"), in_lua.first, in_lua.second);
    if (!in_cfg.first.empty()) file = with(file, in_cfg.first, in_cfg.second);
    for (const auto& [name, text] : files) write_file(dir / name, text);
    run({haproxy_binary(), "-db", "-f", dir / "session-gateway-secret.cfg", "-f",
         dir / "session-gateway.cfg"});
  }

  // A mistake: this in place of that.
  std::pair<std::string, std::string> in_lua, in_cfg;
  // The configuration that the files are made for, if it is not that of the page.
  std::string yaml;
};

// With a session that would pass.
void is_closed(HaproxySite& site) {
  const std::string cookie = site.gateway.log_in(R"({"user":"alice"})");
  site.start();
  for (const auto* path : {"/in/file", "/session/other"}) {
    BOOST_TEST(site.client().get(path, {"Cookie: session=" + cookie}).status == 503, path);
    BOOST_TEST(site.client().get(path).status >= 300, path);
  }
  BOOST_TEST(site.application.requests() == 0);
  BOOST_TEST(site.client().get("/open/x").status == 200);
}

// Where each step of the action begins, in session-gateway.lua.
const std::vector<std::string> kSteps = {"local function question(txn, check)\n",
                                         "local function let_in(txn, headers)\n",
                                         "local function refuse(txn, status, headers)\n"};

// With a mistake in that step. A session that would pass does not come to the last one.
void is_closed_with(HaproxySite& site, const std::string& step) {
  if (step != kSteps.back()) return is_closed(site);
  site.start();
  BOOST_TEST(site.client().get("/in/file").status == 503);
  BOOST_TEST(site.application.requests() == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fronts_haproxy)

BOOST_AUTO_TEST_CASE(a_session_passes_and_the_application_learns_who_it_is) {
  HaproxySite site;
  test::a_session_passes_and_the_application_learns_who_it_is(site);
}

BOOST_AUTO_TEST_CASE(without_a_session_nobody_gets_in_by_any_way) {
  HaproxySite site;
  test::without_a_session_nobody_gets_in_by_any_way(site);
}

BOOST_AUTO_TEST_CASE(visitors_who_ask_for_a_page_are_led_to_the_login) {
  HaproxySite site;
  test::visitors_who_ask_for_a_page_are_led_to_the_login(site);
}

BOOST_AUTO_TEST_CASE(no_spelling_of_a_forged_identity_header_reaches_the_application) {
  HaproxySite site;
  test::no_spelling_of_a_forged_identity_header_reaches_the_application(site);
}

BOOST_AUTO_TEST_CASE(a_visitor_logs_in_reads_the_session_and_logs_out) {
  HaproxySite site;
  test::a_visitor_logs_in_reads_the_session_and_logs_out(site);
}

BOOST_AUTO_TEST_CASE(a_cookie_that_a_check_renews_reaches_the_browser) {
  HaproxySite site;
  test::a_cookie_that_a_check_renews_reaches_the_browser(site);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_gone_lets_nobody_in) {
  HaproxySite site;
  test::a_gateway_that_is_gone_lets_nobody_in(site, 503);
}

// HAProxy goes on behind an action that fails.
BOOST_AUTO_TEST_CASE(an_action_that_fails_lets_nobody_in) {
  {
    HaproxySite site;
    site.in_cfg = {"lua.session_gateway pages if", "lua.session_gateway unknown if"};
    is_closed(site);
  }
  for (const std::string& step : kSteps) {
    HaproxySite site;
    site.in_lua = {step, step + "    error(\"a mistake\")\n"};
    is_closed_with(site, step);
  }
}

// And behind one that takes too long, which it ends: this one would never end by itself.
BOOST_AUTO_TEST_CASE(an_action_that_takes_too_long_lets_nobody_in) {
  for (const std::string& step : kSteps) {
    HaproxySite site;
    site.in_cfg = {"    lua-load ", "    tune.lua.session-timeout 50ms\n    lua-load "};
    site.in_lua = {step, step + "    while true do end\n"};
    is_closed_with(site, step);
  }
}

BOOST_AUTO_TEST_CASE(without_views_all_but_the_open_places_is_checked) {
  HaproxySite site;
  const std::string yaml = block_of(read_file(source_root() + "/docs/fronts/haproxy.md"), "yaml");
  site.yaml = with(with(yaml, "views:\n  self: { allow: [destroy], expose: [user] }\n", ""),
                   "serves: [auth, session, sessions]", "serves: [auth, session]");
  const std::string cookie = "Cookie: session=" + site.gateway.log_in(R"({"user":"alice"})");
  site.start();
  for (const auto* path : {"/in/file", "/session/self", "/open/../in/file", "/open/%2e%2e/in/file"}) {
    BOOST_TEST(site.client().get(path, {"Accept: application/json"}).status == 401, path);
    BOOST_TEST(site.application.requests() == 0);
  }
  BOOST_TEST(site.client().get("/session/self", {cookie}).json()["target"] == "/session/self");
  BOOST_TEST(site.client().get("/open/x").status == 200);
}

BOOST_AUTO_TEST_CASE(no_number_of_header_lines_does_any_harm) {
  HaproxySite site;
  const std::string cookie = site.gateway.log_in(R"({"user":"alice"})");
  site.start();
  for (const std::string name :
       {"Accept", "Content-Type", "Sec-Fetch-Mode", "Upgrade", "User-Agent", "X-Forwarded-Host",
        "X-Forwarded-Proto", "X-Request-Id", "X-Requested-With", "Cookie", "Host", "X-Other"}) {
    for (const std::size_t count : {std::size_t{60}, std::size_t{90}, std::size_t{95}, std::size_t{101}}) {
      const Reply reply = site.client().get("/in/file", HeaderLines(count, name + ": a"));
      BOOST_TEST((reply.status >= 300 && reply.status < 600), name << " " << count << ": " << reply.status);
    }
    BOOST_TEST(site.client().get("/in/file", {"Cookie: session=" + cookie}).status == 200, name);
  }
}

BOOST_AUTO_TEST_CASE(ten_thousand_requests_are_answered_without_a_failure) {
  HaproxySite site;
  test::ten_thousand_requests_are_answered_without_a_failure(site);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
