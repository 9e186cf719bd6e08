#include "gateway/config/load.h"

#include <string>

#include "tests/support/loading.h"

using namespace session;
using namespace session::gateway;

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(a_missing_file_is_a_problem) {
  BOOST_TEST(problems(load_file("/nonexistent/gateway.yaml")) ==
             "gateway.yaml: can't be read: No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(a_directory_is_not_a_configuration) {
  BOOST_TEST(problems(load_file("/")) == "gateway.yaml: can't be read: not a regular file\n");
}

BOOST_FIXTURE_TEST_CASE(a_file_is_read_like_its_text, Directory) {
  write("gateway.yaml", "workers: 3\n");
  const auto loaded = load_file((path / "gateway.yaml").string());
  BOOST_REQUIRE(loaded.has_value());
  BOOST_TEST(loaded->workers.value() == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_file_of_more_than_a_mebibyte_is_refused, Directory) {
  write("gateway.yaml", "#" + std::string(std::size_t{1} << 20, 'x'));
  BOOST_TEST(problems(load_file((path / "gateway.yaml").string())) ==
             "gateway.yaml: larger than 1048576 bytes\n");
}

BOOST_AUTO_TEST_CASE(a_file_with_nothing_in_it_is_all_defaults) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "{}\n", "~\n",
                           "\xef\xbb\xbfworkers: auto\n", "limits:\nlog:\nrules:\n"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(problems(text) == ""); }
  }
}

BOOST_AUTO_TEST_CASE(the_file_is_a_map) {
  BOOST_TEST(problems("[listen]\n") == "gateway.yaml:1: expected a map, got a list\n");
  BOOST_TEST(problems("\nlisten\n") == "gateway.yaml:2: expected a map, got a single value\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(syntax)

BOOST_AUTO_TEST_CASE(what_is_not_yaml_is_reported_with_its_line) {
  BOOST_TEST(problems("workers: 1\nlog: {level: info\n") ==
             "gateway.yaml:3: not YAML: end of map flow not found\n");
  BOOST_TEST(problems("workers: 1\nlog: a: b\n") == "gateway.yaml:2: not YAML: illegal map value\n");
  BOOST_TEST(problems("log: @x\n") == "gateway.yaml:1: not YAML: unknown token\n");
}

BOOST_AUTO_TEST_CASE(tabs_do_not_indent) {
  const std::string text = "tabs can't indent, use spaces\n";
  BOOST_TEST(problems("log:\n\tlevel: info\n") == "gateway.yaml:2: not YAML: " + text);
  BOOST_TEST(problems("log:\n  level: info\n\tformat: text\n") == "gateway.yaml:3: not YAML: " + text);
}

BOOST_AUTO_TEST_CASE(a_quote_that_never_closes_does_not_swallow_the_rest_of_the_file) {
  BOOST_TEST(problems("workers: auto\ncookie:\n  name: 'x\n") ==
             "gateway.yaml:3: a quote begins here and never closes\n");
  BOOST_TEST(problems("cookie:\n  name: \"x\\\"\n") != "");
  BOOST_TEST(problems("cookie: { path: '/it''s', name: \"a\" }\r\n") == "");
}

BOOST_AUTO_TEST_CASE(anchors_and_aliases_are_refused_before_they_multiply) {
  BOOST_TEST(problems("a: &a [x, x]\nb: &b [*a, *a]\n") ==
             "gateway.yaml:1: anchors (&name) are not supported\n");
  BOOST_TEST(problems("workers: 1\nlog: &x\n") == "gateway.yaml:2: anchors (&name) are not supported\n");
  BOOST_TEST(problems("\nworkers: *x\n") == "gateway.yaml:2: aliases (*name) are not supported\n");
}

BOOST_AUTO_TEST_CASE(tags_are_refused) {
  BOOST_TEST(problems("workers: !!binary YWJj\n") == "gateway.yaml:1: tags (!name) are not supported\n");
  BOOST_TEST(problems("limits: !mine {}\n") == "gateway.yaml:1: tags (!name) are not supported\n");
  BOOST_TEST(problems("listen: !!set []\n") == "gateway.yaml:1: tags (!name) are not supported\n");
}

BOOST_AUTO_TEST_CASE(a_second_document_is_refused) {
  BOOST_TEST(problems("---\nworkers: 1\n---\nworkers: 2\n") ==
             "gateway.yaml:3: a second document begins here; expected one\n");
}

BOOST_AUTO_TEST_CASE(nesting_has_an_end) {
  BOOST_TEST(problems("a: " + std::string(15, '[') + std::string(15, ']')) !=
             "gateway.yaml:1: nested more than 16 deep\n");
  BOOST_TEST(problems("a: " + std::string(16, '[') + std::string(16, ']')) ==
             "gateway.yaml:1: nested more than 16 deep\n");
  BOOST_TEST(problems("a: " + std::string(100000, '[')) != "");
}

BOOST_AUTO_TEST_CASE(so_has_the_number_of_values) {
  std::string text = "listen:\n";
  for (int i = 0; i < 20000; ++i) text += "- 1\n";
  BOOST_TEST(problems(text) == "gateway.yaml:19999: more than 20000 values\n");
}

BOOST_AUTO_TEST_CASE(keys_are_text) {
  BOOST_TEST(problems("? [a]\n: b\n") == "gateway.yaml:1: expected a name before the colon, got a list\n");
  BOOST_TEST(problems("workers: 1\n~: b\n") ==
             "gateway.yaml:2: expected a name before the colon, got nothing\n");
}

BOOST_AUTO_TEST_CASE(what_is_not_text_is_refused) {
  const std::string text = ": expected text in UTF-8, got some other byte\n";
  BOOST_TEST(problems("# \xff\n") == "gateway.yaml:1" + text);
  BOOST_TEST(problems("# \xc0\xaf\n") == "gateway.yaml:1" + text);
  BOOST_TEST(problems("# \xed\xa0\x80\n") == "gateway.yaml:1" + text);
  BOOST_TEST(problems("# \xe2\x82\n") == "gateway.yaml:1" + text);
  // yaml-cpp takes byte 4 for the end of the file, and would leave out what follows.
  BOOST_TEST(problems("workers: 1\n\x04nonsense: 1\n") == "gateway.yaml:2" + text);
  BOOST_TEST(problems(std::string("workers: 1\n\0", 12)) == "gateway.yaml:2" + text);
  BOOST_TEST(problems("# gr\xc3\xb6\xc3\x9f\x65 \xe2\x82\xac \xf0\x9f\x94\x91\n") == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(keys_and_types)

BOOST_AUTO_TEST_CASE(an_unknown_key_is_named_with_what_was_probably_meant) {
  BOOST_TEST(problems("limits:\n  conections: 5\n") ==
             "gateway.yaml:2: limits.conections: unknown key; did you mean connections?\n");
  BOOST_TEST(problems("log:\n  file: x\n") ==
             "gateway.yaml:2: log.file: unknown key; expected level, format or audit\n");
  BOOST_TEST(problems("worker: 5\n") == "gateway.yaml:1: worker: unknown key; did you mean workers?\n");
}

BOOST_AUTO_TEST_CASE(sections_that_are_yet_to_come_are_unknown) {
  BOOST_TEST(problems("store: { etcd: {} }\n") ==
             "gateway.yaml:1: store.etcd: unknown key; expected type, memory or redis\n");
  BOOST_TEST(
      problems("metrics: {}\n") ==
      "gateway.yaml:1: metrics: unknown key; expected listen, admin, workers, limits, dialect, cookie, "
      "accept, "
      "session_store, express, salt, keys, session, store, identity, rules, checks, views, commit or log\n");
  BOOST_TEST(problems("store: { type: etcd }\n") ==
             "gateway.yaml:1: store.type: expected memory or redis, got etcd\n");
  BOOST_TEST(problems("dialect: php\n") ==
             "gateway.yaml:1: dialect: expected native, session-store or express, got php\n");
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_twice_is_refused) {
  BOOST_TEST(problems("workers: 1\nlog: {}\nworkers: 2\n") ==
             "gateway.yaml:3: workers: given twice, first in line 1\n");
  BOOST_TEST(problems("log:\n  level: info\n  level: info\n") ==
             "gateway.yaml:3: log.level: given twice, first in line 2\n");
  BOOST_TEST(problems("rules:\n  a: { /x: { exists: true } }\n  a: { /y: { exists: true } }\n") ==
             "gateway.yaml:3: rules.a: given twice, first in line 2\n");
}

BOOST_AUTO_TEST_CASE(a_value_of_another_type_is_named_by_its_kind) {
  BOOST_TEST(problems("limits: 5\n") == "gateway.yaml:1: limits: expected a map, got a single value\n");
  BOOST_TEST(problems("limits: [connections]\n") == "gateway.yaml:1: limits: expected a map, got a list\n");
  BOOST_TEST(problems("listen: { unix: /x }\n") == "gateway.yaml:1: listen: expected a list, got a map\n");
  BOOST_TEST(problems("workers: [1]\n") == "gateway.yaml:1: workers: expected auto or 1..256, got a list\n");
  BOOST_TEST(problems("cookie:\n  name:\n    first: x\n") ==
             "gateway.yaml:2: cookie.name: expected text, got a map\n");
  BOOST_TEST(problems("log: { level: }\n") ==
             "gateway.yaml:1: log.level: expected debug, info, warning or error, got nothing\n");
  BOOST_TEST(problems("rules: []\n") == "gateway.yaml:1: rules: expected a map, got a list\n");
  BOOST_TEST(problems("rules: { a: x }\n") ==
             "gateway.yaml:1: rules.a: expected a map, got a single value\n");
}

BOOST_AUTO_TEST_CASE(a_truth_value_is_true_or_false_and_no_other_word) {
  BOOST_TEST(!settings("cookie: { name: s, secure: false }\n").cookie.secure);
  BOOST_TEST(problems("cookie: { secure: yes }\n") ==
             "gateway.yaml:1: cookie.secure: expected true or false, got yes\n");
  BOOST_TEST(problems("cookie: { secure: True }\n") ==
             "gateway.yaml:1: cookie.secure: expected true or false, got True; did you mean true?\n");
}

BOOST_AUTO_TEST_CASE(a_named_value_is_one_of_those_there_are) {
  BOOST_TEST((settings("cookie: { same_site: strict }\n").cookie.same_site == SameSite::strict));
  BOOST_TEST((settings("session: { flush: behind }\n").flush == FlushMode::behind));
  BOOST_TEST((settings("log: { level: debug, format: json }\n").log.level == LogLevel::debug));
  BOOST_TEST((settings("log: { level: debug, format: json }\n").log.format == LogFormat::json));
  BOOST_TEST(
      problems("log: { level: warn }\n") ==
      "gateway.yaml:1: log.level: expected debug, info, warning or error, got warn; did you mean warning?\n");
  BOOST_TEST(problems("cookie: { same_site: laxx }\n") ==
             "gateway.yaml:1: cookie.same_site: expected strict, lax or none, got laxx; did you mean lax?\n");
  BOOST_TEST(problems("session: { flush: later }\n") ==
             "gateway.yaml:1: session.flush: expected wait or behind, got later\n");
}

BOOST_AUTO_TEST_CASE(problems_come_all_at_once_and_in_line_order) {
  BOOST_TEST(
      problems("log:\n"
               "  level: loud\n"
               "session: { idle_timeout: 5 }\n"
               "workers: 0\n"
               "limits:\n"
               "  request_bytes: 1KB\n"
               "  conections: 1\n"
               "log: {}\n") ==
      "gateway.yaml:2: log.level: expected debug, info, warning or error, got loud\n"
      "gateway.yaml:3: session.idle_timeout: expected a duration with its unit (ms, s, m, h or d), got 5\n"
      "gateway.yaml:4: workers: expected auto or 1..256, got 0\n"
      "gateway.yaml:6: limits.request_bytes: expected a size in bytes or with a unit (KiB, MiB or GiB), got "
      "1KB\n"
      "gateway.yaml:7: limits.conections: unknown key; did you mean connections?\n"
      "gateway.yaml:8: log: given twice, first in line 1\n");
}

BOOST_AUTO_TEST_CASE(nothing_from_the_file_can_break_a_line_of_the_log) {
  BOOST_TEST(problems("workers: \"1\\nforged\"\n") ==
             "gateway.yaml:1: workers: expected auto or 1..256, got \"1\\x0aforged\"\n");
  BOOST_TEST(
      problems("\"a\\e[31m\": 1\n").starts_with("gateway.yaml:1: a\\x1b[31m: unknown key; expected listen,"));
  BOOST_TEST(problems("dialect: " + std::string(5000, 'x') + "\n") ==
             "gateway.yaml:1: dialect: expected native, session-store or express, got " +
                 std::string(80, 'x') + "...\n");
  BOOST_TEST(problems("dialect: \"\"\n") ==
             "gateway.yaml:1: dialect: expected native, session-store or express, got \"\"\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rendering)

BOOST_AUTO_TEST_CASE(a_problem_is_one_line_with_what_is_known_of_its_place) {
  BOOST_TEST(render("gateway.yaml", {12, "store.redis.port", "expected 1..65535, got 99999"}) ==
             "gateway.yaml:12: store.redis.port: expected 1..65535, got 99999");
  BOOST_TEST(render("gateway.yaml", {12, "", "text"}) == "gateway.yaml:12: text");
  BOOST_TEST(render("etc/gateway.yaml", {0, "", "text"}) == "etc/gateway.yaml: text");
}

BOOST_AUTO_TEST_SUITE_END()
