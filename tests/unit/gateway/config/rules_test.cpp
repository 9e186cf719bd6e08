#include <string>
#include <utility>

#include "tests/support/loading.h"

using namespace session;
using namespace session::gateway;

BOOST_AUTO_TEST_SUITE(identity)

BOOST_AUTO_TEST_CASE(headers_replace_the_default_ones_and_keep_their_order) {
  const auto read = settings("identity:\n  subject: /sub\n  headers: { X-B: /b, X-A: /a/0 }\n").identity;
  BOOST_TEST(read.subject == "/sub");
  BOOST_REQUIRE(read.headers.size() == 2u);
  BOOST_TEST((read.headers[0] == std::pair<std::string, std::string>("X-B", "/b")));
  BOOST_TEST((read.headers[1] == std::pair<std::string, std::string>("X-A", "/a/0")));
}

BOOST_AUTO_TEST_CASE(no_headers_are_asked_for_in_so_many_words) {
  BOOST_TEST(settings("identity: { headers: {} }\n").identity.headers.empty());
  BOOST_TEST(problems("identity:\n  headers:\n") ==
             "gateway.yaml:2: identity.headers: expected a map of headers ({} for none), got nothing\n");
}

BOOST_AUTO_TEST_CASE(a_pointer_names_a_member) {
  BOOST_TEST(problems("identity:\n  subject: user\n  headers: { X-A: \"\", X-B: /a~2, X-C: [a] }\n") ==
             "gateway.yaml:2: identity.subject: expected a JSON pointer such as /user, got user\n"
             "gateway.yaml:3: identity.headers.X-A: expected a JSON pointer such as /user, got \"\"\n"
             "gateway.yaml:3: identity.headers.X-B: expected a JSON pointer such as /user, got /a~2\n"
             "gateway.yaml:3: identity.headers.X-C: expected text, got a list\n");
}

BOOST_AUTO_TEST_CASE(header_names_are_valid_and_all_different) {
  BOOST_TEST(
      problems(
          "identity:\n  headers:\n    X User: /a\n    \"\": /a\n    X-A: /a\n    x-a: /b\n    X_A: /c\n") ==
      "gateway.yaml:3: identity.headers.X User: nginx's files can't have this name of a header: expected "
      "letters, "
      "digits and - only\n"
      "gateway.yaml:4: identity.headers.: nginx's files can't have this name of a header: expected letters, "
      "digits "
      "and - only\n"
      "gateway.yaml:6: identity.headers.x-a: the same header as X-A\n"
      "gateway.yaml:7: identity.headers.X_A: nginx's files can't have this name of a header: expected "
      "letters, "
      "digits and - only\n"
      "gateway.yaml:7: identity.headers.X_A: the same header as X-A\n");
}

BOOST_AUTO_TEST_CASE(headers_with_a_meaning_of_their_own_are_refused) {
  for (const std::string name :
       {"X-Session-Reason", "x-session-anything", "Set-Cookie", "status", "Cache-Control", "Content-Type",
        "Content-Length", "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
        "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Location", "WWW-Authenticate",
        "X-Accel-Redirect"}) {
    BOOST_TEST(problems("identity: { headers: { " + name + ": /a } }\n") ==
               "gateway.yaml:1: identity.headers." + name +
                   ": this header has another meaning: choose one such as X-Auth-Request-Name\n");
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(commit)

BOOST_AUTO_TEST_CASE(redirect_hosts_are_names_addresses_and_ports) {
  const auto read =
      settings("commit: { redirect_hosts: [Login.example, \"a.example:8443\", .b.example, \"[::1]:80\"] }\n");
  const auto& hosts = read.redirect_hosts;
  BOOST_TEST(hosts.allows({"login.example", 0}, 443));
  BOOST_TEST(hosts.allows({"a.example", 8443}, 443));
  BOOST_TEST(hosts.allows({"x.b.example", 0}, 443));
  BOOST_TEST(hosts.allows({"[::1]", 0}, 80));
  BOOST_TEST(!hosts.allows({"b.example", 0}, 443));
  BOOST_TEST(settings("commit:\n").redirect_hosts.empty());
  BOOST_TEST(settings("commit: { redirect_hosts: [] }\n").redirect_hosts.empty());
}

BOOST_AUTO_TEST_CASE(a_redirect_host_is_no_address_and_no_pattern) {
  for (const std::string host :
       {"https://a.example",   "a.example/", "a.example/x", "*.example", "*",      "user@a.example",
        "a.example.",          "a..example", ".",           "..a",       "a:b",    "a.example:0",
        "a.example:70000",     "a.example:", ":80",         "::1",       ".[::1]", "[::1",
        "b\u00fccher.example", "",           " a.example"}) {
    const std::string found = problems("commit: { redirect_hosts: [\"" + host + "\"] }\n");
    BOOST_TEST(found.starts_with("gateway.yaml:1: commit.redirect_hosts[0]: expected a host such as"),
               host << found);
  }
  BOOST_TEST(problems("commit: { redirect_hosts: a.example }\n").find("commit.redirect_hosts: expected") !=
             std::string::npos);
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a,";
  BOOST_TEST(
      problems("commit: { redirect_hosts: [" + many + "] }\n").find("expected at most 64 hosts, got 65") !=
      std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rules)

BOOST_AUTO_TEST_CASE(every_pointer_and_every_test_is_a_condition) {
  const auto read = settings(
                        "rules:\n"
                        "  admin: { /groups: { contains: admin } }\n"
                        "  staff:\n"
                        "    /department: { one_of: [sales, 5], exists: true }\n"
                        "    /active: { equals: true }\n")
                        .rules;
  BOOST_REQUIRE(read.size() == 2u);
  BOOST_TEST(read[0].name == "admin");
  BOOST_REQUIRE(read[0].conditions.size() == 1u);
  BOOST_TEST(read[0].conditions[0].pointer == "/groups");
  BOOST_TEST((read[0].conditions[0].op == Condition::Op::contains));
  BOOST_TEST((read[0].conditions[0].operand == Json("admin")));
  BOOST_REQUIRE(read[1].conditions.size() == 3u);
  BOOST_TEST((read[1].conditions[0].operand == Json::array({"sales", 5})));
  BOOST_TEST((read[1].conditions[1].op == Condition::Op::exists));
  BOOST_TEST(read[1].conditions[1].pointer == "/department");
  BOOST_TEST((read[1].conditions[2].operand == Json(true)));
}

BOOST_AUTO_TEST_CASE(a_rule_may_want_a_login_of_late) {
  const auto read = settings(
                        "rules: { fresh: { authenticated_within: 10m, /groups: { contains: admin } }, any: { "
                        "/a: { exists: true } } }\n")
                        .rules;
  BOOST_REQUIRE(read.size() == 2u);
  BOOST_TEST((read[0].authenticated_within == seconds(600)));
  BOOST_TEST(read[0].conditions.size() == 1u);
  BOOST_TEST(!read[1].authenticated_within.has_value());
  BOOST_TEST(settings("rules: { fresh: { authenticated_within: 1h } }\n").rules.at(0).conditions.empty());
  BOOST_TEST(problems("rules: { fresh: { authenticated_within: 0s } }\n") ==
             "gateway.yaml:1: rules.fresh.authenticated_within: expected 1s..3650d, got 0s\n");
  BOOST_TEST(problems("rules: { fresh: { authenticated_within: { exists: true } } }\n") != "");
  BOOST_TEST(problems("rules: { fresh: { authenticated: 1m } }\n") != "");
}

BOOST_AUTO_TEST_CASE(a_rule_may_want_to_hear_the_store_itself_beside_its_conditions) {
  const auto read = settings(
                        "rules: { a: { fresh_only: true, /a: { exists: true } }, b: { fresh_only: false, /a: "
                        "{ exists: true } },"
                        " c: { fresh_only: true, authenticated_within: 1h } }\n")
                        .rules;
  BOOST_REQUIRE(read.size() == 3u);
  BOOST_TEST(read[0].fresh_only);
  BOOST_TEST(read[0].conditions.size() == 1u);
  BOOST_TEST(!read[1].fresh_only);
  BOOST_TEST(read[2].fresh_only);
  BOOST_TEST(
      problems("rules: { a: { fresh_only: true } }\n") ==
      "gateway.yaml:1: rules.a: expected at least one condition, such as /groups: { contains: admin }\n");
  BOOST_TEST(problems("rules: { a: { fresh_only: maybe, /a: { exists: true } } }\n") != "");
}

BOOST_AUTO_TEST_CASE(records_that_do_not_say_when_somebody_logged_in_have_no_fresh_login) {
  BOOST_TEST(problems("dialect: express\nexpress: { secrets: [0123456789abcdef0123456789abcdef] }\n"
                      "rules: { fresh: { authenticated_within: 1m } }\n")
                 .find("rules.fresh: authenticated_within: expected dialect native: the records of dialect "
                       "express don't say when somebody has logged in") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(plain_values_are_what_they_look_like_and_quoted_ones_are_text) {
  const auto operand = [](const std::string& text) {
    return settings("rules: { r: { /a: { equals: " + text + " } } }\n").rules.at(0).conditions.at(0).operand;
  };
  BOOST_TEST((operand("5") == Json(5)));
  BOOST_TEST((operand("-5") == Json(-5)));
  BOOST_TEST((operand("1.5") == Json(1.5)));
  BOOST_TEST((operand("18446744073709551615") == Json(18446744073709551615u)));
  BOOST_TEST((operand("true") == Json(true)));
  BOOST_TEST((operand("false") == Json(false)));
  for (const std::string text :
       {"admin", "1.2.3", "2026-11-23", "10.0.0.1", "5a", "e5", "nobody", ".", "_"}) {
    BOOST_TEST((operand(text) == Json(text)), text);
  }
  for (const std::string text : {"5", "true", "null", "010", ""}) {
    BOOST_TEST((operand("\"" + text + "\"") == Json(text)), text);
  }
}

BOOST_AUTO_TEST_CASE(plain_values_that_readers_of_yaml_disagree_on_are_refused) {
  const auto with = [](const std::string& text) {
    return problems("rules: { r: { /a: { equals: " + text + " } } }\n");
  };
  const std::string at = "gateway.yaml:1: rules.r./a.equals: expected ";
  for (const std::string text : {"010", "+5", "0x1F", "0o17", "0b11", "1_000", "5.", ".5", ".inf", "-.INF",
                                 ".NaN", "1e999", "18446744073709551616"}) {
    BOOST_TEST(with(text) ==
               at + "a decimal number of at most 64 bits, or text in quotes, got " + text + "\n");
  }
  for (const std::string text : {"True", "FALSE", "yes", "No", "on", "OFF"}) {
    BOOST_TEST(with(text) == at + "true, false, or text in quotes, got " + text + "\n");
  }
  for (const std::string text : {"", "~", "null"}) {
    BOOST_TEST(with(text) == at + "text, a number, true or false, got nothing\n");
  }
  BOOST_TEST(with("[a]") == at + "text, a number, true or false, got a list\n");
}

BOOST_AUTO_TEST_CASE(each_test_takes_its_own_operand) {
  BOOST_TEST(problems("rules:\n"
                      "  r:\n"
                      "    /a: { one_of: x }\n"
                      "    /b: { one_of: [] }\n"
                      "    /c: { one_of: [ok, ~] }\n"
                      "    /d: { exists: 1 }\n"
                      "    /e: { equal: 1 }\n") ==
             "gateway.yaml:3: rules.r./a.one_of: expected a list, got a single value\n"
             "gateway.yaml:4: rules.r./b.one_of: expected at least one value\n"
             "gateway.yaml:5: rules.r./c.one_of[1]: expected text, a number, true or false, got nothing\n"
             "gateway.yaml:6: rules.r./d.exists: expected true or false, got 1\n"
             "gateway.yaml:7: rules.r./e: expected equals, one_of, contains or exists\n"
             "gateway.yaml:7: rules.r./e.equal: unknown key; did you mean equals?\n");
}

BOOST_AUTO_TEST_CASE(a_rule_without_conditions_would_hold_for_everyone_and_is_refused) {
  BOOST_TEST(
      problems("rules:\n  a: {}\n  b:\n  c: { /x: {} }\n") ==
      "gateway.yaml:2: rules.a: expected at least one condition, such as /groups: { contains: admin }\n"
      "gateway.yaml:3: rules.b: expected at least one condition, such as /groups: { contains: admin }\n"
      "gateway.yaml:4: rules.c./x: expected equals, one_of, contains or exists\n");
}

BOOST_AUTO_TEST_CASE(rules_have_plain_names_and_pointers) {
  const std::string body = ": { /a: { exists: true } }\n";
  BOOST_TEST(problems("rules:\n  a,b" + body + "  " + std::string(64, 'r') + body) ==
             "gateway.yaml:2: rules.a,b: expected a name of 1 to 64 of A-Z, a-z, 0-9, _ and -\n");
  BOOST_TEST(problems("rules:\n  r: { groups: { exists: true }, \"\": { exists: true } }\n") ==
             "gateway.yaml:2: rules.r.groups: expected a JSON pointer such as /user, got groups\n"
             "gateway.yaml:2: rules.r.: expected a JSON pointer such as /user, got \"\"\n");
}

BOOST_AUTO_TEST_SUITE_END()
