#include "gateway/http/request.h"

#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using gateway::RequestHeaders;
using Values = std::vector<std::string_view>;

RequestHeaders some_headers() {
  RequestHeaders headers;
  headers.add("COOKIE", "a=1");
  headers.add("X_SESSION_SET", "x");
  headers.add("Cookie", "b=2");
  headers.add("X-Empty", "");
  headers.add("", "nameless");
  return headers;
}

BOOST_AUTO_TEST_SUITE(request_headers)

BOOST_AUTO_TEST_CASE(a_name_matches_in_any_case_and_as_cgi_spells_it) {
  const RequestHeaders headers = some_headers();
  for (const auto* name : {"X-Session-Set", "x-session-set", "X-SESSION-SET"})
    BOOST_TEST(headers.get(name) == "x", name);
}

BOOST_AUTO_TEST_CASE(all_values_of_a_name_come_in_their_order_and_get_gives_the_first) {
  const RequestHeaders headers = some_headers();
  const Values expected = {"a=1", "b=2"};
  BOOST_TEST(headers.all("Cookie") == expected, boost::test_tools::per_element());
  BOOST_TEST(headers.get("Cookie") == "a=1");
}

BOOST_AUTO_TEST_CASE(names_match_as_a_whole) {
  const RequestHeaders headers = some_headers();
  for (const auto* name :
       {"Cookie2", "Cooki", "X-Session", "X-Session-Set-", "X Session Set", "-", "nameless"}) {
    BOOST_TEST(headers.all(name).empty(), name);
    BOOST_TEST(headers.get(name).data() == nullptr, name);
  }
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_a_value) {
  const RequestHeaders headers = some_headers();
  BOOST_TEST(headers.all("X-Empty") == Values{""}, boost::test_tools::per_element());
  BOOST_TEST(headers.get("X-Empty").data() != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
