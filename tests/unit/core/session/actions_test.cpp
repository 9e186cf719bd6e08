#include "core/session/actions.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

// Actions as one line; what is wrong with the text if it is refused.
std::string shown(const Result<Actions, InputProblem>& actions) {
  if (!actions) return actions.error().text;
  std::string text = "set " + to_text(actions->set) + " unset";
  for (const std::string& key : actions->unset) text += " <" + key + ">";
  if (actions->destroy) text += " destroy";
  if (actions->regenerate) text += " regenerate";
  if (actions->lifetime) text += " lifetime " + *actions->lifetime;
  if (actions->flush) text += " flush";
  return text;
}

std::string of_body(std::string_view body) { return shown(parse_actions(body)); }
std::string of_texts(const ActionTexts& texts) { return shown(parse_actions(texts)); }
std::string of_set(std::string_view text) { return of_texts({.set = {text}}); }

const std::string kNothing = "set {} unset";

BOOST_AUTO_TEST_SUITE(actions_of_a_body)

BOOST_AUTO_TEST_CASE(all_members_are_read) {
  BOOST_TEST(of_body(R"({"set":{"a":1,"b":{"c":[]}},"unset":["x","y z"],"regenerate":true,"flush":true})") ==
             R"(set {"a":1,"b":{"c":[]}} unset <x> <y z> regenerate flush)");
  BOOST_TEST(of_body(R"({"destroy":true})") == kNothing + " destroy");
  BOOST_TEST(of_body(R"({"lifetime":"remember"})") == kNothing + " lifetime remember");
}

BOOST_AUTO_TEST_CASE(nothing_asked_is_nothing_done) {
  for (const auto* body : {"", " ", "\r\n\t ", "{}", R"({"destroy":false,"regenerate":false,"flush":false})",
                           R"({"set":{},"unset":[]})"}) {
    BOOST_TEST(of_body(body) == kNothing, body);
    BOOST_TEST(!parse_actions(body)->any());
  }
}

BOOST_AUTO_TEST_CASE(flush_alone_changes_nothing) {
  BOOST_TEST(!parse_actions(R"({"flush":true})")->any());
  for (const auto* body : {R"({"set":{"a":1}})", R"({"unset":["a"]})", R"({"destroy":true})",
                           R"({"regenerate":true})", R"({"lifetime":"remember"})"})
    BOOST_TEST(parse_actions(body)->any(), body);
}

BOOST_AUTO_TEST_CASE(a_wrong_type_is_refused_and_named) {
  for (const auto* body : {R"({"set":[]})", R"({"set":"a=b"})", R"({"set":null})", R"({"set":1})"})
    BOOST_TEST(of_body(body) == "set is a JSON object", body);
  for (const auto* body :
       {R"({"unset":"a"})", R"({"unset":{}})", R"({"unset":[1]})", R"({"unset":["a",null]})"})
    BOOST_TEST(of_body(body) == "unset is an array of strings", body);
  for (const auto* value : {"1", "true", "null", "[]", "\"\""})
    BOOST_TEST(of_body("{\"lifetime\":" + std::string(value) + "}") == "lifetime is the name of a lifetime");
  for (const auto* value : {"1", "\"true\"", "null", "[]"}) {
    for (const std::string name : {"destroy", "regenerate", "flush"}) {
      BOOST_TEST(of_body("{\"" + name + "\":" + value + "}") == name + " is true or false");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_object_is_refused) {
  for (const auto* body : {"[]", "null", "1", "\"set\"", "true"})
    BOOST_TEST(of_body(body) == "actions are a JSON object");
}

BOOST_AUTO_TEST_CASE(unknown_members_are_refused) {
  for (const auto* body :
       {R"({"sett":{}})", R"({"Set":{}})", R"({"":1})", R"({"set":{},"user":"alice"})", R"({"touch":true})"})
    BOOST_TEST(
        of_body(body) == "actions are set, unset, destroy, regenerate, lifetime and flush, and nothing else",
        body);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_json_is_refused_without_quoting_it) {
  BOOST_TEST(of_body("set=hunter2") == "not JSON, at byte 1");
  BOOST_TEST(of_body(R"({"set":{"a":1,"a":2}})") == "an object has the same key twice");
  BOOST_TEST(of_body(R"({"destroy":false,"destroy":true})") == "an object has the same key twice");
  BOOST_TEST(of_body(R"({"set":{"a":1e999}})") == "a number is too large");
  BOOST_TEST(of_body("{\"set\":{\"a\":\"\xff\"}}").starts_with("not JSON, at byte "));
}

BOOST_AUTO_TEST_CASE(what_is_set_may_be_as_deep_in_a_body_as_in_a_header) {
  const std::string object = [] {
    std::string text;
    for (int i = 0; i < 31; ++i) text += R"({"a":)";
    return text + "{}" + std::string(31, '}');
  }();
  BOOST_TEST(of_set(object) == "set " + object + " unset");
  BOOST_TEST(of_body("{\"set\":" + object + "}") == "set " + object + " unset");
  BOOST_TEST(of_set("{\"a\":" + object + "}") == "set: nested more than 32 deep");
  BOOST_TEST(of_body("{\"set\":{\"a\":" + object + "}}") == "nested more than 33 deep");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(actions_of_texts)

BOOST_AUTO_TEST_CASE(set_is_an_object_or_a_pair) {
  BOOST_TEST(of_set(R"({"a":1})") == R"(set {"a":1} unset)");
  BOOST_TEST(of_set("a=b") == R"(set {"a":"b"} unset)");
  BOOST_TEST(of_set("a=") == R"(set {"a":""} unset)");
  BOOST_TEST(of_set("a=b=c") == R"(set {"a":"b=c"} unset)");
  BOOST_TEST(of_set("a=1") == R"(set {"a":"1"} unset)");
  BOOST_TEST(of_set("a={\"b\":1}") == R"(set {"a":"{\"b\":1}"} unset)");
  BOOST_TEST(of_set("  a=b\t") == R"(set {"a":"b"} unset)");
  BOOST_TEST(of_set("name=Jürgen \"J\"") == R"(set {"name":"Jürgen \"J\""} unset)");
}

BOOST_AUTO_TEST_CASE(set_that_is_neither_is_refused) {
  for (const auto* text : {"a", "=b", "=", "[1]", "null", "\"a\"", "true"})
    BOOST_TEST(of_set(text) == "set is a JSON object or key=value", text);
  // A byte order mark is no part of a name.
  for (const auto* text : {"\xef\xbb\xbf{\"a\":1}", "\xef\xbb\xbf{\"a\":\"b=c\"}",
                           "\xef\xbb\xbf"
                           "a=b"})
    BOOST_TEST(of_set(text) == "set is a JSON object or key=value", text);
  for (const auto* text : {"{", "{\"a\"}", "{} x", "{a=b}"})
    BOOST_TEST(of_set(text).starts_with("set: not JSON, at byte "), text);
  BOOST_TEST(of_set(R"({"a":1,"a":2})") == "set: an object has the same key twice");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_refused_in_either_form) {
  for (const auto* text : {"a=\xff", "\xff=a", "a=\xc0\xaf", "a=\xed\xa0\x80", "a=b\xc3"})
    BOOST_TEST(of_set(text) == "set: not UTF-8");
  BOOST_TEST(of_set("{\"a\":\"\xff\"}").starts_with("set: not JSON, at byte "));
}

BOOST_AUTO_TEST_CASE(several_texts_count_one_after_the_other) {
  BOOST_TEST(of_texts({.set = {"a=1", R"({"a":2,"b":3})", "c=4"}}) == R"(set {"a":2,"b":3,"c":"4"} unset)");
  BOOST_TEST(of_texts({.unset = {"a, b", "c"}}) == kNothing + " <a> <b> <c>");
}

BOOST_AUTO_TEST_CASE(unset_is_a_list_with_spaces_and_empty_items) {
  BOOST_TEST(of_texts({.unset = {" a ,,\tb c, "}}) == kNothing + " <a> <b c>");
  BOOST_TEST(of_texts({.unset = {" , "}}) == kNothing);
}

BOOST_AUTO_TEST_CASE(flags_are_true_or_false_or_empty) {
  BOOST_TEST(of_texts({.destroy = {" true "}}) == kNothing + " destroy");
  BOOST_TEST(of_texts({.regenerate = {"true"}, .flush = {"true"}}) == kNothing + " regenerate flush");
  BOOST_TEST(of_texts({.destroy = {"false"}, .regenerate = {""}, .flush = {" "}}) == kNothing);
  BOOST_TEST(of_texts({.destroy = {"false", "true", "false"}}) == kNothing + " destroy");
  for (const auto* text : {"1", "yes", "True", "TRUE", "true,true", "true;", "tru"}) {
    BOOST_TEST(of_texts({.destroy = {text}}) == "destroy is true or false", text);
    BOOST_TEST(of_texts({.regenerate = {text}}) == "regenerate is true or false", text);
    BOOST_TEST(of_texts({.flush = {text}}) == "flush is true or false", text);
  }
}

BOOST_AUTO_TEST_CASE(empty_texts_are_as_if_they_had_not_come) {
  BOOST_TEST(of_texts({}) == kNothing);
  BOOST_TEST(
      of_texts({.set = {"", " "}, .unset = {""}, .destroy = {""}, .regenerate = {""}, .flush = {""}}) ==
      kNothing);
}

BOOST_AUTO_TEST_CASE(a_lifetime_is_one_name) {
  BOOST_TEST(of_texts({.lifetime = {" remember ", "", "remember"}}) == kNothing + " lifetime remember");
  BOOST_TEST(of_texts({.lifetime = {"remember", "kiosk"}}) == "lifetime is one name");
  BOOST_TEST(of_texts({.lifetime = {" "}}) == kNothing);
}

BOOST_AUTO_TEST_CASE(one_bad_text_among_good_ones_is_refused) {
  BOOST_TEST(of_texts({.set = {"a=1", "nonsense"}}) == "set is a JSON object or key=value");
  BOOST_TEST(of_texts({.set = {"a=1"}, .destroy = {"perhaps"}}) == "destroy is true or false");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(actions_together)

BOOST_AUTO_TEST_CASE(merged_actions_are_those_of_both_and_the_second_value_counts) {
  const Actions merged_ones =
      merged(*parse_actions(R"({"set":{"a":1,"b":{"x":1}},"unset":["u"],"flush":true,"lifetime":"x"})"),
             *parse_actions(R"({"set":{"b":{"y":2}},"unset":["v"],"regenerate":true,"lifetime":"y"})"));
  BOOST_TEST(shown(merged_ones) == R"(set {"a":1,"b":{"y":2}} unset <u> <v> regenerate lifetime y flush)");
  BOOST_TEST(shown(merged(*parse_actions(R"({"destroy":true})"), Actions())) == kNothing + " destroy");
}

BOOST_AUTO_TEST_CASE(destroy_with_anything_else_is_a_contradiction) {
  for (const auto* body : {R"({"destroy":true,"set":{"a":1}})", R"({"destroy":true,"unset":["a"]})",
                           R"({"destroy":true,"regenerate":true})", R"({"destroy":true,"lifetime":"x"})"}) {
    BOOST_TEST(contradiction(*parse_actions(body)) == "destroy goes with no other action", body);
  }
  BOOST_TEST(contradiction(*parse_actions(R"({"destroy":true,"flush":true,"set":{},"regenerate":false})")) ==
             "");
}

BOOST_AUTO_TEST_CASE(a_key_both_set_and_unset_is_a_contradiction) {
  BOOST_TEST(contradiction(*parse_actions(R"({"set":{"a":1},"unset":["b","a"]})")) ==
             "a key is both set and unset");
  BOOST_TEST(contradiction(*parse_actions(R"({"set":{"a":1},"unset":["b","A"],"regenerate":true})")) == "");
  BOOST_TEST(contradiction(Actions()) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
