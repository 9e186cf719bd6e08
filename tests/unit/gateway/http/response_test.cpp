#include "gateway/http/response.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/http/request.h"

namespace session::test {
namespace {

using namespace std::string_literals;
using gateway::Headers;
using gateway::Params;
using gateway::Response;

std::string cgi(const Response& response) {
  std::string out;
  append_cgi(out, response);
  return out;
}

BOOST_AUTO_TEST_SUITE(response)

BOOST_AUTO_TEST_CASE(an_answer_is_status_headers_empty_line_and_body) {
  Response response{200, {}, "body"};
  response.headers.add("Content-Type", "text/plain").add("X-A", "");
  BOOST_TEST(cgi(response) == "Status: 200 OK\r\nContent-Type: text/plain\r\nX-A: \r\n\r\nbody");
  BOOST_TEST(cgi(Response{204, {}, {}}) == "Status: 204 No Content\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(an_answer_is_appended_to_what_is_there) {
  std::string out = "before|";
  append_cgi(out, Response{204, {}, {}});
  BOOST_TEST(out == "before|Status: 204 No Content\r\n\r\n");
}

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
  for (const auto& [status, reason] : reasons)
    BOOST_TEST(cgi(Response{status, {}, {}}) ==
               "Status: " + std::to_string(status) + " " + reason + "\r\n\r\n");
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

BOOST_AUTO_TEST_CASE(of_params_the_first_is_got_and_all_are_there) {
  const Params params({{"A", "1"}, {"B", ""}, {"A", "2"}});
  BOOST_TEST(params.get("A") == "1");
  BOOST_TEST(params.all("A").size() == 2U);
  BOOST_TEST(params.all("B").size() == 1U);
  BOOST_TEST(params.get("a") == "");
  BOOST_TEST(params.all("C").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
