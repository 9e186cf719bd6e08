#include "gateway/endpoints/application_status.h"

#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

int failed(std::vector<std::string_view> statuses) { return gateway::failed_status(statuses); }

BOOST_AUTO_TEST_SUITE(application_status)

BOOST_AUTO_TEST_CASE(without_a_status_nothing_has_failed) { BOOST_TEST(failed({}) == 0); }

BOOST_AUTO_TEST_CASE(a_2xx_and_a_3xx_are_no_failure) {
  for (const auto* text : {"200", "201", "204", "299", "302", "303", "304", "399", " 200 "})
    BOOST_TEST(failed({text}) == 0, text);
}

BOOST_AUTO_TEST_CASE(a_4xx_and_a_5xx_are_the_failure) {
  for (const int status : {400, 401, 404, 422, 499, 500, 502, 503, 599})
    BOOST_TEST(failed({std::to_string(status)}) == status);
}

BOOST_AUTO_TEST_CASE(what_is_no_status_of_an_answer_is_a_bad_gateway) {
  for (const auto* text : {"", "-", "0", "100", "199", "600", "999", "20", "2000", "2xx", "x200", "200x",
                           "+200", "-200", "OK", "200 OK", "0200", "200,", "200 :"})
    BOOST_TEST(failed({text}) == 502, text);
}

// nginx names an attempt at each server, and the upstreams of each location on the way.
BOOST_AUTO_TEST_CASE(of_several_attempts_and_locations_the_last_counts) {
  BOOST_TEST(failed({"502, 200"}) == 0);
  BOOST_TEST(failed({"502, 504, 302"}) == 0);
  BOOST_TEST(failed({"200 : 404"}) == 404);
  BOOST_TEST(failed({"404 : 200"}) == 0);
  BOOST_TEST(failed({"200 : 502, 500"}) == 500);
  BOOST_TEST(failed({"200 : -"}) == 502);
}

BOOST_AUTO_TEST_CASE(given_several_times_each_must_be_a_success) {
  BOOST_TEST(failed({"200", "204"}) == 0);
  BOOST_TEST(failed({"200", "500"}) == 500);
  BOOST_TEST(failed({"404", "200"}) == 404);
  BOOST_TEST(failed({"200", ""}) == 502);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
