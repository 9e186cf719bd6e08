// The console: a page about who is logged in, for operators alone.

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/console/assets.h"
#include "tests/support/admin_fixture.h"

namespace session::test {
namespace {

struct Console : AdminFixture {
  Asked asked(const std::string& path, const std::string& method = "GET") {
    return Asked(method)
        .with("DOCUMENT_URI", path)
        .with("GATEWAY_REQUIRE", "login,admin")
        .with("HTTP_COOKIE", cookie_of(root));
  }
  Response ask(const Asked& asking) { return answer(gateway::console_endpoint, asking); }
  static std::string asset(const std::string& name, const std::string& base = "/_console/") {
    return base + "assets/" + gateway::console_assets().version() + "/" + name;
  }

  Session root = login("root", R"({"groups":["admin"]})"_json);
  Session alice = login("alice");
};

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(console_endpoint, Console)

BOOST_AUTO_TEST_CASE(the_page_may_do_nothing_but_ask_its_own_origin) {
  const Response page = ask(asked("/_console/"));
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.headers.get("Content-Type") == "text/html; charset=utf-8");
  BOOST_TEST(page.headers.get("Cache-Control") == "no-store");
  BOOST_TEST(page.headers.get("X-Content-Type-Options") == "nosniff");
  const std::string_view policy = page.headers.get("Content-Security-Policy");
  BOOST_TEST(policy.starts_with("default-src 'none'; script-src 'self'; "));
  for (const char* never : {"unsafe", "http:", "https:", "data:", "*", "nonce", "sha256"})
    BOOST_TEST(!contains(policy, never), never);
  for (const char* never : {"http:", "https:", "//", "<style", "onclick", "@ASSETS@"})
    BOOST_TEST(!contains(page.body, never), never);
  BOOST_TEST(contains(page.body, "assets/" + gateway::console_assets().version() + "/main.js"));
}

BOOST_AUTO_TEST_CASE(every_file_that_the_page_and_its_scripts_name_is_there) {
  const auto names_in = [](std::string_view text, std::string_view before, char end) {
    std::vector<std::string> names;
    for (auto at = text.find(before); at != text.npos; at = text.find(before, at + 1)) {
      const auto begin = at + before.size();
      names.emplace_back(text.substr(begin, text.find(end, begin) - begin));
    }
    return names;
  };
  const std::string version = gateway::console_assets().version() + "/";
  std::vector<std::string> names = names_in(gateway::console_assets().page(), "assets/" + version, '"');
  BOOST_TEST(names.size() >= 3u);
  for (const auto& file : gateway::console_files()) {
    if (!file.name.ends_with(".js")) continue;
    for (std::string& name : names_in(file.text, "from './", '\'')) names.push_back(std::move(name));
  }
  for (const std::string& name : names) {
    const Response file = ask(asked(asset(name)));
    BOOST_TEST(file.status == 200, name);
    BOOST_TEST(!file.body.empty(), name);
  }
}

BOOST_AUTO_TEST_CASE(a_file_is_kept_for_ever_and_another_version_has_another_address) {
  const Response file = ask(asked(asset("main.js")));
  BOOST_TEST(file.headers.get("Content-Type") == "text/javascript; charset=utf-8");
  BOOST_TEST(file.headers.get("Cache-Control") == "private, max-age=31536000, immutable");
  BOOST_TEST(file.headers.has("Content-Security-Policy"));
  for (const char* path :
       {"/_console/assets/other/main.js", "/_console/assets/main.js", "/_console/assets/", "/_console/x"}) {
    const Response none = ask(asked(path));
    BOOST_TEST((none.status == 404 || std::string(path).ends_with('/')), path);
  }
  for (const char* name : {"index.html", "../main.js", "nothing.js", "", "main.js/"})
    BOOST_TEST(!contains(ask(asked(asset(name))).headers.get("Content-Type"), "javascript"), name);
}

BOOST_AUTO_TEST_CASE(a_browser_that_has_a_file_gets_no_second_copy) {
  const std::string etag(ask(asked(asset("main.js"))).headers.get("ETag"));
  BOOST_TEST(etag.starts_with('"'));
  for (const std::string& known : {etag, "W/" + etag, "\"other\", " + etag}) {
    const Response again = ask(asked(asset("main.js")).with("HTTP_IF_NONE_MATCH", known));
    BOOST_TEST(again.status == 304, known);
    BOOST_TEST(again.body.empty());
    BOOST_TEST(again.headers.get("ETag") == etag);
  }
  BOOST_TEST(ask(asked(asset("main.js")).with("HTTP_IF_NONE_MATCH", "\"other\"")).status == 200);
}

BOOST_AUTO_TEST_CASE(below_api_is_the_endpoint_admin_and_who_asks) {
  const Json self = body(ask(asked("/_console/api/self")));
  BOOST_TEST(self == (Json{{"subject", "root"}, {"session", root.log_id()}}));
  const Response metrics = ask(asked("/_console/api/metrics"));
  BOOST_TEST(contains(metrics.body, "session_gateway_requests_total"));
  BOOST_TEST(names_in(ask(asked("/_console/api/sessions").with("QUERY_STRING", "subject=alice"))) ==
                 std::set{alice.log_id()},
             boost::test_tools::per_element());
  BOOST_TEST(ask(asked("/_console/api/nothing")).status == 404);
  const Response ended = ask(asked("/_console/api/sessions/" + alice.log_id(), "DELETE"));
  BOOST_TEST(ended.status == 200);
  BOOST_TEST(refusal(cookie_of(alice)) == "unknown");
  BOOST_TEST_REQUIRE(!ended.events.empty());
  BOOST_TEST(ended.events.back().actor == "root");
}

// Whatever address the front serves it below.
BOOST_AUTO_TEST_CASE(words_of_its_own_in_the_address_of_the_page_do_no_harm) {
  for (const std::string base : {"/", "/api/", "/assets/", "/a/api/assets/console/", "/sessions/"}) {
    BOOST_TEST(contains(ask(asked(base)).body, "<!doctype html>"), base);
    BOOST_TEST(contains(ask(asked(asset("main.js", base))).headers.get("Content-Type"), "javascript"), base);
    BOOST_TEST(body(ask(asked(base + "api/self"))).contains("subject"), base);
    BOOST_TEST(body(ask(asked(base + "api/sessions"))).contains("sessions"), base);
  }
}

BOOST_AUTO_TEST_CASE(nobody_but_operators_sees_anything_of_it) {
  const std::vector<std::string> paths = {
      "/_console/",         asset("main.js"),        asset("icon.svg"),
      "/_console/api/self", "/_console/api/metrics", "/_console/api/sessions",
      "/_console/nothing"};
  for (const std::string& path : paths) {
    const auto status = [&](const std::string& cookie, const std::string& require) {
      return ask(Asked("GET")
                     .with("DOCUMENT_URI", path)
                     .with("HTTP_COOKIE", cookie)
                     .with("GATEWAY_REQUIRE", require))
          .status;
    };
    BOOST_TEST(status("", "login,admin") == 401, path);
    BOOST_TEST(status(cookie_of(alice), "login,admin") == 403, path);
    BOOST_TEST(status(cookie_of(root), "login") == 403, path);
    BOOST_TEST(status(cookie_of(root), "") == 403, path);
    // Rules that say nothing of who somebody is.
    BOOST_TEST(status(cookie_of(root), "login,fresh") == 403, path);
    BOOST_TEST(status(cookie_of(root), "login,fresh,admin") == (path.ends_with("nothing") ? 404 : 200), path);
  }
}

BOOST_AUTO_TEST_CASE(its_files_are_for_reading) {
  for (const std::string& path : {std::string("/_console/"), asset("main.js"),
                                  std::string("/_console/api/self"), std::string("/_console/api/metrics")}) {
    for (const char* method : {"POST", "DELETE", "PUT"}) BOOST_TEST(ask(asked(path, method)).status == 405);
    BOOST_TEST(ask(asked(path, "HEAD")).status == 200);
  }
}

BOOST_AUTO_TEST_CASE(without_the_store_it_says_so) {
  store.fail(ScriptedStore::load_call);
  BOOST_TEST(ask(asked("/_console/")).status == 503);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
