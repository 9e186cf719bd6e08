// The way to the login page and back with a real browser, Chromium: the login page reads `to` as every
// standard parser of URLs does. tests/support/browser/words.js has the words of the scripts.

#include <boost/test/unit_test.hpp>

#include "tests/support/browser/browser_site.h"

namespace session::test {
namespace {

const Json kAddresses = {
    "/account/orders?a=1&b=2",
    "/account/orders?to=/elsewhere&c=%26d",
    "/account/a%23b?c=%23d",
    "/account/what%3F?x=?y&z",
    "/account/?",
    "/account/two words?q=three words+four",
    "/account/caf\u00e9?q=\u65e5\u672c&r=%C3%BC",
    "/account/100%25?x=%2541&y=%",
    "/account/a+b;c=d?e=f;g",
    "/account/%2Fslash?u=https://a.example/b?c=d&e",
    "/account/<'\">?q=<'\">",
    "/account/(a)[b]{c}|d^`~!*$,:@=?q=(a)[b]{c}|d^`~!*$,:@=",
};

// Goes to an address without a session, and logs in on the page to which that leads: {login: its address, to:
// its parameters of that name, wanted: the address as the browser writes it, reached: where the login has
// led}.
constexpr const char* kThereAndBack = R"(
  const thereAndBack = async (address) => {
    await page.browserContext().deleteCookie(...await cookies());
    const wanted = await page.evaluate((text) => new URL(text).href, address);
    const login = new URL((await open(address)).url);
    const { url } = await logIn('alice');
    return { login: login.href, to: login.searchParams.getAll('to'), wanted, reached: url };
  };)";

}  // namespace

BOOST_AUTO_TEST_SUITE(return_address)

BOOST_AUTO_TEST_CASE(a_login_leads_back_to_every_address) {
  BrowserSite site;
  const Json seen = site.browse(kThereAndBack + std::string("const addresses = ") + kAddresses.dump() + R"(;
    const seen = [];
    for (const address of addresses) seen.push(await thereAndBack(site + address));
    return seen;)");
  BOOST_TEST_REQUIRE(seen.size() == kAddresses.size());
  for (const Json& way : seen) {
    const auto wanted = way["wanted"].get<std::string>();
    BOOST_TEST(way["to"] == Json::array({wanted.substr(site.url("").size())}), way["login"]);
    BOOST_TEST(way["reached"] == wanted);
  }
}

// The browser carries it along, over redirects and the form.
BOOST_AUTO_TEST_CASE(the_fragment_of_an_address_is_there_again_though_no_server_sees_it) {
  BrowserSite site;
  const Json seen =
      site.browse(kThereAndBack + std::string("return thereAndBack(`${site}/account/?a=1&b=2#part`);"));
  BOOST_TEST(seen["to"] == Json::array({"/account/?a=1&b=2"}));
  BOOST_TEST(seen["reached"] == seen["wanted"]);
}

BOOST_AUTO_TEST_CASE(a_login_page_with_a_query_keeps_it) {
  BrowserSiteOptions options;
  options.server = R"(location /help/ {
            set $session_login_page "/login?language=de&style=plain";
            include session-gateway-protect.conf;
            proxy_pass http://application;
        })";
  BrowserSite site(options);
  const Json seen =
      site.browse(kThereAndBack + std::string("return thereAndBack(`${site}/help/a?b=1&c=2`);"));
  BOOST_TEST(seen["login"].get<std::string>().starts_with(site.url("/login?language=de&style=plain&to=")));
  BOOST_TEST(seen["to"] == Json::array({"/help/a?b=1&c=2"}));
  BOOST_TEST(seen["reached"] == seen["wanted"]);
}

BOOST_AUTO_TEST_CASE(a_login_page_of_another_host_leads_back_to_the_site) {
  BrowserSiteOptions options;
  options.gateway = "cookie: { name: session, domain: site.example }";
  options.server = R"(location /shop/ {
            set $session_login_page https://login.site.example:@PORT@/login;
            include session-gateway-protect.conf;
            proxy_pass http://application;
        })";
  BrowserSite site(options);
  const Json seen = site.browse(kThereAndBack + std::string(R"(
    const way = await thereAndBack(`${site}/shop/cart?a=1&b=2`);
    return { ...way, ...await here() };)"));
  BOOST_TEST(seen["login"].get<std::string>().starts_with(site.url("/login?to=", "login.site.example")));
  BOOST_TEST(seen["to"] == Json::array({site.url("/shop/cart?a=1&b=2")}));
  BOOST_TEST(seen["reached"] == site.url("/shop/cart?a=1&b=2"));
  BOOST_TEST(user_of(seen) == "alice");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
