#include "core/authz/rule_set.h"

#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/fake_clock.h"

namespace session::test {
namespace {

// The facts about a session with these attributes; `attributes` outlives them.
RuleInput facts(const Json& attributes) {
  return {attributes.contains("user"), [&attributes]() -> const Json& { return attributes; }};
}

using Op = Condition::Op;

// Whether one condition holds.
bool holds(const std::string& pointer, Op op, std::string_view operand, std::string_view attributes) {
  const RuleSet book({Rule{"rule", {Condition{pointer, op, Json::parse(operand)}}}});
  const Json parsed = Json::parse(attributes);
  return book.check("rule", facts(parsed)).unmet.empty();
}

RuleSet book() {
  return RuleSet({
      Rule{"user", {Condition{"/user", Op::exists, true}}},
      Rule{"admin", {Condition{"/user", Op::exists, true}, Condition{"/groups", Op::contains, "admin"}}},
      Rule{"anyone", {}},
  });
}

// The first rule that is not met, with "?" if it is not known; empty if all are met.
std::string unmet(std::string_view required, std::string_view attributes) {
  const RuleSet rules = book();
  const Json parsed = Json::parse(attributes);
  const auto verdict = rules.check(required, facts(parsed));
  return std::string(verdict.unmet) + (verdict.unknown ? "?" : "") + (verdict.login ? "!" : "");
}

const std::string kNobody = "{}";
const std::string kAlice = R"({"user":"alice","groups":["staff"]})";
const std::string kRoot = R"({"user":"root","groups":["staff","admin"]})";

BOOST_AUTO_TEST_SUITE(rules)

BOOST_AUTO_TEST_CASE(equals_is_the_same_value_of_the_same_type) {
  BOOST_TEST(holds("/a", Op::equals, R"("x")", R"({"a":"x"})"));
  BOOST_TEST(holds("/a", Op::equals, "1", R"({"a":1})"));
  BOOST_TEST(holds("/a", Op::equals, R"({"b":[1]})", R"({"a":{"b":[1]}})"));
  BOOST_TEST(!holds("/a", Op::equals, R"("x")", R"({"a":"X"})"));
  BOOST_TEST(!holds("/a", Op::equals, "1", R"({"a":"1"})"));
  BOOST_TEST(!holds("/a", Op::equals, "true", R"({"a":1})"));
  BOOST_TEST(!holds("/a", Op::equals, "true", R"({"a":"true"})"));
  BOOST_TEST(!holds("/a", Op::equals, R"("x")", R"({"a":["x"]})"));
}

BOOST_AUTO_TEST_CASE(nothing_equals_what_is_absent_or_null) {
  BOOST_TEST(!holds("/a", Op::equals, R"("x")", "{}"));
  BOOST_TEST(!holds("/a", Op::equals, "null", "{}"));
  BOOST_TEST(!holds("/a", Op::equals, "null", R"({"a":null})"));
  BOOST_TEST(!holds("/a", Op::equals, R"("")", R"({"a":null})"));
}

BOOST_AUTO_TEST_CASE(one_of_is_a_member_of_the_operand) {
  BOOST_TEST(holds("/a", Op::one_of, R"(["x","y"])", R"({"a":"y"})"));
  BOOST_TEST(!holds("/a", Op::one_of, R"(["x","y"])", R"({"a":"z"})"));
  BOOST_TEST(!holds("/a", Op::one_of, R"(["x","y"])", R"({"a":["x","y"]})"));
  BOOST_TEST(!holds("/a", Op::one_of, "[]", R"({"a":"x"})"));
  BOOST_TEST(!holds("/a", Op::one_of, "[null]", R"({"a":null})"));
  BOOST_TEST(!holds("/a", Op::one_of, "[null]", "{}"));
}

BOOST_AUTO_TEST_CASE(contains_is_a_whole_member_of_an_array) {
  BOOST_TEST(holds("/a", Op::contains, R"("admin")", R"({"a":["staff","admin"]})"));
  BOOST_TEST(!holds("/a", Op::contains, R"("admin")", R"({"a":["administrators"]})"));
  BOOST_TEST(!holds("/a", Op::contains, R"("admin")", R"({"a":"admin"})"));
  BOOST_TEST(!holds("/a", Op::contains, R"("admin")", R"({"a":{"admin":true}})"));
  BOOST_TEST(!holds("/a", Op::contains, R"("admin")", R"({"a":[["admin"]]})"));
  BOOST_TEST(!holds("/a", Op::contains, R"("admin")", R"({"a":["Admin","admin "]})"));
  BOOST_TEST(!holds("/a", Op::contains, R"("admin")", R"({"a":[]})"));
  BOOST_TEST(!holds("/a", Op::contains, R"("admin")", "{}"));
}

BOOST_AUTO_TEST_CASE(exists_is_there_and_not_null) {
  BOOST_TEST(holds("/a", Op::exists, "true", R"({"a":0})"));
  BOOST_TEST(holds("/a", Op::exists, "true", R"({"a":""})"));
  BOOST_TEST(holds("/a", Op::exists, "true", R"({"a":false})"));
  BOOST_TEST(!holds("/a", Op::exists, "true", R"({"a":null})"));
  BOOST_TEST(!holds("/a", Op::exists, "true", "{}"));
  BOOST_TEST(holds("/a", Op::exists, "false", "{}"));
  BOOST_TEST(holds("/a", Op::exists, "false", R"({"a":null})"));
  BOOST_TEST(!holds("/a", Op::exists, "false", R"({"a":0})"));
}

BOOST_AUTO_TEST_CASE(a_pointer_that_leads_nowhere_finds_nothing) {
  for (const std::string pointer :
       {"/a/b/c", "/list/-", "/list/01", "/list/7", "/list/x", "/list/99999999999999999999999"}) {
    BOOST_TEST(!holds(pointer, Op::exists, "true", R"({"a":"x","list":[1]})"), pointer);
    BOOST_TEST(!holds(pointer, Op::equals, "1", R"({"a":"x","list":[1]})"), pointer);
  }
  BOOST_TEST(holds("/list/0", Op::equals, "1", R"({"list":[1]})"));
}

BOOST_AUTO_TEST_CASE(all_conditions_of_a_rule_must_hold) {
  BOOST_TEST(unmet("admin", kRoot) == "");
  BOOST_TEST(unmet("admin", kAlice) == "admin");
  BOOST_TEST(unmet("admin", R"({"groups":["admin"]})") == "admin");
}

BOOST_AUTO_TEST_CASE(all_required_rules_must_hold_and_the_first_unmet_is_named) {
  BOOST_TEST(unmet("user,admin", kRoot) == "");
  BOOST_TEST(unmet("user,admin", kAlice) == "admin");
  BOOST_TEST(unmet("user,admin", kNobody) == "user");
  BOOST_TEST(unmet("admin,user", kNobody) == "admin");
}

BOOST_AUTO_TEST_CASE(spaces_and_empty_items_in_the_list_do_not_count) {
  BOOST_TEST(unmet(" user , admin ", kRoot) == "");
  BOOST_TEST(unmet(" user ,\tadmin ", kAlice) == "admin");
  BOOST_TEST(unmet(",,user,", kAlice) == "");
  BOOST_TEST(unmet("", kNobody) == "");
}

BOOST_AUTO_TEST_CASE(an_unknown_rule_is_never_satisfied) {
  for (const auto* required :
       {"admn", "Admin", "admin admin", "user;admin", "*", "anyone,nosuch", "user|admin"}) {
    BOOST_TEST(unmet(required, kRoot).ends_with("?"), required);
  }
  BOOST_TEST(unmet("anyone,nosuch", kRoot) == "nosuch?");
  const Json root = Json::parse(kRoot);
  BOOST_TEST(RuleSet({}).check("user", facts(root)).unknown);
}

BOOST_AUTO_TEST_CASE(login_is_satisfied_by_a_session_that_has_a_subject) {
  BOOST_TEST(unmet("login", kAlice) == "");
  BOOST_TEST(unmet("login", kNobody) == "login!");
  BOOST_TEST(unmet("login,admin", kNobody) == "login!");
  BOOST_TEST(unmet("login,admin", kAlice) == "admin");
}

BOOST_AUTO_TEST_CASE(a_configured_rule_of_the_name_login_counts_instead) {
  const RuleSet own({Rule{"login", {Condition{"/user", Op::equals, "root"}}}});
  const Json alice = Json::parse(kAlice);
  const auto verdict = own.check("login", facts(alice));
  BOOST_TEST(verdict.unmet == "login");
  BOOST_TEST(!verdict.login);
}

BOOST_AUTO_TEST_CASE(a_rule_without_conditions_holds_for_every_session) {
  BOOST_TEST(unmet("anyone", kNobody) == "");
}

// What is unmet of a rule that wants a login of the last ten minutes, at an age of the login.
std::string unmet_at(std::optional<seconds> age, std::string_view attributes = R"({"user":"alice"})",
                     std::vector<Condition> conditions = {}) {
  FakeClock clock;
  const RuleSet rules({Rule{"fresh", std::move(conditions), seconds(600)}});
  const Json parsed = Json::parse(attributes);
  RuleInput input = facts(parsed);
  RuleInput at{input.has_subject, input.attributes, std::nullopt, clock};
  if (age) at.authenticated = clock.unix_now() - *age;
  const auto decision = rules.check("fresh", at);
  return std::string(decision.unmet) + (decision.login ? "!" : "") + (decision.stale ? " stale" : "");
}

BOOST_AUTO_TEST_CASE(a_login_is_stale_when_it_is_longer_ago_than_the_rule_says) {
  BOOST_TEST(unmet_at(seconds(0)).empty());
  BOOST_TEST(unmet_at(seconds(600)).empty());
  BOOST_TEST(unmet_at(seconds(601)) == "fresh stale");
  BOOST_TEST(unmet_at(std::nullopt) == "fresh stale");
}

BOOST_AUTO_TEST_CASE(a_login_of_the_future_is_stale_unless_clocks_differ_so_much) {
  BOOST_TEST(unmet_at(-seconds(60)).empty());
  BOOST_TEST(unmet_at(-seconds(61)) == "fresh stale");
}

BOOST_AUTO_TEST_CASE(who_is_nobody_has_to_log_in_for_a_fresh_login) {
  BOOST_TEST(unmet_at(seconds(0), "{}") == "fresh!");
}

// Whoever may not do something anyway gains nothing by logging in again.
BOOST_AUTO_TEST_CASE(the_other_conditions_of_a_rule_come_before_its_fresh_login) {
  const Condition admin{"/groups", Op::contains, "admin"};
  BOOST_TEST(unmet_at(seconds(601), R"({"user":"alice"})", {admin}) == "fresh");
  BOOST_TEST(unmet_at(seconds(601), R"({"user":"alice","groups":["admin"]})", {admin}) == "fresh stale");
  BOOST_TEST(unmet_at(seconds(1), R"({"user":"alice","groups":["admin"]})", {admin}).empty());
}

BOOST_AUTO_TEST_CASE(attributes_are_not_decoded_for_a_fresh_login) {
  FakeClock clock;
  const RuleSet rules({Rule{"fresh", {}, seconds(600)}});
  bool decoded = false;
  const RuleInput input{true,
                        [&decoded]() -> const Json& {
                          static const Json none;
                          decoded = true;
                          return none;
                        },
                        clock.unix_now(), clock};
  BOOST_TEST(rules.check("fresh", input).unmet.empty());
  BOOST_TEST(!decoded);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
