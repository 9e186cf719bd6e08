#include "gateway/telemetry/metrics/metrics.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/endpoint_fixture.h"

namespace session::test {
namespace {

using gateway::Response;

BOOST_FIXTURE_TEST_SUITE(metrics_endpoint, EndpointFixture)

BOOST_AUTO_TEST_CASE(it_answers_in_the_text_format_and_asks_nothing_of_the_store) {
  store.fail_all();
  process.metrics().set_workers(3);
  for (const char* method : {"GET", "HEAD"}) {
    const Response response = answer(gateway::metrics_endpoint, Asked(method));
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.headers.get("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    BOOST_TEST(response.headers.get("Cache-Control") == "no-store");
    BOOST_TEST(response.body.find("\nsession_gateway_workers 3\n") != std::string::npos);
  }
  BOOST_TEST(store.count() == 0);
}

BOOST_AUTO_TEST_CASE(other_methods_are_refused) {
  for (const char* method : {"POST", "DELETE", "PUT", "", "get"}) {
    const Response response = answer(gateway::metrics_endpoint, Asked(method));
    BOOST_TEST(response.status == 405);
    BOOST_TEST(response.headers.get("Allow") == "GET, HEAD");
    BOOST_TEST(response.headers.get("X-Session-Reason") == "method-not-allowed");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
