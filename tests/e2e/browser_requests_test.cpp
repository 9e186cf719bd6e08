// What a real browser, Chromium, asks for beside pages, and what it asks for on behalf of other sites.
// tests/support/browser/words.js has the words of the scripts.

#include <boost/test/unit_test.hpp>

#include "tests/support/browser/browser_site.h"

namespace session::test {
namespace {

// A place for pages of another origin, as docs/recipes.md has it, and one below it that does not say so.
BrowserSiteOptions shared() {
  BrowserSiteOptions options;
  options.server = R"(location /shared/ {
            set $session_preflight on;
            include session-gateway-protect.conf;
            proxy_pass http://application;
        }
        location /shared/unsaid/ {
            include session-gateway-protect.conf;
            proxy_pass http://application;
        })";
  return options;
}

// The headers for refusals, as docs/recipes.md has them.
BrowserSiteOptions shared_with_its_refusals() {
  BrowserSiteOptions options = shared();
  options.http = R"(map $http_origin $cors_origin {
        https://login.site.example:@PORT@ $http_origin;
    })";
  options.refusals = R"(add_header Access-Control-Allow-Origin $cors_origin always;
add_header Access-Control-Allow-Credentials true always;
add_header Vary Origin always;
)";
  return options;
}

// Asks with the cookie and with a header that a browser asks about beforehand: the answer, or that the page
// can't read it.
constexpr const char* kAsk = R"(
  const ask = (path) => fetched(site + path, { credentials: 'include', headers: { 'X-Of-The-Page': '1' } })
    .catch((error) => error.message);)";

}  // namespace

BOOST_AUTO_TEST_SUITE(requests_of_pages)

BOOST_AUTO_TEST_CASE(all_that_a_page_asks_for_carries_its_session) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    await open(`${site}/account/`);
    await logIn('alice');
    return {
      fetched: await fetched('/account/data'),
      posted: await fetched('/account/data', { method: 'POST', body: 'a=1' }),
      events: await eventsFrom('/account/events'),
      socket: await socketTo('/account/socket'),
      loaded: [await loads('img', { src: '/account/image' }), await loads('script', { src: '/account/script' }),
               await loads('link', { rel: 'stylesheet', href: '/account/style' }),
               await loads('iframe', { src: '/account/' })],
    };)");
  for (const char* way : {"fetched", "posted", "events", "socket"})
    BOOST_TEST(user_of(seen[way]) == "alice", way << ": " << seen[way]);
  BOOST_TEST(seen["fetched"]["status"] == 200);
  BOOST_TEST(seen["loaded"] == Json::array({true, true, true, true}));
  for (const char* path : {"/account/image", "/account/script", "/account/style"})
    BOOST_TEST(site.statuses(path) == std::vector<std::string>{"200"}, path);
}

BOOST_AUTO_TEST_CASE(a_script_that_asks_for_json_gets_a_401) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    await open(site);
    return fetched('/account/data', { headers: { Accept: 'application/json' } });)");
  BOOST_TEST(seen["status"] == 401);
  BOOST_TEST(seen["redirected"] == false);
  BOOST_TEST(seen["told"]["reason"] == "absent");
}

// Chromium says Sec-Fetch-Mode with each of these but the handshake of a WebSocket, which has Upgrade
// instead.
BOOST_AUTO_TEST_CASE(what_is_no_page_gets_a_401_and_no_redirect) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    await open(site);
    const refused = {
      fetched: await fetched('/account/fetched/data'),
      posted: await fetched('/account/posted/data', { method: 'POST', body: 'a=1' }),
      events: await eventsFrom('/account/events'),
      socket: await socketTo('/account/socket'),
      loaded: [await loads('img', { src: '/account/image' }), await loads('script', { src: '/account/script' }),
               await loads('link', { rel: 'stylesheet', href: '/account/style' })],
    };
    await page.evaluate(() => navigator.sendBeacon('/account/beacon', 'seen'));
    return refused;)");
  for (const char* way : {"fetched", "posted"}) {
    BOOST_TEST(seen[way]["status"] == 401, way);
    BOOST_TEST(seen[way]["redirected"] == false, way);
  }
  BOOST_TEST(seen["events"] == Json({{"closed", true}}));
  BOOST_TEST(seen["socket"] == Json({{"code", 1006}}));  // the handshake has failed
  BOOST_TEST(seen["loaded"] == Json::array({false, false, false}));
  for (const char* path :
       {"/account/fetched/data", "/account/posted/data", "/account/events", "/account/socket",
        "/account/image", "/account/script", "/account/style", "/account/beacon"})
    BOOST_TEST(site.statuses(path) == std::vector<std::string>{"401"}, path);
}

BOOST_AUTO_TEST_CASE(a_page_in_a_frame_shows_the_login_page) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    await open(site);
    await loads('iframe', { src: '/account/' });
    return page.frames().map((frame) => frame.url());)");
  BOOST_TEST_REQUIRE(seen.size() == 2);
  BOOST_TEST(seen[1].get<std::string>().starts_with(site.url("/login?to=")));
}

BOOST_AUTO_TEST_CASE(a_password_that_nginx_itself_asks_for_is_no_missing_session) {
  BrowserSiteOptions options;
  options.server = R"(location /staff/ {
            include session-gateway-protect.conf;
            auth_basic staff;
            auth_basic_user_file @DIR@/nginx.secret;  # nobody's name and password
            proxy_pass http://application;
        })";
  BrowserSite site(options);
  const Json seen = site.browse(R"(
    await open(`${site}/account/`);
    await logIn('alice');
    await page.authenticate({ username: 'alice', password: 'wrong' });
    return fetched('/staff/');)");
  BOOST_TEST(seen["status"] == 401);
  BOOST_TEST(seen["redirected"] == false);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(other_sites)

BOOST_AUTO_TEST_CASE(a_link_of_another_site_carries_the_session_and_its_form_does_not) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    await open(`${site}/account/`);
    await logIn('alice');
    await open(elsewhere);
    const linked = await followLink(`${site}/account/`);
    await open(elsewhere);
    return { linked, sent: await sendForm(`${site}/account/`) };)");
  BOOST_TEST(user_of(seen["linked"]) == "alice");
  BOOST_TEST(seen["sent"]["url"].get<std::string>().starts_with(site.url("/login?to=")));
}

BOOST_AUTO_TEST_CASE(only_the_sites_own_pages_can_change_its_session) {
  BrowserSite site;
  const Json seen = site.browse(R"(
    await open(`${site}/account/`);
    await logIn('alice');
    const status = (method) => page.evaluate((url, how) => fetch(url, { method: how, credentials: 'include' })
      .then((response) => response.status, () => 'unreadable'), `${site}/session`, method);
    await open(login_site);
    await page.evaluate((url) => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' }), `${site}/session`);
    await open(`${site}/account/`);
    return { own: await status('DELETE'), left: await cookies() };)");
  BOOST_TEST(seen["own"] == 204);
  BOOST_TEST(seen["left"].empty());
  const std::vector<std::string> expected = {"403", "204"};
  BOOST_TEST(site.statuses("/session") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_page_of_another_origin_is_answered_where_the_location_lets_preflights_through) {
  BrowserSite site(shared_with_its_refusals());
  const Json seen = site.browse(kAsk + std::string(R"(
    await open(`${site}/account/`);
    await logIn('alice');
    await open(login_site);
    return { said: await ask('/shared/data'), unsaid: await ask('/shared/unsaid/data') };)"));
  BOOST_TEST(seen["said"]["status"] == 200);
  BOOST_TEST(user_of(seen["said"]) == "alice");
  BOOST_TEST(seen["unsaid"] == "Failed to fetch");
  const std::vector<std::string> preflight_and_request = {"204", "200"};
  const std::vector<std::string> refused_preflight = {"401"};
  BOOST_TEST(site.statuses("/shared/data") == preflight_and_request, boost::test_tools::per_element());
  BOOST_TEST(site.statuses("/shared/unsaid/data") == refused_preflight, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_page_of_another_origin_can_read_refusals_that_carry_its_headers) {
  const std::string script = kAsk + std::string(R"(
    await open(login_site);
    const named = await ask('/shared/data');
    await open(elsewhere);
    return { named, other: await ask('/shared/other/data') };)");
  BrowserSite site(shared_with_its_refusals());
  const Json seen = site.browse(script);
  BOOST_TEST(seen["named"]["status"] == 401);
  BOOST_TEST(seen["named"]["told"]["reason"] == "absent");
  BOOST_TEST(seen["other"] == "Failed to fetch");
  BrowserSite without(shared());
  BOOST_TEST(without.browse(script)["named"] == "Failed to fetch");
  const std::vector<std::string> preflight_and_refusal = {"204", "401"};
  for (const BrowserSite* each : {&site, &without})
    BOOST_TEST(each->statuses("/shared/data") == preflight_and_refusal, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
