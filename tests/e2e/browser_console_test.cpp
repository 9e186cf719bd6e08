// The console in a real browser: what operators see, what they end, and what happens when something is not as
// it should be.

#include <filesystem>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/support/browser/browser_site.h"
#include "tests/support/places.h"
#include "tests/support/redis/redis_cluster.h"
#include "tests/support/redis/redis_server.h"

namespace session::test {
namespace {

// What all scripts here use: `visit`, which opens a view and waits for what it shows; `logInAs`, which makes
// a session in another browser, with an agent of its own; and `text`, what the page says.
constexpr const char* kWords = R"(
const text = () => page.$eval('body', (body) => body.innerText);
const says = (what) => page.waitForFunction((part) => document.body.innerText.includes(part), {}, what);
const visit = async (view, what) => {
  await page.goto(`${site}/_console/#/${view}`);
  await page.reload();
  await says(what);
};
const press = async (name) => {
  const button = await page.waitForSelector(`::-p-aria([name="${name}"][role="button"])`);
  await button.click();
};
const question = async () => {
  await page.waitForSelector('dialog[open]');
  return page.$eval('dialog', (dialog) => dialog.innerText);
};
const logInAs = async (user, agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0') => {
  const context = await page.browser().createBrowserContext();
  const other = await context.newPage();
  await other.setUserAgent({ userAgent: agent });
  await other.goto(`${site}/login`);
  await other.type('input[name=user]', user);
  await Promise.all([other.waitForNavigation(), other.click('button')]);
  return other;
};
const beOperator = async () => {
  await open(`${site}/_console/`);
  await logIn('root');
  await says('Live sessions');
};
)";

// The console, behind a rule that only root satisfies.
BrowserSiteOptions with_console(BrowserSiteOptions options = {}) {
  options.gateway += "rules: { admin: { /user: { equals: root } } }\n";
  options.server +=
      "location /_console/ { set $session_require admin; include session-gateway-protect.conf; "
      "include session-gateway-console.conf; }\n";
  return options;
}

struct Console {
  explicit Console(BrowserSiteOptions options = {}) : site(with_console(std::move(options))) {}
  Json run(const std::string& script) { return site.browse(kWords + script); }

  BrowserSite site;
};

// Where a person looks at the pictures of these tests.
std::string screenshots() {
  const std::filesystem::path folder = std::filesystem::path(gateway_binary()).parent_path() / "screenshots";
  std::filesystem::create_directories(folder);
  return folder.string();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(console)

BOOST_AUTO_TEST_CASE(who_is_no_operator_sees_nothing_of_it) {
  Console console;
  const Json seen = console.run(R"(
    const visitor = await page.goto(`${site}/_console/`);
    const login = page.url();
    await logIn('alice');
    return { login, refused: (await page.goto(`${site}/_console/`)).status(), text: await text() };)");
  BOOST_TEST(seen["login"] == console.site.url("/login?to=%2F_console%2F"));
  BOOST_TEST(seen["refused"] == 403);
  BOOST_TEST(seen["text"].get<std::string>().find("Live sessions") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_operator_ends_one_of_two_browsers_and_that_one_is_sent_to_the_login) {
  Console console;
  const Json seen = console.run(R"(
    const laptop = await logInAs('alice');
    const telephone = await logInAs('alice', 'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36');
    await beOperator();
    await visit('users', 'alice');
    await page.click('a[href="#/user/alice"]');
    await says('2 sessions');
    const list = await text();
    const rows = await page.$$('tbody tr');
    const row = (await Promise.all(rows.map(async (each) => [each, await each.evaluate((e) => e.innerText)]))).find(([, t]) => t.includes('Chrome on Android'))[0];
    await (await row.$('button')).click();
    await press('End session');
    await says('1 session,');
    await laptop.goto(`${site}/account/`);
    await telephone.goto(`${site}/account/`);
    return { list, left: await text(), laptop: laptop.url(), telephone: telephone.url() };)");
  const auto list = seen["list"].get<std::string>();
  BOOST_TEST(list.find("Firefox on Linux") != std::string::npos, list);
  BOOST_TEST(list.find("127.0.0.1") != std::string::npos, list);
  BOOST_TEST(seen["left"].get<std::string>().find("Chrome on Android") == std::string::npos);
  BOOST_TEST(seen["laptop"] == console.site.url("/account/"));
  BOOST_TEST(seen["telephone"] == console.site.url("/login?to=%2Faccount%2F"));
}

BOOST_AUTO_TEST_CASE(all_sessions_of_a_user_end_after_a_question_that_names_their_number) {
  Console console;
  const Json seen = console.run(R"(
    await page.goto(`${site}/`);
    await page.evaluate(async () => {
      const logIn = () => fetch('/login', { method: 'POST', body: new URLSearchParams({ user: 'bot', to: '/' }), redirect: 'manual', credentials: 'omit' });
      for (let i = 0; i < 100; ++i) await Promise.all(Array.from({ length: 10 }, logIn));
    });
    await beOperator();
    await visit('user/bot', '1,000 sessions');
    const shown = (await page.$$('tbody tr')).length;
    await press('Show more');
    const more = (await page.$$('tbody tr')).length;
    await press('End all 1,000');
    const asked = await question();
    await press('End 1,000 sessions');
    await says('not logged in anywhere');
    const said = await page.$eval('#announce', (element) => element.textContent);
    await visit('sessions', 'All 1 session');
    return { shown, more, question: asked, said };)");
  BOOST_TEST(seen["shown"] == 100);
  BOOST_TEST(seen["more"] == 200);
  BOOST_TEST(seen["question"].get<std::string>().find("End all 1,000 sessions?") == 0u);
}

BOOST_AUTO_TEST_CASE(one_s_own_session_ends_only_after_a_second_question) {
  Console console;
  const Json seen = console.run(R"(
    await beOperator();
    await logInAs('root');
    await visit('user/root', '2 sessions');
    await press('End all but mine');
    const others = await question();
    await press('End 1 session');
    await says('1 session,');
    await press('End all 1');
    const disabled = () => page.$eval('dialog .primary', (button) => button.disabled);
    const asked = await question();
    const before = await disabled();
    await page.click('#agreed');
    const after = await disabled();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('dialog'));
    const kept = (await page.goto(`${site}/_console/api/self`)).status();
    return { others, before, question: asked, after, kept };)");
  BOOST_TEST(seen["others"].get<std::string>().find("End the other 1 session?") == 0u);
  BOOST_TEST(seen["before"] == true);
  BOOST_TEST(seen["after"] == false);
  BOOST_TEST(seen["question"].get<std::string>().find("I will be logged out") != std::string::npos);
  BOOST_TEST(seen["kept"] == 200);
}

BOOST_AUTO_TEST_CASE(a_login_again_in_another_tab_leaves_it_known_which_session_is_one_s_own) {
  Console console;
  const Json seen = console.run(R"(
    await beOperator();
    await logInAs('root');
    await visit('user/root', '2 sessions');
    const other = await page.browserContext().newPage();
    await other.goto(`${site}/login`);
    await other.type('input[name=user]', 'root');
    await Promise.all([other.waitForNavigation(), other.click('button')]);
    await page.bringToFront();
    await press('End all 2');
    const asked = await question();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('dialog'));
    await visit('user/root', 'yours');
    return asked;)");
  BOOST_TEST(seen.get<std::string>().find("I will be logged out") != std::string::npos, seen);
}

BOOST_AUTO_TEST_CASE(an_open_overview_keeps_nobody_logged_in_and_nothing_of_it_is_left_after_a_logout) {
  Console console({.gateway = "session: { idle_timeout: 4s }\n"});
  const Json seen = console.run(R"(
    await beOperator();
    await says('You are logged out');
    await page.click('.notice button');
    await page.waitForFunction(() => location.pathname === '/login');
    await page.goBack();
    await page.waitForFunction(() => location.pathname === '/login' || document.body.innerText.includes('You are logged out'));
    return text();)");
  BOOST_TEST(seen.get<std::string>().find("Live sessions") == std::string::npos, seen);
}

BOOST_AUTO_TEST_CASE(an_operator_whose_session_has_ended_is_led_to_the_login_and_back) {
  Console console;
  const Json seen = console.run(R"(
    await logInAs('alice');
    await beOperator();
    await visit('user/alice', '1 session');
    await press('End all 1');
    await question();
    await page.evaluate(() => fetch('/session', { method: 'DELETE', headers: { Accept: 'application/json' } }));
    await press('End 1 session');
    await says('You are logged out');
    await Promise.all([page.waitForNavigation(), page.click('dialog .notice button')]);
    const login = page.url();
    await logIn('root');
    await says('1 session');
    return { login, back: page.url() };)");
  BOOST_TEST(seen["login"].get<std::string>().starts_with(console.site.url("/login?to=%2F_console%2F")));
  BOOST_TEST(seen["back"].get<std::string>().starts_with(console.site.url("/_console/")));
}

BOOST_AUTO_TEST_CASE(while_the_store_is_down_it_says_so_and_goes_on_afterwards) {
  RedisServer redis;
  BrowserSiteOptions options;
  options.store = "{ type: redis, redis: { url: \"redis://127.0.0.1:" + std::to_string(redis.port()) +
                  "/0\", deadline: 300ms } }";
  Console console(options);
  (void)console.run(
      "await logInAs('alice'); await beOperator(); await visit('user/alice', '1 session'); "
      "await press('End all 1'); await question();");
  redis.pause();
  const Json seen = console.run(R"(
    await press('End 1 session');
    await page.waitForSelector('dialog .notice');
    const said = await question();
    return said;)");
  BOOST_TEST(seen.get<std::string>().find("The store does not answer") != std::string::npos, seen);
  redis.resume();
  (void)console.run(R"(
    for (;;) {
      await press('Try again');
      const done = await Promise.race([says('not logged in anywhere').then(() => true),
        page.waitForFunction(() => document.querySelector('dialog .primary')?.textContent === 'Try again' && !document.querySelector('dialog .primary').disabled).then(() => false)]);
      if (done) break;
    })");
}

BOOST_AUTO_TEST_CASE(it_shows_and_ends_the_sessions_of_a_redis_cluster) {
  RedisCluster cluster;
  BrowserSiteOptions options;
  options.store = "{ type: redis, redis: { topology: cluster, urls: [\"redis://" +
                  to_text(cluster.node(0).address()) + "\"] } }";
  Console console(options);
  const Json seen = console.run(R"(
    for (const user of ['alice', 'alice', 'bob']) await logInAs(user);
    await beOperator();
    await visit('users', '3 users');
    await visit('sessions', 'All 4 sessions');
    await visit('user/alice', '2 sessions');
    await press('End all 2');
    await press('End 2 sessions');
    await says('not logged in anywhere');
    await visit('users', '2 users');
    return text();)");
  BOOST_TEST(seen.get<std::string>().find("alice") == std::string::npos);
}

// Everything that strangers choose: names of users, agents, attributes.
BOOST_AUTO_TEST_CASE(hostile_texts_are_texts) {
  BrowserSiteOptions options;
  options.gateway = "admin: { attributes: true }\n";
  options.http = "large_client_header_buffers 4 16k;\n";
  Console console(options);
  const Json seen = console.run(R"HOSTILE(
    const hostile = ['<img src=x onerror="window.hit=1">', '\u202eevil\u202c', '😀'.repeat(12), '"\'><script>window.hit=1</script>',
      'a'.repeat(250), 'نص عربي طويل', 'x\'onmouseover=\'window.hit=1', '{{7*7}}', '__proto__'];
    for (const name of hostile) await logInAs(name, name.includes('a'.repeat(99)) ? `Mozilla/5.0 ${'W'.repeat(10000)}` : `Agent ${encodeURI(name)} <b onclick=alert(1)>`);
    await beOperator();
    await page.setViewport({ width: 360, height: 740 });
    const wide = [];
    for (const [view, what] of [['users', '10 users'], ['sessions', 'All 10 sessions'], ...hostile.map((name) => [`user/${encodeURIComponent(name)}`, '1 session'])]) {
      await visit(view, what);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 360) wide.push([view, width]);
    }
    const names = [];
    await visit('users', '10 users');
    for (const link of await page.$$('tbody a')) names.push(await link.evaluate((a) => a.textContent));
    await visit(`user/${encodeURIComponent(hostile[0])}`, '1 session');
    await page.click('tbody a.mono');
    await says('What it knows of itself');
    const detail = await text();
    await visit(`user/${encodeURIComponent('\u202eevil\u202c')}`, '1 session');
    await press('End all 1');
    const asked = await question();
    await page.keyboard.press('Escape');
    return { question: asked, wide, names, shown: hostile.every((name) => names.includes(name.replace(/[\u202a-\u202e]/g, (c) => `\u27e8U+${c.charCodeAt(0).toString(16).toUpperCase()}\u27e9`))), hit: await page.evaluate(() => window.hit ?? 0), detail };)HOSTILE");
  BOOST_TEST(seen["wide"] == Json::array());
  BOOST_TEST(seen["shown"] == true, seen["names"]);
  BOOST_TEST(seen["hit"] == 0);
  BOOST_TEST(seen["question"].get<std::string>().find("\xe2\x9f\xa8U+202E\xe2\x9f\xa9"
                                                      "evil") != std::string::npos,
             seen["question"]);
  BOOST_TEST(seen["detail"].get<std::string>().find("onclick=alert(1)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_view_is_accessible_and_fits_from_360_to_1920_pixels_in_light_and_dark) {
  Console console({.gateway = "admin: { attributes: true }\n"});
  (void)console.run(R"(
    for (const user of ['alice', 'bob', 'carol']) { await logInAs(user); await logInAs(user, 'curl/8.14'); }
    await beOperator();)");
  for (const auto& [width, theme] :
       {std::pair(360, "light"), std::pair(1280, "light"), std::pair(1920, "dark"), std::pair(360, "dark")}) {
    const Json given{{"folder", screenshots()}, {"width", width}, {"theme", theme}};
    const Json found = console.run("const { folder, width, theme } = " + given.dump() + ";" + R"(
      const found = [];
      await page.setViewport({ width, height: 800 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
      await visit('user/alice', '2 sessions');
      const session = await page.$eval('tbody a.mono', (a) => a.hash.slice(2));
      for (const [name, view, what] of [['overview', '', 'Requests per second'], ['users', 'users', '4 users'], ['user', 'user/alice', '2 sessions'],
        ['sessions', 'sessions', 'All 7 sessions'], ['session', session, 'What it knows of itself'], ['nobody', 'user/nobody', 'not logged in anywhere']]) {
        await visit(view, what);
        if (name === 'overview') await page.waitForSelector('.legend li');
        for (const problem of await inaccessible()) found.push(`${name} ${width} ${theme}: ${problem}`);
        if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push(`${name} ${width}: too wide`);
        await page.screenshot({ path: `${folder}/console-${name}-${width}-${theme}.png` });
      }
      await visit('user/alice', '2 sessions');
      await press('End all 2');
      for (const problem of await inaccessible()) found.push(`dialog ${width} ${theme}: ${problem}`);
      await page.screenshot({ path: `${folder}/console-dialog-${width}-${theme}.png` });
      return found;)");
    BOOST_TEST(found == Json::array(), found);
  }
}

BOOST_AUTO_TEST_CASE(it_works_by_keyboard_alone) {
  Console console;
  const Json seen = console.run(R"(
    await logInAs('alice');
    await beOperator();
    await visit('user/alice', '1 session');
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    const stops = [];
    for (let i = 0; i < 12; ++i) { await page.keyboard.press('Tab'); stops.push(await focused()); if (stops.at(-1) === 'End all 1') break; }
    await page.keyboard.press('Enter');
    await question();
    const first = await focused();
    await page.keyboard.press('Tab');
    const second = await focused();
    await page.keyboard.press('Enter');
    await says('not logged in anywhere');
    return { stops, first, second };)");
  BOOST_TEST(seen["stops"].front() == "Skip to the content");
  BOOST_TEST(seen["stops"].back() == "End all 1", seen["stops"]);
  BOOST_TEST(seen["first"] == "Cancel");
  BOOST_TEST(seen["second"] == "End 1 session");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
