// conf/demo/run as a user starts it, and the story that it tells.

#include <signal.h>

#include <filesystem>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/log_secrets.h"
#include "tests/support/e2e/support.h"
#include "tests/support/places.h"

namespace session::test {
namespace {

// The directory that holds both binaries.
std::string build_directory() {
  std::filesystem::path directory = std::filesystem::path(gateway_binary()).parent_path();
  const std::string app = demo_app_binary();
  while (!app.starts_with(directory.string() + "/")) directory = directory.parent_path();
  return directory.string();
}

// The demo on a port of its own; its private directory is in `dir`.
struct Demo {
  Demo() {
    wait_until("the demo to run", [this] {
      BOOST_TEST_REQUIRE(!run.exit_status().has_value(), read_file(log));
      return read_file(log).find("The demo runs on") != std::string::npos;
    });
  }
  ~Demo() {
    // The gateway is the script's child, and its log goes when that ends.
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
      const std::string gateway_log = (entry.path() / "gateway.log").string();
      if (std::filesystem::exists(gateway_log)) check_log_for_secrets({"serve"}, gateway_log);
    }
    if (test_has_failed()) BOOST_TEST_MESSAGE("--- demo.log\n" << read_file(log));
  }
  [[nodiscard]] Client client() const { return Client({"http://127.0.0.1:" + std::to_string(port), "", ""}); }
  [[nodiscard]] Client browser() const {
    Client client = this->client();
    client.keep_cookies();
    return client;
  }
  static std::vector<std::string> command(const TempDir& dir, int port) {
    return {"env", "TMPDIR=" + dir.path(), "DEMO_PORT=" + std::to_string(port),
            source_root() + "/conf/demo/run", build_directory()};
  }

  TempDir dir;
  int port = free_port();
  std::string log = dir / "demo.log";
  Process run{command(dir, port), log};
};

bool shows(const Reply& reply, const std::string& text) { return reply.body.find(text) != std::string::npos; }

// An entry of the account page's list of what the application received.
std::string entry(const std::string& name, const std::string& value) {
  return "<dt>" + name + "</dt><dd>" + value + "</dd>";
}

const HeaderLines form_type = {"Content-Type: application/x-www-form-urlencoded"};

}  // namespace

BOOST_AUTO_TEST_SUITE(demo)

BOOST_AUTO_TEST_CASE(a_user_logs_in_chooses_a_theme_and_logs_out) {
  const Demo demo;
  Client browser = demo.browser();
  BOOST_TEST(shows(browser.get("/"), "Everybody may read this"));

  const Reply away = browser.get("/account");
  BOOST_TEST(away.status == 303);
  BOOST_TEST(away.header("location") == "/login?to=%2Faccount");
  BOOST_TEST(
      shows(browser.get("/login?to=/account"), "<form method=\"post\" action=\"/login?to=/account\">"));

  const Reply login = browser.post("/login?to=/account", "user=Ann+%26+%3Cb%3E+%C3%A9", form_type);
  BOOST_TEST(login.status == 303);
  BOOST_TEST(login.header("location") == "/account");
  BOOST_TEST(login.all("set-cookie").size() == 1);
  BOOST_TEST(login.header("set-cookie").find("HttpOnly") != std::string::npos);

  const Reply account = browser.get("/account");
  BOOST_TEST_REQUIRE(account.status == 200);
  BOOST_TEST(shows(account, "Hello, Ann &amp; &lt;b&gt; \xC3\xA9"));
  BOOST_TEST(shows(account, "Groups: users<"));
  BOOST_TEST(shows(account, "<body class=\"light\">"));

  const HeaderLines script = {"Content-Type: application/json", "Sec-Fetch-Site: same-origin",
                              "Origin: http://127.0.0.1:" + std::to_string(demo.port)};
  BOOST_TEST(browser.post("/session", R"({"set":{"theme":"dark"}})", script).status == 200);
  BOOST_TEST(shows(browser.get("/account"), "<body class=\"dark\">"));
  BOOST_TEST(browser.get("/session").json()["theme"] == "dark");
  BOOST_TEST(browser.post("/session", R"({"set":{"user":"root"}})", script).status == 403);

  const Reply logout = browser.post("/logout", "", form_type);
  BOOST_TEST(logout.status == 303);
  BOOST_TEST(logout.header("location") == "/");
  BOOST_TEST(browser.get("/account").status == 303);
}

BOOST_AUTO_TEST_CASE(only_an_administrator_sees_the_admin_page) {
  const Demo demo;
  Client browser = demo.browser();
  BOOST_TEST(browser.get("/admin").status == 303);
  BOOST_TEST(browser.post("/login", "user=alice", form_type).status == 303);
  const Reply refused = browser.get("/admin");
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(shows(refused, "This page is for administrators"));
  BOOST_TEST(browser.get("/refused").status == 404);  // only where nginx goes on by itself
  BOOST_TEST(browser.post("/login", "user=root&admin=on", form_type).status == 303);
  BOOST_TEST(shows(browser.get("/admin"), "root may see this"));
}

BOOST_AUTO_TEST_CASE(a_fastcgi_application_hears_nothing_that_a_client_makes_up) {
  const Demo demo;
  Client browser = demo.browser();
  const HeaderLines forged = {"X-Auth-Request-User: root", "X-Auth-Request-Groups: admin",
                              "X_Auth_Request_User: root", "X-Auth-Request-Theme: dark", "Proxy: evil"};
  BOOST_TEST(browser.get("/account", forged).status == 303);
  BOOST_TEST(browser.post("/login", "user=alice", form_type).status == 303);
  const Reply account = browser.get("/account", forged);
  BOOST_TEST(shows(account, "Hello, alice"));
  BOOST_TEST(shows(account, "Groups: users<"));
  BOOST_TEST(shows(account, "<body class=\"light\">"));
  BOOST_TEST(browser.get("/admin", forged).status == 403);
}

BOOST_AUTO_TEST_CASE(it_shows_what_its_application_received) {
  const Demo demo;
  Client browser = demo.browser();
  BOOST_TEST(browser.post("/login", "user=Andr%C3%A9", form_type).status == 303);
  const Reply account = browser.get(
      "/account", {"X-Auth-Request-User: root", "X-Auth-Request-Email: root@here", "Cookie: language=de"});
  BOOST_TEST(shows(account, entry("HTTP_X_AUTH_REQUEST_USER", "Andr%C3%A9")));
  BOOST_TEST(shows(account, entry("HTTP_X_AUTH_REQUEST_EMAIL", "<i>empty</i>")));
  BOOST_TEST(shows(account, entry("HTTP_X_AUTH_REQUEST_GROUPS", "users")));
  BOOST_TEST(shows(account, entry("HTTP_X_AUTH_REQUEST_THEME", "<i>empty</i>")));
  BOOST_TEST(shows(account, entry("HTTP_COOKIE", "language=de")));
  BOOST_TEST(!shows(account, "demo_session"));
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
  BOOST_TEST(client.post("/login", "user=" + name, form_type).status == 303);
  BOOST_TEST(client.post("/login", "user=" + name + "%C3%A9", form_type).status == 400);
}

BOOST_AUTO_TEST_CASE(the_application_refuses_what_it_should) {
  const Demo demo;
  Client client = demo.client();
  BOOST_TEST(client.post("/login", "user=", form_type).status == 400);
  BOOST_TEST(client.post("/login", "user=" + std::string(65, 'a'), form_type).status == 400);
  BOOST_TEST(client.post("/login", "user=" + std::string(5000, 'a'), form_type).status == 413);
  BOOST_TEST(client.post("/login", "user=eve", {"Sec-Fetch-Site: cross-site"}).status == 403);
  BOOST_TEST(client.post("/login?to=//evil.test/", "user=eve", form_type).header("location") == "/account");
  BOOST_TEST(client.post("/login?to=https://evil.test/", "user=eve", form_type).header("location") ==
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
