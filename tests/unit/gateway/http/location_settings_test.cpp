#include "gateway/http/location_settings.h"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/table.h"
#include "tests/support/endpoint_fixture.h"

namespace session::test {
namespace {

using gateway::LocationSettings;
using Lists = std::vector<std::string>;

std::string sorted(std::string_view list) {
  Lists items;
  for (std::size_t at = 0; at < list.size();) {
    const auto end = std::min(list.find(',', at), list.size());
    items.emplace_back(list.substr(at, end - at));
    at = end + 1;
  }
  std::sort(items.begin(), items.end());
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ",") + item;
  return out;
}

// What the lists allow together, in whatever order they come: fails the test if that makes a difference.
std::string allowed(Lists lists) {
  std::sort(lists.begin(), lists.end());
  std::string first;
  bool any = false;
  do {
    LocationSettings settings;
    for (const std::string& list : lists) settings.add_allow(list);
    const std::string now = sorted(settings.allow());
    if (any) BOOST_TEST(now == first);
    first = now;
    any = true;
  } while (std::next_permutation(lists.begin(), lists.end()));
  return first;
}

std::string exposed(const Lists& lists) {
  LocationSettings settings;
  for (const std::string& list : lists) settings.add_expose(list);
  return settings.expose() ? "[" + sorted(*settings.expose()) + "]" : "all";
}

BOOST_AUTO_TEST_SUITE(location_settings)

// An included file allows `set`, and the location means to narrow that: a browser must not say who its user
// is.
BOOST_FIXTURE_TEST_CASE(a_wide_allow_beside_a_narrow_one_lets_no_browser_set_the_user, EndpointFixture) {
  for (const auto& [first, second] : {std::pair("set", "set:theme;"), std::pair("set", "set:theme"),
                                      std::pair("set:theme", "set"), std::pair("", "set")}) {
    const Asked asked = Asked("POST")
                            .with("GATEWAY_ALLOW", first)
                            .with("GATEWAY_ALLOW", second)
                            .body(R"({"set":{"user":"root"}})");
    const auto response = answer(gateway::session_endpoint, asked);
    BOOST_TEST(response.status == 403);
    BOOST_TEST(response.headers.get("X-Session-Reason") == "not-allowed");
  }
  BOOST_TEST(memory.stats().entries == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_given_requires_nothing_allows_nothing_exposes_all_and_touches) {
  const LocationSettings settings;
  BOOST_TEST(settings.endpoint() == "");
  BOOST_TEST(settings.require() == "");
  BOOST_TEST(settings.allow() == "");
  BOOST_TEST(!settings.expose().has_value());
  BOOST_TEST((settings.touch() == Touch::on));
}

BOOST_AUTO_TEST_CASE(one_list_is_taken_as_it_is) {
  LocationSettings settings;
  settings.add_endpoint("session");
  settings.add_require("login, admin");
  settings.add_allow(" set:theme , destroy");
  settings.add_expose("user, theme");
  BOOST_TEST(settings.endpoint() == "session");
  BOOST_TEST(settings.require() == "login, admin");
  BOOST_TEST(settings.allow() == " set:theme , destroy");
  BOOST_TEST(settings.expose().value() == "user, theme");
}

BOOST_AUTO_TEST_CASE(required_rules_add_up) {
  LocationSettings settings;
  for (const auto* rules : {"login", "", "admin,staff"}) settings.add_require(rules);
  BOOST_TEST(settings.require() == "login,,admin,staff");
}

BOOST_AUTO_TEST_CASE(only_what_every_list_contains_is_allowed) {
  BOOST_TEST(allowed({"set", "set:theme"}) == "set:theme");
  BOOST_TEST(allowed({"set,destroy", "destroy,unset"}) == "destroy");
  BOOST_TEST(allowed({"set", "unset"}) == "");
  BOOST_TEST(allowed({"set:theme", "set:cart"}) == "");
  BOOST_TEST(allowed({"set:theme", "unset:theme"}) == "");
  BOOST_TEST(allowed({"set:theme,set:cart", " set:cart , set:theme "}) == "set:cart,set:theme");
  BOOST_TEST(allowed({"set,unset,destroy", "set:a,set:b,unset", "set:b,unset:c,destroy"}) == "set:b,unset:c");
  BOOST_TEST(allowed({"set", "set", "set"}) == "set");
}

BOOST_AUTO_TEST_CASE(an_empty_list_allows_nothing_whatever_the_others_say) {
  for (const auto* empty : {"", " ", ",", " , "}) {
    BOOST_TEST(allowed({"set,unset,destroy,regenerate", empty}) == "");
    BOOST_TEST(allowed({"set", empty, "set"}) == "");
  }
}

BOOST_AUTO_TEST_CASE(words_that_only_look_alike_contain_nothing_of_each_other) {
  for (const auto* other : {"Set", "se", "sets", "set;", "*", "set:*", "unset:theme", "settheme"})
    BOOST_TEST(allowed({"set:theme", other}) == "", other);
  BOOST_TEST(allowed({"set:a", "set:a:b"}) == "");
  BOOST_TEST(allowed({"set", "set:a:b"}) == "set:a:b");
}

BOOST_AUTO_TEST_CASE(only_what_every_list_names_is_exposed) {
  BOOST_TEST(exposed({}) == "all");
  BOOST_TEST(exposed({"user,theme", "theme, cart"}) == "[theme]");
  BOOST_TEST(exposed({"user", "theme"}) == "[]");
  BOOST_TEST(exposed({"user", ""}) == "[]");
  BOOST_TEST(exposed({"", "user"}) == "[]");
  BOOST_TEST(exposed({"user", "user:name"}) == "[]");
  BOOST_TEST(exposed({"user,theme", "theme,user", "user"}) == "[user]");
}

BOOST_AUTO_TEST_CASE(touch_off_wins_wherever_it_stands) {
  for (const auto& values : {Lists{"off"}, Lists{"on", "off"}, Lists{"off", "on"}, Lists{"off", ""}}) {
    LocationSettings settings;
    for (const std::string& value : values) settings.add_touch(value);
    BOOST_TEST((settings.touch() == Touch::off));
  }
  for (const auto* value : {"on", "", "OFF", " off", "0"}) {
    LocationSettings settings;
    settings.add_touch(value);
    BOOST_TEST((settings.touch() == Touch::on), value);
  }
}

BOOST_AUTO_TEST_CASE(commits_are_refused_by_every_word_but_on_wherever_it_stands) {
  BOOST_TEST(LocationSettings().may_commit());
  for (const auto& values : {Lists{"on"}, Lists{"on", "on"}}) {
    LocationSettings settings;
    for (const std::string& value : values) settings.add_commit(value);
    BOOST_TEST(settings.may_commit());
  }
  for (const auto& values : {Lists{""}, Lists{"off"}, Lists{"ON"}, Lists{" on"}, Lists{"on "}, Lists{"1"},
                             Lists{"on,on"}, Lists{"on", ""}, Lists{"", "on"}, Lists{"on", "off", "on"}}) {
    LocationSettings settings;
    for (const std::string& value : values) settings.add_commit(value);
    BOOST_TEST(!settings.may_commit());
  }
}

BOOST_AUTO_TEST_CASE(two_different_schemes_equal_none) {
  const auto scheme_of = [](const Lists& values) {
    LocationSettings settings;
    for (const std::string& value : values) settings.add_scheme(value);
    return std::string(settings.scheme());
  };
  BOOST_TEST(scheme_of({}) == "");
  BOOST_TEST(scheme_of({"HTTPS"}) == "https");
  BOOST_TEST(scheme_of({"https", "https", "HTTPS"}) == "https");
  BOOST_TEST(scheme_of({"", "https"}) == "https");
  BOOST_TEST(scheme_of({"https", "http"}) == "https, http");
  BOOST_TEST(scheme_of({"https", "http", "https"}) != "https");
  BOOST_TEST(scheme_of({"https", ""}) != "https");
}

BOOST_AUTO_TEST_CASE(two_different_endpoints_are_the_name_of_none) {
  gateway::Telemetry telemetry{gateway::LogSettings{}};
  const gateway::EndpointTable endpoints(telemetry);
  for (const auto& [first, second] : {std::pair("auth", "session"), std::pair("session", "auth"),
                                      std::pair("", "auth"), std::pair("auth", "")}) {
    LocationSettings settings;
    settings.add_endpoint(first);
    settings.add_endpoint(second);
    settings.add_endpoint(first);
    BOOST_TEST((endpoints.find(settings.endpoint()) == nullptr));
  }
  LocationSettings settings;
  settings.add_endpoint("auth");
  settings.add_endpoint("session");
  BOOST_TEST(settings.endpoint() == "auth, session");
}

BOOST_AUTO_TEST_CASE(the_same_endpoint_twice_is_that_endpoint) {
  LocationSettings settings;
  settings.add_endpoint("auth");
  settings.add_endpoint("auth");
  BOOST_TEST(settings.endpoint() == "auth");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
