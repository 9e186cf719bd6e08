#include "gateway/backends/store_backend.h"

#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/telemetry/metrics/metrics.h"
#include "tests/support/log_lines.h"
#include "tests/support/scrape.h"
#include "tests/support/store_calls.h"
#include "tests/support/told_commands.h"

namespace session::gateway {
namespace {

using session::test::create;
using session::test::Scrape;
using session::test::ToldCommands;

// The store of a configuration, in a gateway with its metrics.
struct Backend {
  explicit Backend(const Settings& settings) : backend(make_store(settings, telemetry)) {}

  [[nodiscard]] Scrape scrape() { return Scrape(telemetry.metrics().render()); }

  session::test::LogLines log;
  Telemetry telemetry{LogSettings{}, log.sink()};
  StoreBackend backend;
  ToldCommands told;
  std::unique_ptr<Store> store = backend.way_for(told);
};

Settings with_redis() {
  Settings settings;
  settings.store_type = StoreType::redis;
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_in_use)

BOOST_AUTO_TEST_CASE(the_memory_store_says_how_much_it_holds_and_tells_of_its_commands) {
  Settings settings;
  settings.memory.max_bytes = std::size_t{8} << 20;
  Backend in_use(settings);
  BOOST_TEST(in_use.backend.summary() == "memory: 0 sessions, 0 MiB");
  create(*in_use.store, "one", std::string(std::size_t{3} << 20, 'x'));
  BOOST_TEST(in_use.backend.summary() == "memory: 1 session, 3 MiB");
  for (int i = 0; i < 1234; ++i) create(*in_use.store, std::to_string(i), "x");
  BOOST_TEST(in_use.backend.summary() == "memory: 1,235 sessions, 3 MiB");
  const Scrape scrape = in_use.scrape();
  BOOST_TEST(scrape["session_gateway_store_up"] == 1);
  BOOST_TEST(scrape["session_gateway_memory_store_sessions"] == 1235);
  BOOST_TEST(scrape["session_gateway_memory_store_max_bytes"] == 8 << 20);
  BOOST_TEST(!scrape.types().contains("session_gateway_store_connections"));
  BOOST_TEST(in_use.told.lines().size() == 1235U);
}

BOOST_AUTO_TEST_CASE(every_way_to_the_memory_store_leads_to_the_same_sessions) {
  Backend in_use(Settings{});
  ToldCommands other;
  const auto way = in_use.backend.way_for(other);
  create(*in_use.store, "one", "x");
  BOOST_TEST(session::test::holds(*way, "one"));
  BOOST_TEST(in_use.told.lines().size() == 1U);
  BOOST_TEST(other.lines().size() == 1U);
}

BOOST_AUTO_TEST_CASE(evictions_of_the_memory_store_are_logged_and_told_as_ended_sessions) {
  Settings settings;
  settings.memory.max_bytes = std::size_t{1} << 20;
  Backend in_use(settings);
  for (int i = 0; i < 3; ++i)
    create(*in_use.store, std::to_string(i), std::string(std::size_t{600} << 10, 'x'));
  (void)in_use.backend.maintenance();
  BOOST_TEST(in_use.log.text() ==
             "warning the memory store is full: 2 sessions were evicted; raise "
             "store.memory.max_bytes\n");
  const Scrape scrape = in_use.scrape();
  BOOST_TEST(scrape["session_gateway_memory_store_evictions_total"] == 2);
  BOOST_TEST(scrape[R"(session_gateway_sessions_ended_total{cause="evicted"})"] == 2);
}

BOOST_AUTO_TEST_CASE(redis_that_nobody_has_asked_yet_is_not_amiss) {
  Backend in_use(with_redis());
  BOOST_TEST(in_use.backend.summary() == "redis: not contacted yet");
  const Scrape scrape = in_use.scrape();
  BOOST_TEST(scrape["session_gateway_store_up"] == 1);
  BOOST_TEST(!scrape.types().contains("session_gateway_memory_store_bytes"));
  for (const std::string state : {"up", "connecting", "down"})
    BOOST_TEST(scrape[R"(session_gateway_store_connections{state=")" + state + "\"}"] == 0);
}

BOOST_AUTO_TEST_CASE(redis_that_is_out_of_reach_is_told_where_and_for_how_long) {
  Settings settings = with_redis();
  settings.redis.addresses = {RedisAddress{.path = "/nonexistent/redis.sock"}};
  Backend in_use(settings);
  BOOST_TEST(run(in_use.store->load("key")).has_error());
  BOOST_TEST(in_use.backend.summary().starts_with("redis unix:/nonexistent/redis.sock: unreachable for "));
  BOOST_TEST(in_use.log.text().starts_with("error redis unix:/nonexistent/redis.sock: unreachable ("));
  const Scrape scrape = in_use.scrape();
  BOOST_TEST(scrape["session_gateway_store_up"] == 0);
  BOOST_TEST(scrape[R"(session_gateway_store_connections{state="down"})"] == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
