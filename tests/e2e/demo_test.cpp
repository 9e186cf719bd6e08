// conf/demo/run as a user starts it, and the story that it tells.

#include "tests/support/e2e/demo.h"

#include <signal.h>

#include <filesystem>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

bool shows(const Reply& reply, const std::string& text) { return reply.body.find(text) != std::string::npos; }

// An entry of the list of what the application received.
std::string entry(const std::string& name, const std::string& value) {
  return "<dt>" + name + "</dt><dd>" + value + "</dd>";
}

// What a script of the site's own pages sends beside its body.
HeaderLines of_a_script(const Demo& demo) {
  return {"Content-Type: application/json", "Sec-Fetch-Site: same-origin", "Origin: " + demo.url("")};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(demo)

BOOST_AUTO_TEST_CASE(a_user_logs_in_chooses_a_theme_and_logs_out) {
  const Demo demo;
  Client browser = demo.browser();
  BOOST_TEST(shows(browser.get("/"), "Everybody may read this"));

  const Reply away = browser.get("/account");
  BOOST_TEST(away.status == 303);
  BOOST_TEST(away.header("location") == "/login?to=%2Faccount");
  BOOST_TEST(shows(browser.get("/login?to=/account"), "<form method=\"post\" action=\"/login?to=/account\""));

  const Reply login = browser.post("/login?to=/account", "user=Ann+%26+%3Cb%3E+%C3%A9", kFormType);
  BOOST_TEST(login.status == 303);
  BOOST_TEST(login.header("location") == "/account");
  BOOST_TEST(login.all("set-cookie").size() == 1);
  BOOST_TEST(login.header("set-cookie").find("HttpOnly") != std::string::npos);

  const Reply account = browser.get("/account");
  BOOST_TEST_REQUIRE(account.status == 200);
  BOOST_TEST(shows(account, "Hello, <bdi>Ann &amp; &lt;b&gt; \xC3\xA9</bdi>"));
  BOOST_TEST(shows(account, "<dt>Groups</dt><dd>users</dd>"));
  BOOST_TEST(shows(account, "<html lang=\"en\" data-theme=\"system\">"));

  const HeaderLines script = of_a_script(demo);
  BOOST_TEST(browser.post("/session", R"({"set":{"theme":"dark"}})", script).status == 200);
  BOOST_TEST(shows(browser.get("/account"), "<html lang=\"en\" data-theme=\"dark\">"));
  BOOST_TEST(browser.get("/session").json()["theme"] == "dark");
  BOOST_TEST(browser.post("/session", R"({"set":{"user":"root"}})", script).status == 403);

  const Reply logout = browser.post("/logout", "", kFormType);
  BOOST_TEST(logout.status == 303);
  BOOST_TEST(logout.header("location") == "/");
  BOOST_TEST(browser.get("/account").status == 303);
}

BOOST_AUTO_TEST_CASE(only_an_administrator_sees_the_admin_page) {
  const Demo demo;
  Client browser = demo.browser();
  BOOST_TEST(browser.get("/admin").status == 303);
  BOOST_TEST(browser.post("/login", "user=alice", kFormType).status == 303);
  const Reply refused = browser.get("/admin");
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(shows(refused, "This page is for administrators"));
  BOOST_TEST(browser.get("/_console/api/sessions").status == 403);
  BOOST_TEST(browser.get("/refused").status == 404);  // only where nginx goes on by itself
  BOOST_TEST(browser.post("/login", "user=root&admin=on", kFormType).status == 303);
  BOOST_TEST(shows(browser.get("/admin"), "<bdi>root</bdi> may see this"));
  BOOST_TEST(browser.get("/_console/api/sessions").json()["sessions"].size() == 1U);
  BOOST_TEST(browser.get("/_console/api/stats").status == 200);
}

BOOST_AUTO_TEST_CASE(a_fastcgi_application_hears_nothing_that_a_client_makes_up) {
  const Demo demo;
  Client browser = demo.browser();
  const HeaderLines forged = {"X-Auth-Request-User: root", "X-Auth-Request-Groups: admin",
                              "X_Auth_Request_User: root", "X-Auth-Request-Theme: dark", "Proxy: evil"};
  BOOST_TEST(browser.get("/account", forged).status == 303);
  BOOST_TEST(browser.post("/login", "user=alice", kFormType).status == 303);
  const Reply account = browser.get("/account", forged);
  BOOST_TEST(shows(account, "Hello, <bdi>alice</bdi>"));
  BOOST_TEST(shows(account, "<dt>Groups</dt><dd>users</dd>"));
  BOOST_TEST(shows(account, "<html lang=\"en\" data-theme=\"system\">"));
  BOOST_TEST(browser.get("/admin", forged).status == 403);
}

BOOST_AUTO_TEST_CASE(it_shows_what_its_application_received) {
  const Demo demo;
  Client browser = demo.browser();
  BOOST_TEST(browser.post("/login", "user=Andr%C3%A9", kFormType).status == 303);
  const Reply account = browser.get(
      "/headers", {"X-Auth-Request-User: root", "X-Auth-Request-Email: root@here", "Cookie: language=de"});
  BOOST_TEST(shows(account, entry("HTTP_X_AUTH_REQUEST_USER", "Andr%C3%A9")));
  BOOST_TEST(shows(account, entry("HTTP_X_AUTH_REQUEST_EMAIL", "<i>empty</i>")));
  BOOST_TEST(shows(account, entry("HTTP_X_AUTH_REQUEST_GROUPS", "users")));
  BOOST_TEST(shows(account, entry("HTTP_X_AUTH_REQUEST_THEME", "<i>empty</i>")));
  BOOST_TEST(shows(account, entry("HTTP_COOKIE", "language=de")));
  BOOST_TEST(!shows(account, "demo_session"));
}

BOOST_AUTO_TEST_CASE(a_script_sees_what_its_forged_headers_became) {
  const Demo demo;
  Client browser = demo.browser();
  BOOST_TEST(browser.get("/headers/received", {"Accept: application/json"}).status == 401);
  BOOST_TEST(browser.post("/login", "user=alice", kFormType).status == 303);
  const Json received =
      browser
          .get("/headers/received", {"X-Auth-Request-User: root", "X-Auth-Request-Groups: admin",
                                     "X_Auth_Request_User: root", R"(X-Session-Set: {"user":"root"})"})
          .json()["headers"];
  BOOST_TEST(received["HTTP_X_AUTH_REQUEST_USER"] == "alice");
  BOOST_TEST(received["HTTP_X_AUTH_REQUEST_GROUPS"] == "users");
  BOOST_TEST(received.value("HTTP_X_SESSION_SET", "") == "");
}

BOOST_AUTO_TEST_CASE(a_user_sees_the_own_devices_and_logs_the_others_out) {
  const Demo demo;
  Client laptop = demo.browser();
  Client telephone = demo.browser();
  BOOST_TEST(laptop.get("/devices").header("location") == "/login?to=%2Fdevices");
  BOOST_TEST(laptop.post("/login", "user=alice", kFormType).status == 303);
  BOOST_TEST(telephone.post("/login", "user=alice&remember=on", kFormType).status == 303);
  BOOST_TEST(shows(laptop.get("/devices"), "<h1>Your devices</h1>"));
  const Json sessions = laptop.get("/sessions").json()["sessions"];
  BOOST_TEST_REQUIRE(sessions.size() == 2U);
  for (const Json& session : sessions) {
    const bool own = session["current"].get<bool>();
    BOOST_TEST(session["lifetime"] == (own ? Json() : Json("remember")));
    BOOST_TEST(session["client"] == "127.0.0.1");
  }
  BOOST_TEST(laptop.send("DELETE", "/sessions?others=true", of_a_script(demo)).status == 204);
  BOOST_TEST(telephone.get("/account").status == 303);
  BOOST_TEST(laptop.get("/account").status == 200);
}

BOOST_AUTO_TEST_CASE(remember_me_outlives_the_browser_and_a_login_without_it_does_not) {
  const Demo demo;
  Client browser = demo.browser();
  const auto cookie = [&](const std::string& form) {
    return browser.post("/login", form, kFormType).header("set-cookie");
  };
  BOOST_TEST(cookie("user=alice").find("Max-Age") == std::string::npos);
  BOOST_TEST(cookie("user=alice&remember=on").find("Max-Age=31536000") != std::string::npos);
  BOOST_TEST(cookie("user=alice").find("Max-Age") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_important_is_open_to_a_login_of_late) {
  const Demo demo;
  Client browser = demo.browser();
  BOOST_TEST(browser.get("/account/password").header("location") == "/login?to=%2Faccount%2Fpassword");
  BOOST_TEST(browser.post("/login", "user=alice", kFormType).status == 303);
  BOOST_TEST(browser.get("/account/password").status == 200);
  BOOST_TEST(browser.post("/account/password", "email=nowhere", kFormType).status == 400);
  const Reply saved = browser.post("/account/password", "email=alice%40example.org", kFormType);
  BOOST_TEST(saved.status == 303);
  BOOST_TEST(saved.header("location") == "/account");
  BOOST_TEST(shows(browser.get("/account"), "alice@example.org"));
}

BOOST_AUTO_TEST_CASE(what_is_important_asks_an_older_login_again_and_logs_nobody_out) {
  const Demo demo({}, "1s");
  Client browser = demo.browser();
  BOOST_TEST(browser.post("/login", "user=alice", kFormType).status == 303);
  Reply asked;
  wait_until("the login to be too long ago", [&] {
    asked = browser.get("/account/password");
    return asked.status == 303;
  });
  BOOST_TEST(asked.header("location") == "/login?to=%2Faccount%2Fpassword&reason=stale");
  BOOST_TEST(browser.post("/account/password", "email=alice%40example.org", kFormType).status == 303);
  BOOST_TEST(!shows(browser.get("/account"), "alice@example.org"));
  BOOST_TEST(shows(browser.get(asked.header("location")), "<h1>Please log in again</h1>"));
  wait_until("a login of late to open the page", [&] {
    const Reply again = browser.post(asked.header("location"), "user=alice", kFormType);
    BOOST_TEST(again.header("location") == "/account/password");
    return browser.get("/account/password").status == 200;
  });
}

BOOST_AUTO_TEST_CASE(an_outage_has_a_page_of_its_own_and_logs_nobody_out) {
  const Demo demo({"--redis"});
  Client browser = demo.browser();
  BOOST_TEST(browser.post("/login", "user=alice", kFormType).status == 303);
  const int redis = demo.redis_pid();
  BOOST_TEST_REQUIRE(kill(redis, SIGSTOP) == 0);
  for (const char* path : {"/account", "/admin", "/account/password"}) {
    const Reply page = browser.get(path, {"Accept: text/html"});
    BOOST_TEST(page.status == 503, path);
    BOOST_TEST(page.header("retry-after") == "5", path);
    BOOST_TEST(page.header("content-type") == "text/html; charset=utf-8", path);
    BOOST_TEST(shows(page, "Nobody has been logged out"), path);
  }
  const Reply problem = browser.get("/account", {"Accept: application/json"});
  BOOST_TEST(problem.status == 503);
  BOOST_TEST(problem.json()["reason"] == "store-unavailable");
  BOOST_TEST(browser.get("/").status == 200);
  BOOST_TEST(browser.get("/outage").status == 404);  // only where nginx goes on by itself
  BOOST_TEST_REQUIRE(kill(redis, SIGCONT) == 0);
  wait_until("the store to answer again", [&] { return browser.get("/account").status == 200; });
}

BOOST_AUTO_TEST_CASE(a_redis_that_a_user_has_stopped_ends_with_the_demo) {
  Demo demo({"--redis"});
  const int redis = demo.redis_pid();
  BOOST_TEST_REQUIRE(kill(redis, SIGSTOP) == 0);
  demo.run.signal(SIGTERM);
  BOOST_TEST(demo.run.wait() == 0);
  BOOST_TEST(kill(redis, 0) != 0);
}

BOOST_AUTO_TEST_CASE(without_redis_the_option_is_a_clear_error) {
  const TempDir dir;
  auto command = Demo::command(dir, free_port(), {"--redis"});
  // A search path with what the script needs, and no redis-server.
  command.insert(command.begin() + 1, {"SESSION_TEST_REDIS_SERVER=redis-server", "PATH=" + dir.path()});
  for (const char* program : {"bash", "dirname", "find", "head", "mktemp", "sed", "cat", "id", "nginx", "rm"})
    for (const char* folder : {"/bin/", "/usr/bin/", "/usr/sbin/"})
      if (std::filesystem::exists(folder + std::string(program)) && !std::filesystem::exists(dir / program))
        std::filesystem::create_symlink(folder + std::string(program), dir / program);
  Process run(command, dir / "demo.log");
  BOOST_TEST(run.wait() == 1);
  const std::string said = read_file(dir / "demo.log");
  BOOST_TEST(said.find("redis-server is not installed, which --redis needs: ./dev setup demo-redis") !=
                 std::string::npos,
             said);
}

BOOST_AUTO_TEST_CASE(its_pages_run_nothing_that_they_hold) {
  const Demo demo;
  Client browser = demo.browser();
  BOOST_TEST(browser.post("/login", "user=alice&admin=on", kFormType).status == 303);
  for (const char* path :
       {"/", "/login", "/account", "/devices", "/headers", "/account/password", "/admin", "/nowhere"}) {
    const Reply page = browser.get(path);
    const std::string policy = page.header("content-security-policy");
    BOOST_TEST(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), path);
    BOOST_TEST(policy.find("unsafe") == std::string::npos, path);
    BOOST_TEST(!shows(page, "<style"), path);
    BOOST_TEST(!shows(page, "<script>"), path);
    BOOST_TEST(page.header("cache-control") == "no-store", path);
  }
}

BOOST_AUTO_TEST_CASE(its_pages_fit_a_telephone) {
  const Demo demo;
  Client browser = demo.browser();
  for (const char* path : {"/", "/login", "/nowhere"})
    BOOST_TEST(
        shows(browser.get(path), R"(<meta name="viewport" content="width=device-width,initial-scale=1">)"),
        path);
}

BOOST_AUTO_TEST_CASE(a_name_has_64_characters_of_any_alphabet) {
  const Demo demo;
  Client client = demo.client();
  std::string name;
  for (int i = 0; i < 64; ++i) name += "%C3%A9";
  BOOST_TEST(client.post("/login", "user=" + name, kFormType).status == 303);
  BOOST_TEST(client.post("/login", "user=" + name + "%C3%A9", kFormType).status == 400);
}

BOOST_AUTO_TEST_CASE(the_application_refuses_what_it_should) {
  const Demo demo;
  Client client = demo.client();
  BOOST_TEST(client.post("/login", "user=", kFormType).status == 400);
  BOOST_TEST(client.post("/login", "user=" + std::string(65, 'a'), kFormType).status == 400);
  BOOST_TEST(client.post("/login", "user=" + std::string(5000, 'a'), kFormType).status == 413);
  BOOST_TEST(client.post("/login", "user=eve", {"Sec-Fetch-Site: cross-site"}).status == 403);
  // A page that another program of this machine serves, on another port.
  BOOST_TEST(client.post("/login", "user=eve", {"Sec-Fetch-Site: same-site"}).status == 403);
  BOOST_TEST(client.post("/login?to=//evil.test/", "user=eve", kFormType).header("location") == "/account");
  BOOST_TEST(client.post("/login?to=https://evil.test/", "user=eve", kFormType).header("location") ==
             "/account");
  BOOST_TEST(client.get("/nowhere").status == 404);
  BOOST_TEST(client.send("PUT", "/").status == 405);
}

BOOST_AUTO_TEST_CASE(it_ends_all_three_and_leaves_nothing_behind) {
  for (const int with : {SIGTERM, SIGINT}) {
    Demo demo;
    demo.run.signal(with);
    BOOST_TEST(demo.run.wait() == 0);
    BOOST_TEST(!accepts_tcp(demo.port));
    unsigned left = 0;
    for (const auto& entry : std::filesystem::directory_iterator(demo.dir.path()))
      left += entry.is_directory();
    BOOST_TEST(left == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_a_clear_error) {
  const Demo demo;
  Process second(Demo::command(demo.dir, demo.port), demo.dir / "second.log");
  BOOST_TEST(second.wait() == 1);
  const std::string said = read_file(demo.dir / "second.log");
  BOOST_TEST(said.find("port " + std::to_string(demo.port) + " is in use") != std::string::npos, said);
  BOOST_TEST(demo.client().get("/").status == 200);  // and the first goes on
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
