// Logging in and out with a real browser, Chromium, which keeps and sends cookies and follows redirects by
// rules of its own. tests/support/browser/words.js has the words of the scripts.

#include <boost/test/unit_test.hpp>

#include "tests/support/browser/browser_site.h"

namespace session::test {
namespace {

constexpr const char* kNewKeys =
    "[{ id: k2, value: 'the second key of the tests with a browser' },"
    " { id: k1, value: 'the first key of the tests with a browser' }]";

// What lint says to write where the login page is a dead end.
std::string line_for_the_login_page(const std::string& said) {
  const std::string before = "[login-page]\n    write: ";
  const std::size_t at = said.find(before);
  if (at == std::string::npos) return "";
  const std::string line =
      said.substr(at + before.size(), said.find('\n', at + before.size()) - at - before.size());
  return line.substr(0, line.find(" or, "));
}

// Opens a protected page: where the browser ends, with which status; or its error.
constexpr const char* kOpenAccount =
    "return open(`${site}/account/`).catch((error) => error.message.split(' at ')[0]);";

// The site with the line that lint says to write for it: lint is silent then, and a login works.
void check_mended_by(const std::string& line, BrowserSiteOptions options) {
  options.server = line;
  BrowserSite site(options);
  BOOST_TEST(line_for_the_login_page(site.lint()) == "");
  BOOST_TEST(user_of(site.browse("await open(`${site}/account/`); return logIn('alice');")) == "alice");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scripts)

BOOST_AUTO_TEST_CASE(a_script_that_fails_or_does_not_end_fails_its_test) {
  Browser browser({"site.example"});
  const auto says = [](const std::string& text) {
    return [text](const std::runtime_error& error) {
      return std::string(error.what()).find(text) != std::string::npos;
    };
  };
  BOOST_CHECK_EXCEPTION(browser.run("return nothing.there;"), std::runtime_error,
                        says("nothing is not defined"));
  BOOST_CHECK_EXCEPTION(browser.run("await new Promise(() => {});", {}, std::chrono::seconds(1)),
                        std::runtime_error, says("no result after 1 s; the page is about:blank"));
  BOOST_TEST(browser.run("return page.evaluate((a) => a + 1, n);", {{"n", 41}}) == 42);
}

BOOST_AUTO_TEST_CASE(a_browser_reaches_this_machine_only) {
  Browser browser({"site.example"});
  const Json seen = browser.run(R"(
    const failure = (url) => page.goto(url).then(() => 'none', (error) => error.message.split(' at ')[0]);
    return [await failure('http://site.example:1/'), await failure('http://elsewhere.example/'), await failure('http://192.0.2.1/')];)");
  BOOST_TEST(seen == Json::array({"net::ERR_UNSAFE_PORT", "net::ERR_NAME_NOT_RESOLVED",
                                  "net::ERR_NAME_NOT_RESOLVED"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(logins)

BOOST_AUTO_TEST_CASE(a_login_leads_back_to_the_wanted_page) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    const refused = await open(`${site}/account/orders`);
    return { refused, after: await logIn('alice'), again: await open(`${site}/account/`) };)");
  BOOST_TEST(seen["refused"]["url"].get<std::string>().starts_with(site.url("/login?to=")));
  BOOST_TEST(seen["after"]["url"] == site.url("/account/orders"));
  BOOST_TEST(user_of(seen["after"]) == "alice");
  BOOST_TEST(user_of(seen["again"]) == "alice");
}

BOOST_AUTO_TEST_CASE(a_form_without_a_session_is_sent_to_the_login_page) {
  BrowserSite site;
  const Json seen = site.browse("await open(site); return sendForm(`${site}/account/orders`);");
  BOOST_TEST(seen["url"].get<std::string>().starts_with(site.url("/login?to=")));
  BOOST_TEST(seen["told"]["method"] == "GET");
}

BOOST_AUTO_TEST_CASE(a_logout_takes_the_cookie_and_ends_its_session) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    await open(`${site}/account/`);
    await logIn('alice');
    const held = await cookies();
    const out = await logOut();
    const left = await cookies();
    const refused = await open(`${site}/account/`);
    await page.browserContext().setCookie(...held);
    return { held, out, left, refused, replayed: await open(`${site}/account/`) };)");
  BOOST_TEST(seen["held"].size() == 1);
  BOOST_TEST(seen["out"]["url"] == site.url("/"));
  BOOST_TEST(seen["left"].empty());
  BOOST_TEST(seen["refused"]["url"].get<std::string>().starts_with(site.url("/login?to=")));
  BOOST_TEST(seen["replayed"]["url"].get<std::string>().starts_with(site.url("/login?to=")));
}

BOOST_AUTO_TEST_CASE(a_login_replaces_the_cookie_that_a_visitor_had) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    await open(site);
    const body = JSON.stringify({ set: { theme: 'dark' } });
    await fetched('/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    const before = await cookies();
    await open(`${site}/account/`);
    await logIn('alice');
    return { before, after: await cookies(), session: await fetched('/session') };)");
  BOOST_TEST_REQUIRE(seen["before"].size() == 1);
  BOOST_TEST_REQUIRE(seen["after"].size() == 1);
  BOOST_TEST(seen["before"][0]["value"] != seen["after"][0]["value"]);
  BOOST_TEST(seen["session"]["told"] == Json({{"theme", "dark"}, {"user", "alice"}}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(dead_ends)

BOOST_AUTO_TEST_CASE(a_login_page_that_wants_a_session_is_a_circle_that_lint_names) {
  BrowserSiteOptions options;
  options.home = "location / { include session-gateway-protect.conf; proxy_pass http://application; }";
  BrowserSite site(options);
  BOOST_TEST(site.browse(kOpenAccount) == "net::ERR_TOO_MANY_REDIRECTS");
  const std::string line = line_for_the_login_page(site.lint());
  BOOST_TEST_REQUIRE(line.starts_with("location = /login {"), site.lint());
  check_mended_by(line, options);
}

BOOST_AUTO_TEST_CASE(a_login_page_that_is_missing_is_a_404_that_lint_names) {
  BrowserSiteOptions options;
  options.home = "";
  BrowserSite site(options);
  const Json seen = site.browse(kOpenAccount);
  BOOST_TEST(seen["status"] == 404);
  BOOST_TEST(seen["url"].get<std::string>().starts_with(site.url("/login?to=")));
  const std::string line = line_for_the_login_page(site.lint());
  BOOST_TEST_REQUIRE(line.starts_with("location = /login {"), site.lint());
  check_mended_by(line, options);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(cookies)

BOOST_AUTO_TEST_CASE(scripts_can_neither_read_nor_replace_the_session_cookie) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    await open(`${site}/account/`);
    await logIn('alice');
    const read = await page.evaluate(() => document.cookie);
    await page.evaluate(() => { document.cookie = '__Host-session=forged; Secure; Path=/'; });
    return { read, held: await cookies(), after: await open(`${site}/account/`) };)");
  BOOST_TEST(seen["read"] == "");
  BOOST_TEST_REQUIRE(seen["held"].size() == 1);
  const Json cookie = seen["held"][0];
  BOOST_TEST(cookie["name"] == "__Host-session");
  BOOST_TEST(cookie["httpOnly"] == true);
  BOOST_TEST(cookie["secure"] == true);
  BOOST_TEST(cookie["sameSite"] == "Lax");
  BOOST_TEST(cookie["path"] == "/");
  BOOST_TEST(cookie["domain"] == "site.example");
  BOOST_TEST(user_of(seen["after"]) == "alice");
}

BOOST_AUTO_TEST_CASE(the_application_gets_the_other_cookies_only) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    await open(site);
    await page.evaluate(() => { document.cookie = 'language=de'; });
    await open(`${site}/account/`);
    return { inside: await logIn('alice'), outside: await open(site) };)");
  BOOST_TEST(seen["inside"]["told"]["cookie"] == "language=de");
  BOOST_TEST(seen["outside"]["told"]["cookie"] == "language=de");
}

BOOST_AUTO_TEST_CASE(a_cookie_under_an_older_key_is_replaced_by_whatever_asks_next) {
  BrowserSite site;
  const Json before = site.browse("await open(`${site}/account/`); await logIn('alice'); return cookies();");
  BOOST_TEST_REQUIRE(before.size() == 1);
  BOOST_TEST(before[0]["value"].get<std::string>().starts_with("v1.k1."));
  site.use_keys(kNewKeys);
  for (const char* ask :
       {"open(`${site}/account/`)", "fetched('/account/data')", "loads('img', { src: '/account/image' })"}) {
    const Json after = site.browse("await page.browserContext().setCookie(..." + before.dump() + "); await " +
                                   ask + "; return cookies();");
    BOOST_TEST_REQUIRE(after.size() == 1);
    BOOST_TEST(after[0]["value"].get<std::string>().starts_with("v1.k2."), ask);
    BOOST_TEST(user_of(site.browse("return open(`${site}/account/`);")) == "alice");
  }
}

// So a site without TLS never gets its users logged in, and a developer, on localhost, does not see it: lint
// says so, but of a server that other machines reach.
BOOST_AUTO_TEST_CASE(without_tls_a_browser_keeps_a_secure_cookie_of_localhost_only) {
  BrowserSiteOptions plain;
  plain.scheme = "http";
  BrowserSite site(plain);
  const Json seen = site.browse(R"(
    await open(`${site}/account/`);
    const looped = await logIn('alice');
    await open(`${localhost}/account/`);
    return { looped, local: await logIn('alice'), held: await cookies() };)");
  BOOST_TEST(seen["looped"]["url"].get<std::string>().starts_with(site.url("/login?to=")));
  BOOST_TEST(seen["local"]["url"] == site.url("/account/", "localhost"));
  BOOST_TEST(user_of(seen["local"]) == "alice");
  BOOST_TEST_REQUIRE(seen["held"].size() == 1);
  BOOST_TEST(seen["held"][0]["domain"] == "localhost");
  const std::string rule = "[secure-cookie-over-http]";
  BOOST_TEST(site.lint_when_public().find(rule) != std::string::npos, site.lint_when_public());
  BOOST_TEST(site.lint().find(rule) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
