#include "gateway/endpoints/action_policy.h"

#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

// What a location says to actions; "allowed" if it allows them.
std::string said(std::string_view body, std::string_view allow) {
  return std::string(gateway::not_allowed(*parse_actions(body), allow).value_or("allowed"));
}

const std::string kSet = "Setting this attribute is not allowed here.";
const std::string kUnset = "Unsetting this attribute is not allowed here.";

BOOST_AUTO_TEST_SUITE(action_policy)

BOOST_AUTO_TEST_CASE(without_a_list_nothing_is_allowed_but_to_change_nothing) {
  for (const auto* allow : {"", " ", ",", "nonsense"}) {
    BOOST_TEST(said(R"({"set":{"a":1}})", allow) == kSet);
    BOOST_TEST(said(R"({"unset":["a"]})", allow) == kUnset);
    BOOST_TEST(said(R"({"destroy":true})", allow) == "Destroying the session is not allowed here.");
    BOOST_TEST(said(R"({"regenerate":true})", allow) == "Regenerating the session is not allowed here.");
    BOOST_TEST(said(R"({"lifetime":"remember"})", allow) == "Choosing this lifetime is not allowed here.");
    BOOST_TEST(said(R"({"flush":true})", allow) == "allowed");
    BOOST_TEST(said("", allow) == "allowed");
  }
}

BOOST_AUTO_TEST_CASE(each_word_allows_its_action_and_no_other) {
  const std::pair<std::string, std::string> actions[] = {{"set", R"({"set":{"a":1}})"},
                                                         {"unset", R"({"unset":["a"]})"},
                                                         {"destroy", R"({"destroy":true})"},
                                                         {"regenerate", R"({"regenerate":true})"},
                                                         {"lifetime", R"({"lifetime":"remember"})"}};
  for (const auto& [word, unused] : actions) {
    for (const auto& [action, body] : actions)
      BOOST_TEST((said(body, word) == "allowed") == (word == action));
  }
  for (const auto& [word, body] : actions)
    BOOST_TEST(said(body, " set ,unset,\tdestroy , regenerate,lifetime ") == "allowed");
}

BOOST_AUTO_TEST_CASE(words_are_whole_and_of_one_case) {
  for (const auto* allow :
       {"Set", "SET", "sets", "se", "set unset", "set;", "unset", "set:", "set:*", "*", "all"})
    BOOST_TEST(said(R"({"set":{"a":1}})", allow) == kSet, allow);
}

BOOST_AUTO_TEST_CASE(keys_are_allowed_one_by_one) {
  BOOST_TEST(said(R"({"set":{"cart":1}})", "set:cart") == "allowed");
  BOOST_TEST(said(R"({"set":{"cart":1,"prefs":2}})", "set:cart, set:prefs") == "allowed");
  BOOST_TEST(said(R"({"set":{"cart":1,"user":"root"}})", "set:cart,set:prefs") == kSet);
  BOOST_TEST(said(R"({"unset":["cart"]})", "unset:cart") == "allowed");
  BOOST_TEST(said(R"({"unset":["cart","user"]})", "unset:cart") == kUnset);
  BOOST_TEST(said(R"({"lifetime":"kiosk"})", "lifetime:kiosk") == "allowed");
  BOOST_TEST(said(R"({"lifetime":"remember"})", "lifetime:kiosk") != "allowed");
  BOOST_TEST(said(R"({"unset":["cart"]})", "set:cart") == kUnset);
  BOOST_TEST(said(R"({"set":{"cart":1}})", "unset:cart") == kSet);
}

BOOST_AUTO_TEST_CASE(no_key_talks_its_way_past_the_list) {
  for (const auto* key : {"Cart", "cart ", " cart", "cart2", "car", "", "cart,set", "cart,set:user",
                          "set:cart", "cart/x", "cart\\u0000", "*", "user"}) {
    BOOST_TEST(said("{\"set\":{\"" + std::string(key) + "\":1}}", "set:cart") == kSet, key);
    BOOST_TEST(said("{\"unset\":[\"" + std::string(key) + "\"]}", "unset:cart") == kUnset, key);
  }
}

BOOST_AUTO_TEST_CASE(the_subject_is_a_key_like_any_other) {
  BOOST_TEST(said(R"({"set":{"user":"root"}})", "set:theme") == kSet);
  BOOST_TEST(said(R"({"set":{"theme":{"user":"root"}}})", "set:theme") == "allowed");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
