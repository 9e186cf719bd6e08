#include "gateway/backends/store_backend.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/store_calls.h"
#include "tests/support/told_commands.h"

namespace session::gateway {
namespace {

using session::test::create;
using session::test::ToldCommands;

}  // namespace

BOOST_AUTO_TEST_SUITE(store_in_use)

BOOST_AUTO_TEST_CASE(the_memory_store_says_how_much_it_holds_and_tells_of_its_commands) {
  Settings settings;
  settings.memory.max_bytes = std::size_t{8} << 20;
  ToldCommands told;
  const StoreBackend in_use = make_store(settings, &told);
  BOOST_TEST(in_use.summary() == "memory: 0 sessions, 0 MiB");
  create(*in_use.store, "one", std::string(std::size_t{3} << 20, 'x'));
  BOOST_TEST(in_use.summary() == "memory: 1 session, 3 MiB");
  for (int i = 0; i < 1234; ++i) create(*in_use.store, std::to_string(i), "x");
  BOOST_TEST(in_use.summary() == "memory: 1,235 sessions, 3 MiB");
  const StoreReport report = in_use.report();
  BOOST_TEST((report.type == StoreType::memory));
  BOOST_TEST(report.up());
  BOOST_TEST_REQUIRE(report.memory.has_value());
  BOOST_TEST(report.memory->entries == 1235U);
  BOOST_TEST(report.memory_max_bytes == settings.memory.max_bytes);
  BOOST_TEST(!report.redis.has_value());
  BOOST_TEST(told.lines().size() == 1235U);
}

BOOST_AUTO_TEST_CASE(redis_that_nobody_has_asked_yet_is_not_amiss) {
  Settings settings;
  settings.store_type = StoreType::redis;
  const StoreBackend in_use = make_store(settings);
  BOOST_TEST(in_use.summary() == "redis: not contacted yet");
  const StoreReport report = in_use.report();
  BOOST_TEST((report.type == StoreType::redis));
  BOOST_TEST(report.up());
  BOOST_TEST(!report.memory.has_value());
  BOOST_TEST_REQUIRE(report.redis.has_value());
  BOOST_TEST(report.redis->up + report.redis->connecting + report.redis->down == 0U);
}

BOOST_AUTO_TEST_CASE(redis_that_is_out_of_reach_is_told_where_and_for_how_long) {
  Settings settings;
  settings.store_type = StoreType::redis;
  settings.redis.addresses = {RedisAddress{.path = "/nonexistent/redis.sock"}};
  const StoreBackend in_use = make_store(settings);
  BOOST_TEST(run(in_use.store->load("key")).has_error());
  BOOST_TEST(in_use.summary().starts_with("redis unix:/nonexistent/redis.sock: unreachable for "));
  BOOST_TEST(!in_use.report().up());
  BOOST_TEST(in_use.report().redis->down == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
