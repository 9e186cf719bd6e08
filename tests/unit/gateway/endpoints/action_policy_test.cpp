#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/permit.h"
#include "tests/support/asked.h"

namespace session::test {
namespace {

// What a location says to actions; "allowed" if it allows them.
std::string said(std::string_view body, std::string_view allow) {
  return gateway::not_allowed(*parse_actions(body), allow).value_or("allowed");
}

const std::string kSet = "Setting this is not allowed here.";
const std::string kUnset = "Unsetting this is not allowed here.";

// Whether a request with these headers passes as one of the same origin.
bool passes(const std::vector<std::pair<std::string, std::string>>& headers) {
  Asked asked;
  for (const auto& [name, value] : headers) asked.with("HTTP_" + name, value);
  return !gateway::cross_origin(asked.request().params);
}
bool same(const std::string& host, const std::string& origin) {
  return passes({{"HOST", host}, {"ORIGIN", origin}});
}

BOOST_AUTO_TEST_SUITE(permit)

BOOST_AUTO_TEST_CASE(without_a_list_nothing_is_allowed_but_to_change_nothing) {
  for (const auto* allow : {"", " ", ",", "nonsense"}) {
    BOOST_TEST(said(R"({"set":{"a":1}})", allow) == kSet);
    BOOST_TEST(said(R"({"unset":["a"]})", allow) == kUnset);
    BOOST_TEST(said(R"({"destroy":true})", allow) == "Destroying the session is not allowed here.");
    BOOST_TEST(said(R"({"regenerate":true})", allow) == "Regenerating the session is not allowed here.");
    BOOST_TEST(said(R"({"flush":true})", allow) == "allowed");
    BOOST_TEST(said("", allow) == "allowed");
  }
}

BOOST_AUTO_TEST_CASE(each_word_allows_its_action_and_no_other) {
  const std::pair<std::string, std::string> actions[] = {{"set", R"({"set":{"a":1}})"},
                                                         {"unset", R"({"unset":["a"]})"},
                                                         {"destroy", R"({"destroy":true})"},
                                                         {"regenerate", R"({"regenerate":true})"}};
  for (const auto& [word, unused] : actions) {
    for (const auto& [action, body] : actions)
      BOOST_TEST((said(body, word) == "allowed") == (word == action));
  }
  for (const auto& [word, body] : actions)
    BOOST_TEST(said(body, " set ,unset,\tdestroy , regenerate ") == "allowed");
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

BOOST_AUTO_TEST_SUITE(cross_origin)

BOOST_AUTO_TEST_CASE(programs_that_are_no_browsers_pass) {
  BOOST_TEST(passes({}));
  BOOST_TEST(passes({{"HOST", "shop.example"}}));
}

BOOST_AUTO_TEST_CASE(another_site_is_refused_and_told_why) {
  Asked asked;
  asked.with("HTTP_SEC_FETCH_SITE", "cross-site");
  BOOST_TEST(gateway::cross_origin(asked.request().params).value() == "The request comes from another site.");
  Asked other;
  other.with("HTTP_HOST", "shop.example").with("HTTP_ORIGIN", "https://evil.example");
  BOOST_TEST(gateway::cross_origin(other.request().params).value() ==
             "The request comes from another origin.");
}

BOOST_AUTO_TEST_CASE(sec_fetch_site_is_read_in_any_case_and_every_time_it_comes) {
  for (const auto* site : {"cross-site", "Cross-Site", "CROSS-SITE", " cross-site "})
    BOOST_TEST(!passes({{"SEC_FETCH_SITE", site}}), site);
  BOOST_TEST(!passes({{"SEC_FETCH_SITE", "same-origin"}, {"SEC_FETCH_SITE", "cross-site"}}));
  for (const auto* site : {"same-origin", "same-site", "none", ""})
    BOOST_TEST(passes({{"SEC_FETCH_SITE", site}}), site);
}

BOOST_AUTO_TEST_CASE(the_same_host_passes_whatever_the_case_and_the_port) {
  BOOST_TEST(same("shop.example", "https://shop.example"));
  BOOST_TEST(same("Shop.Example", "https://shop.eXample"));
  BOOST_TEST(same("shop.example:8443", "https://shop.example:8443"));
  BOOST_TEST(same("shop.example", "http://shop.example:8080"));
  BOOST_TEST(same("127.0.0.1:8080", "http://127.0.0.1:8080"));
  BOOST_TEST(same("shop.example", " https://shop.example "));
}

BOOST_AUTO_TEST_CASE(ipv6_hosts_are_told_apart_with_and_without_port) {
  BOOST_TEST(same("[::1]", "http://[::1]"));
  BOOST_TEST(same("[::1]:8080", "http://[::1]:8080"));
  BOOST_TEST(same("[2001:DB8::1]", "http://[2001:db8::1]:8080"));
  BOOST_TEST(!same("[::1]", "http://[::2]"));
  BOOST_TEST(!same("[::1]:8080", "http://[::11]:8080"));
  BOOST_TEST(!same("[::1]", "http://::1"));
  BOOST_TEST(!same("[::1]", "http://[::1].evil.example"));
}

BOOST_AUTO_TEST_CASE(another_host_is_refused_however_alike) {
  for (const auto* origin : {"https://evil.example", "https://shop.example.evil.example",
                             "https://ashop.example", "https://shop.exampl", "https://www.shop.example",
                             "https://example", "https://shop.example.", "https://shop-example"}) {
    BOOST_TEST(!same("shop.example", origin), origin);
  }
}

BOOST_AUTO_TEST_CASE(null_and_what_is_no_origin_are_refused) {
  for (const auto* origin : {"null",
                             "",
                             " ",
                             "shop.example",
                             "//shop.example",
                             "://shop.example",
                             "https://",
                             "https:///shop.example",
                             "https://shop.example/",
                             "https://shop.example/path",
                             "https://shop.example?x",
                             "https://shop.example#x",
                             "https://user@shop.example",
                             "https://shop.example@evil.example",
                             "https://shop.example:80@evil.example",
                             "https://shop.example:80.evil.example",
                             "https://shop.example:evil",
                             "https://shop.example:443/",
                             "https://shop.example, https://evil.example",
                             "https://shop.example\\@evil.example",
                             "https:shop.example"}) {
    BOOST_TEST(!same("shop.example", origin), origin);
  }
}

BOOST_AUTO_TEST_CASE(a_list_of_origins_is_refused_even_if_it_begins_with_ours) {
  BOOST_TEST(!same("shop.example", "https://shop.example https://evil.example"));
  BOOST_TEST(!same("shop.example", "https://shop.example:443 https://evil.example"));
  BOOST_TEST(!passes(
      {{"HOST", "shop.example"}, {"ORIGIN", "https://shop.example"}, {"ORIGIN", "https://evil.example"}}));
  BOOST_TEST(!passes({{"HOST", "shop.example"}, {"ORIGIN", "https://shop.example"}, {"ORIGIN", ""}}));
}

BOOST_AUTO_TEST_CASE(an_origin_without_a_host_to_compare_is_refused) {
  BOOST_TEST(!passes({{"ORIGIN", "https://shop.example"}}));
  BOOST_TEST(!same("", "https://"));
  BOOST_TEST(!same("", "null"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
