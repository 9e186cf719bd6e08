#include "gateway/telemetry/telemetry.h"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/telemetry/metrics/metrics.h"
#include "gateway/telemetry/worker_telemetry.h"
#include "tests/support/log_lines.h"
#include "tests/support/scrape.h"
#include "tests/support/store_calls.h"

namespace session::gateway {
namespace {

using session::test::in_parallel;
using session::test::LogLines;
using session::test::Scrape;

struct Gateway {
  [[nodiscard]] double value(const std::string& series) {
    return Scrape(telemetry.metrics().render())[series];
  }

  LogLines log;
  Telemetry telemetry{LogSettings{}, log.sink()};
};

constexpr const char* kAccepted = "session_gateway_connections_accepted_total";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(telemetry_object, Gateway)

BOOST_AUTO_TEST_CASE(two_gateways_in_one_process_share_nothing) {
  Gateway other;
  WorkerTelemetry worker(telemetry);
  WorkerTelemetry other_worker(other.telemetry);
  worker.count(Count::connection_accepted);
  worker.log().warn(Message::request_failed, "here");
  other_worker.log().warn(Message::request_failed, "there");
  BOOST_TEST(value(kAccepted) == 1);
  BOOST_TEST(other.value(kAccepted) == 0);
  BOOST_TEST(log.text() == "warning here\n");
  BOOST_TEST(other.log.text() == "warning there\n");
}

BOOST_AUTO_TEST_CASE(what_workers_counted_stays_when_they_end) {
  constexpr int kMany = 10'000;
  for (int round = 1; round <= 2; ++round) {
    in_parallel(4, [&](int) {
      WorkerTelemetry worker(telemetry);
      for (int i = 0; i < kMany; ++i) worker.count(Count::connection_accepted);
    });
    BOOST_TEST(value(kAccepted) == round * 4 * kMany);
  }
}

BOOST_AUTO_TEST_CASE(a_worker_s_observer_counts_the_commands_of_its_store) {
  WorkerTelemetry worker(telemetry);
  worker.store_observer().observe(StoreCommand::load, std::chrono::microseconds(1), true);
  const std::string name = "session_gateway_store_command_duration_seconds_count";
  BOOST_TEST(value(name + R"({command="load",outcome="ok"})") == 1);
  BOOST_TEST(value(name + R"({command="load",outcome="failed"})") == 0);
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_comes_after_a_worker_is_a_mistake) {
  (void)telemetry.register_endpoint("auth");
  const WorkerTelemetry worker(telemetry);
  BOOST_CHECK_THROW((void)telemetry.register_endpoint("session"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_realm_may_register_again_and_its_name_stays_where_it_is) {
  const std::string_view shop = telemetry.register_realm(std::string("shop"));
  in_parallel(4, [&](int thread) {
    for (int i = 0; i < 100; ++i) (void)telemetry.register_realm(std::to_string(thread * 1000 + i));
  });
  BOOST_TEST(shop == "shop");
  BOOST_TEST(telemetry.register_realm("shop").data() == shop.data());
  BOOST_TEST(telemetry.register_realm("") == "");
}

BOOST_AUTO_TEST_CASE(a_store_s_own_metrics_are_those_that_it_registers) {
  BOOST_TEST(value("session_gateway_store_up") == 1);
  telemetry.register_store([] {
    StoreReport report;
    report.up = false;
    gauge(report.families, "a_store_of_tomorrow_items", "Its items.").value(7);
    return report;
  });
  BOOST_TEST(value("session_gateway_store_up") == 0);
  BOOST_TEST(value("a_store_of_tomorrow_items") == 7);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
