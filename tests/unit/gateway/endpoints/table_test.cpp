#include "gateway/endpoints/table.h"

#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/telemetry/worker_telemetry.h"
#include "tests/support/log_lines.h"
#include "tests/support/scrape.h"

namespace session::gateway {
namespace {

struct Registered {
  session::test::LogLines log;
  Telemetry telemetry{LogSettings{}, log.sink()};
  EndpointTable table{telemetry};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(endpoint_table, Registered)

BOOST_AUTO_TEST_CASE(endpoints_are_found_by_their_whole_name_only) {
  for (const auto* name : {"auth", "session", "sessions", "admin", "commit", "health", "ready", "metrics"})
    BOOST_TEST((table.find(name) != nullptr), name);
  for (const auto* name : {"", "Auth", "auth ", "auths", "aut", "/auth", "none"})
    BOOST_TEST((table.find(name) == nullptr), name);
}

BOOST_AUTO_TEST_CASE(every_endpoint_there_is_has_series_of_its_own) {
  WorkerTelemetry worker(telemetry);
  Response response;
  response.status = 204;
  const auto value = [&](std::string_view name) {
    const session::test::Scrape scrape(worker.render_metrics());
    return scrape[R"(session_gateway_requests_total{endpoint=")" + std::string(name) + R"(",outcome="ok"})"];
  };
  BOOST_TEST_REQUIRE(!table.entries().empty());
  for (const EndpointTable::Entry& entry : table.entries()) {
    worker.count_request(entry.id, response, std::chrono::microseconds(1));
    BOOST_TEST(value(entry.name) == 1, entry.name);
  }
  BOOST_TEST(value("none") == 0);
}

BOOST_AUTO_TEST_CASE(a_process_registers_its_endpoints_once) {
  BOOST_CHECK_THROW(EndpointTable{telemetry}, std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
