// The pages of the demo with a real browser, Chromium. tests/support/browser/words.js has the words of the
// scripts.

#include <signal.h>

#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/browser/browser.h"
#include "tests/support/e2e/demo.h"

namespace session::test {
namespace {

constexpr const char* kMarkup = "<img src=x onerror=\"document.title='mine'\"><b>bold</b>";

struct Visitor {
  Json operator()(const std::string& script) { return browser.run(kWords + script, {{"site", site}}); }

  // What the page of devices shows, once it has so many rows; sorted by name, as the newest first is not told
  // apart within a second.
  Json devices(int rows) { return (*this)("return devices(" + std::to_string(rows) + ");"); }

  static constexpr const char* kWords = R"(
    const logInAs = async (user, agent, remember) => {
      await page.setUserAgent(agent);
      await page.goto(`${site}/login`);
      await page.click('#admin');
      if (remember) await page.click('#remember');
      await page.type('#user', user);
      await Promise.all([page.waitForNavigation(), page.click('#login button')]);
    };
    const textOf = (selector) => page.$eval(selector, (element) => element.textContent);
    const shown = (selector) => page.waitForFunction((s) => document.querySelector(s)?.textContent, {}, selector);
    const devices = async (rows) => {
      await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length === n, {}, rows);
      return page.$$eval('tbody tr', (all) => all.map((row) => ({
        name: row.querySelector('.device').textContent, agent: row.querySelector('.device').title,
        badges: [...row.querySelectorAll('.badge')].map(({ textContent }) => textContent),
        button: row.querySelector('button')?.textContent ?? null,
        seen: row.querySelector('time').textContent })).sort((a, b) => (a.name < b.name ? -1 : 1)));
    };)";

  std::string site;
  Browser browser{{"localhost"}};
};

constexpr const char* kFirefox = "'Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0'";
constexpr const char* kSafari =
    "'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.1 Mobile/15E148 Safari/604.1'";

// What is wrong with a page: requests that its policy refuses and errors of its scripts, headings that skip
// a level, and windows that are too small for it.
constexpr const char* kFaults = R"(
  const wrong = [];
  // Who is not logged in gets a 401 at /session, which the console calls an error.
  const complain = (message) => {
    if (message.type() === 'error' && !message.text().includes('401')) wrong.push(message.text());
  };
  page.on('console', complain);
  await page.goto(site + path);
  await page.waitForSelector(last);
  const levels = await page.$$eval('h1, h2, h3', (all) => all.map(({ tagName }) => Number(tagName[1])));
  if (levels.some((level, i) => level > (levels[i - 1] ?? 0) + 1)) wrong.push(`headings ${levels}`);
  for (const width of [360, 800, 1280, 1920]) {
    await page.setViewport({ width, height: 800 });
    const has = await page.evaluate(() => document.documentElement.scrollWidth);
    if (has > width) wrong.push(`${has} pixels in a window of ${width}`);
  }
  page.off('console', complain);
  return wrong;)";

}  // namespace

BOOST_AUTO_TEST_SUITE(browser_demo)

BOOST_AUTO_TEST_CASE(one_browser_logs_another_out) {
  const Demo demo;
  Visitor laptop{demo.url("")};
  Visitor telephone{demo.url("")};
  laptop("await logInAs('alice', " + std::string(kFirefox) + ");");
  telephone("await logInAs('alice', " + std::string(kSafari) + ", true);");
  laptop("await page.goto(`${site}/devices`);");
  const Json both = laptop.devices(2);
  BOOST_TEST(both[0]["name"] == "Firefox on Linux");
  BOOST_TEST("'" + both[0]["agent"].get<std::string>() + "'" == kFirefox);
  BOOST_TEST(both[0]["badges"] == Json::array({"This device"}));
  BOOST_TEST(both[0]["button"].is_null());
  BOOST_TEST(both[1]["name"] == "Safari on iPhone");
  BOOST_TEST(both[1]["badges"] == Json::array({"Remembered"}));
  BOOST_TEST(both[1]["button"] == "Log out");

  BOOST_TEST(laptop("await page.click('tbody button'); await shown('#said'); return textOf('#said');") ==
             "Safari on iPhone is logged out.");
  BOOST_TEST(laptop.devices(1)[0]["name"] == "Firefox on Linux");
  BOOST_TEST(telephone("return (await open(`${site}/account`)).url;") == demo.url("/login?to=%2Faccount"));
}

BOOST_AUTO_TEST_CASE(the_others_are_logged_out_once_their_number_is_confirmed) {
  const Demo demo;
  Visitor laptop{demo.url("")};
  Client first = demo.browser();
  Client second = demo.browser();
  for (Client* client : {&first, &second})
    BOOST_TEST(client->post("/login", "user=alice", kFormType).status == 303);
  laptop("await logInAs('alice', 'Some/1.0'); await page.goto(`${site}/devices`);");
  (void)laptop.devices(3);
  BOOST_TEST(laptop("await page.click('#others'); return textOf('dialog[open] h2');") ==
             "Log out 2 other devices?");
  laptop("await page.keyboard.press('Escape');");
  BOOST_TEST(first.get("/account").status == 200);
  laptop("await page.click('#others'); await page.click('#confirm-yes'); await shown('#said');");
  BOOST_TEST(laptop.devices(1)[0]["badges"] == Json::array({"This device"}));
  BOOST_TEST(first.get("/account").status == 303);
  BOOST_TEST(second.get("/account").status == 303);
}

BOOST_AUTO_TEST_CASE(the_markup_of_a_browsers_name_is_text) {
  const Demo demo;
  Visitor laptop{demo.url("")};
  laptop("await logInAs('alice', " + std::string(kFirefox) + "); await page.goto(`${site}/devices`);");
  Client hostile = demo.browser();
  BOOST_TEST(hostile.post("/login", "user=alice", {std::string("User-Agent: ") + kMarkup}).status == 303);
  laptop("await page.click('#refresh');");
  const Json all = laptop.devices(2);
  BOOST_TEST(all[0]["name"] == kMarkup);
  BOOST_TEST(all[0]["agent"] == kMarkup);
  BOOST_TEST(laptop("return page.$$eval('#devices img, #devices b', ({ length }) => length);") == 0);
}

BOOST_AUTO_TEST_CASE(an_error_says_what_to_do) {
  const Demo demo({"--redis"});
  Visitor laptop{demo.url("")};
  laptop("await logInAs('alice', 'Some/1.0'); await page.goto(`${site}/devices`);");
  (void)laptop.devices(1);
  const std::string refresh =
      "await page.click('#refresh'); await shown('#problem'); return textOf('#problem');";
  BOOST_TEST_REQUIRE(kill(demo.redis_pid(), SIGSTOP) == 0);
  BOOST_TEST(
      laptop(refresh) ==
      "The session store does not answer. Nobody has been logged out: try again in a moment.Try again");
  BOOST_TEST_REQUIRE(kill(demo.redis_pid(), SIGCONT) == 0);
  Client client = demo.client();
  wait_until("the store to answer again", [&] { return client.get("/session").status != 503; });
  laptop("await page.click('#problem button');");
  (void)laptop.devices(1);
  laptop("await page.evaluate(() => fetch('/logout', { method: 'POST' }));");
  BOOST_TEST(laptop(refresh) == "This device has been logged out. Log in again to go on.Log in again");
}

BOOST_AUTO_TEST_CASE(who_tries_to_be_root_stays_who_it_is) {
  const Demo demo;
  Visitor laptop{demo.url("")};
  laptop("await logInAs('alice', 'Some/1.0'); await page.goto(`${site}/headers`);");
  BOOST_TEST(
      laptop("await shown('#browser dd'); return page.$eval('#browser dd i', (e) => e.textContent);") ==
      "empty");
  const Json rows = laptop(R"(await page.click('#forge'); await shown('#outcome td');
    return page.$$eval('#outcome tbody tr', (all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));)");
  BOOST_TEST(rows[0] == Json::array({"X-Auth-Request-User", "root", "alice"}));
  BOOST_TEST(rows[1] == Json::array({"X-Auth-Request-Groups", "admin", "users,admin"}));
  BOOST_TEST(rows[2] == Json::array({"X_Auth_Request_User", "root", "alice"}));
  BOOST_TEST(rows[3] == Json::array({"X-Session-Set", R"({"user":"root"})", "empty"}));
}

BOOST_AUTO_TEST_CASE(who_has_to_log_in_again_finds_the_form_filled_in) {
  const Demo demo;
  Visitor laptop{demo.url("")};
  laptop("await logInAs('Zo\u00eb', 'Some/1.0', true);");
  const Json form = laptop(R"(await page.goto(`${site}/login?to=/account/password&reason=stale`);
    await page.waitForFunction(() => document.querySelector('#age').textContent.startsWith('yours was '));
    return page.$eval('#login', ({ elements: { user, admin, remember } }) =>
      ({ user: user.value, admin: admin.checked, remember: remember.checked }));)");
  BOOST_TEST(form == Json({{"user", "Zo\u00eb"}, {"admin", true}, {"remember", true}}));
  BOOST_TEST(
      laptop(
          "await Promise.all([page.waitForNavigation(), page.click('#login button')]); return page.url();") ==
      demo.url("/account/password"));
}

// Names have 64 characters in any script, and no place to break them.
BOOST_AUTO_TEST_CASE(every_page_fits_its_window_keeps_its_policy_and_has_its_headings_in_order) {
  const Demo demo;
  Visitor laptop{demo.url("")};
  // An address, and what is there once its scripts have run.
  const std::vector<std::pair<const char*, const char*>> pages = {
      {"/", "#who .name"},      {"/login", "#who .name"},    {"/account", "#who .name"},
      {"/devices", "tbody tr"}, {"/headers", "#browser dd"}, {"/account/password", "#who .name"},
      {"/admin", "#who .name"}};
  for (const char* name : {"'W'.repeat(64)", "'\u05e9'.repeat(64)", "'\u7e41'.repeat(64)"}) {
    laptop("await logInAs(" + std::string(name) + ", 'W'.repeat(256));");
    for (const auto& [path, last] : pages) {
      const Json wrong = laptop("const [path, last] = " + Json::array({path, last}).dump() + ";" + kFaults);
      BOOST_TEST(wrong == Json::array(), path << ": " << wrong);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
