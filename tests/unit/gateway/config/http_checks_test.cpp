#include <string>

#include "tests/support/loading.h"

using namespace session;
using namespace session::gateway;

namespace {

const std::string kHttp = "listen:\n  - unix: /run/a.sock\n    protocol: http\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(http_checks)

BOOST_AUTO_TEST_CASE(a_listener_speaks_http_and_serves_what_it_says) {
  const auto read = settings(kHttp + "    serves: [auth, metrics]\n  - tcp: 127.0.0.1:9000\n").listen;
  BOOST_TEST((protocol_of(read[0]) == Protocol::http));
  BOOST_TEST((serves_of(read[0]) == std::set<Service>{Service::auth, Service::metrics}));
  BOOST_TEST((protocol_of(read[1]) == Protocol::fastcgi));
  BOOST_TEST(serves_of(read[1]).empty());
}

BOOST_AUTO_TEST_CASE(one_that_serves_nothing_or_by_another_protocol_is_a_problem) {
  BOOST_TEST(
      problems(kHttp) ==
      "gateway.yaml:2: listen[0]: expected serves beside protocol: http, such as [auth, session] or [health, "
      "ready, metrics]\n");
  BOOST_TEST(
      problems(kHttp + "    serves: []\n") ==
      "gateway.yaml:2: listen[0]: expected serves beside protocol: http, such as [auth, session] or [health, "
      "ready, metrics]\n");
  BOOST_TEST(
      problems("listen: [{unix: /a, serves: [auth]}]\n") ==
      "gateway.yaml:1: listen[0].serves: expected only with protocol: http: by FastCGI the web server says "
      "GATEWAY_ENDPOINT\n");
  BOOST_TEST(
      problems("listen: [{unix: /a, protocol: htpp, serves: [auht]}]\n") ==
      "gateway.yaml:1: listen[0].protocol: expected fastcgi or http, got htpp; did you mean http?\n"
      "gateway.yaml:1: listen[0].serves[0]: expected auth, session, sessions, commit, health, ready or "
      "metrics, got "
      "auht; did you mean auth?\n"
      "gateway.yaml:1: listen[0].serves: expected only with protocol: http: by FastCGI the web server says "
      "GATEWAY_ENDPOINT\n");
}

BOOST_AUTO_TEST_CASE(what_serves_applications_serves_nobody_else) {
  BOOST_TEST(settings(kHttp + "    serves: [commit]\n").listen.size() == 1u);
  BOOST_TEST(problems(kHttp + "    serves: [commit, health]\n").find("expected commit alone") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_place_is_one_listener_whatever_it_speaks) {
  BOOST_TEST(problems("listen:\n  - tcp: 127.0.0.1:9000\n  - tcp: 127.0.0.1:9000\n    protocol: http\n    "
                      "serves: [health]\n") == "gateway.yaml:3: listen[1]: the same as listen[0]\n");
}

BOOST_AUTO_TEST_CASE(a_check_says_what_it_asks_for) {
  const auto read = settings(
                        "rules: { admin: { /a: { exists: true } } }\nchecks:\n  staff:\n    require: [login, "
                        "admin]\n    touch: false\n"
                        "    refuse: redirect\n    login_page: https://login.test/?x=1\n    original: "
                        "X-Original-URL\n  anybody: { require: [] }\n")
                        .checks;
  BOOST_REQUIRE(read.size() == 3u);
  BOOST_TEST((read[0] == HttpCheck{"login"}));
  BOOST_TEST(
      (read[1] ==
       HttpCheck{"staff", {"login", "admin"}, false, true, "https://login.test/?x=1", "X-Original-URL"}));
  BOOST_TEST((read[2] == HttpCheck{"anybody", {}}));
}

BOOST_AUTO_TEST_CASE(the_check_login_can_be_changed) {
  const auto read = settings("checks: { login: { refuse: redirect } }\n").checks;
  BOOST_REQUIRE(read.size() == 1u);
  BOOST_TEST(read[0].redirect);
  BOOST_TEST((read[0].require == std::vector<std::string>{"login"}));
}

BOOST_AUTO_TEST_CASE(a_check_that_names_no_rule_of_the_file_is_a_problem) {
  BOOST_TEST(
      problems("rules: { admin: { /a: { exists: true } } }\nchecks:\n  staff: { require: [amdin] }\n") ==
      "gateway.yaml:3: checks.staff: there is no rule amdin; did you mean admin?\n");
}

BOOST_AUTO_TEST_CASE(names_are_a_part_of_a_path_with_one_spelling) {
  for (const std::string name : {"a b", "a/b", "..", "a%", "\"\"", "a?b", "\xc3\xa4"}) {
    BOOST_TEST(problems("checks: { \"" + (name == "\"\"" ? "" : name) + "\": {} }\n")
                   .find("expected a name of 1 to 64") != std::string::npos);
    BOOST_TEST(problems("views: { \"" + (name == "\"\"" ? "" : name) + "\": {} }\n")
                   .find("expected a name of 1 to 64") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_login_page_is_of_the_site_or_an_address) {
  for (const std::string page : {"login", "//evil.test/", "/\\evil.test", "javascript:x", "\"/a b\"",
                                 "\"/a\\r\\nX: y\"", "ftp://a/", "\"/a#b\""})
    BOOST_TEST(problems("checks: { a: { refuse: redirect, login_page: " + page + " } }\n")
                       .find("expected a path of this site") != std::string::npos,
               page);
  BOOST_TEST(problems("checks: { a: { refuse: page, original: \"X: y\" } }\n") ==
             "gateway.yaml:1: checks.a.refuse: expected status or redirect, got page\n"
             "gateway.yaml:1: checks.a.original: expected the name of a header such as X-Forwarded-Uri, got "
             "\"X: y\"\n");
}

BOOST_AUTO_TEST_CASE(the_address_does_not_come_in_a_header_with_another_meaning) {
  for (const std::string name : {"Cookie", "host", "X-Gateway-Secret", "content-length"})
    BOOST_TEST(problems("checks: { a: { original: " + name + " } }\n") ==
               "gateway.yaml:1: checks.a.original: this header has another meaning: expected one such as "
               "X-Forwarded-Uri\n");
}

BOOST_AUTO_TEST_CASE(a_view_says_what_is_allowed_and_shown) {
  const auto read =
      settings(
          "views: { self: { allow: [set:theme, destroy], expose: [user] }, closed: { expose: [] }, all: }\n")
          .views;
  BOOST_REQUIRE(read.size() == 3u);
  BOOST_TEST((read[0] == HttpView{"self", "set:theme,destroy", "user"}));
  BOOST_TEST((read[1] == HttpView{"closed", "", ""}));
  BOOST_TEST((read[2] == HttpView{"all", "", std::nullopt}));
  BOOST_TEST(problems("views: { a: { allow: [sett, \"destroy:x\", \"set:\"] } }\n")
                 .find("expected set, unset, destroy") != std::string::npos);
  BOOST_TEST(
      problems("views: { a: { expose: [\"a,b\"] } }\n") ==
      "gateway.yaml:1: views.a.expose: expected texts without commas, and without spaces at their ends\n");
}

BOOST_AUTO_TEST_SUITE_END()
