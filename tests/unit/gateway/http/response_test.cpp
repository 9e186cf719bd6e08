#include "gateway/http/response.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using namespace std::string_literals;
using gateway::Headers;

BOOST_AUTO_TEST_SUITE(response)

BOOST_AUTO_TEST_CASE(every_status_that_we_send_has_its_reason) {
  const std::pair<int, const char*> reasons[] = {{200, "OK"},
                                                 {204, "No Content"},
                                                 {303, "See Other"},
                                                 {400, "Bad Request"},
                                                 {401, "Unauthorized"},
                                                 {403, "Forbidden"},
                                                 {404, "Not Found"},
                                                 {405, "Method Not Allowed"},
                                                 {413, "Content Too Large"},
                                                 {500, "Internal Server Error"},
                                                 {503, "Service Unavailable"}};
  for (const auto& [status, reason] : reasons) BOOST_TEST(gateway::reason_phrase(status) == reason);
}

BOOST_AUTO_TEST_CASE(no_value_ends_its_line) {
  Headers headers;
  headers.add("X-A", "a\r\nX-B: b\nc\rd\0e"s);
  BOOST_TEST(headers.lines() == "X-A: a  X-B: b c d e\r\n");
  BOOST_TEST(!headers.has("X-B"));
}

BOOST_AUTO_TEST_CASE(a_header_is_found_without_regard_to_case) {
  Headers headers;
  headers.add("X-Some-Name", "first").add("x-some-name", "second").add("X-Empty", "");
  for (const auto* name : {"X-Some-Name", "x-some-name", "X-SOME-NAME"})
    BOOST_TEST(headers.get(name) == "first");
  BOOST_TEST(headers.has("X-Empty"));
  BOOST_TEST(headers.get("X-Empty") == "");
  for (const auto* name : {"X-Some", "X-Some-Name:", "X-Some-Name2", "first", ""})
    BOOST_TEST(!headers.has(name), name);
  BOOST_TEST(!Headers().has("X-A"));
}

BOOST_AUTO_TEST_CASE(a_colon_in_a_value_is_part_of_the_value) {
  Headers headers;
  headers.add("Location", "https://a.example/?x=1:2");
  BOOST_TEST(headers.get("Location") == "https://a.example/?x=1:2");
}

BOOST_AUTO_TEST_CASE(whole_lines_are_taken_as_they_are) {
  Headers headers;
  headers.add("A", "1").add_lines("B: 2\r\nC: \r\n").add("D", "4");
  BOOST_TEST(headers.lines() == "A: 1\r\nB: 2\r\nC: \r\nD: 4\r\n");
  BOOST_TEST(headers.get("B") == "2");
  BOOST_TEST(headers.has("C"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
