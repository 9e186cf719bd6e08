// What a Redis store tells of its commands.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/store/redis/redis_store.h"
#include "tests/support/redis/redis_scripts.h"
#include "tests/support/redis/redis_server.h"
#include "tests/support/told_commands.h"

namespace session::test {
namespace {

RedisStoreOptions told_to(StoreObserver& observer, const RedisAddress& address) {
  RedisStoreOptions options = options_for(address);
  options.observer = &observer;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_observer)

BOOST_AUTO_TEST_CASE(every_command_is_told_once_however_many_tries_it_took) {
  RedisServer server;
  ToldCommands told;
  RedisStore store(told_to(told, server.unix_address()));
  run_every_command(store);  // the scripts are sent twice, as the server does not know them yet
  BOOST_TEST(told.lines() == every_command("ok"), boost::test_tools::per_element());
  BOOST_TEST((told.last_took() > Clock::Steady::duration::zero()));
}

BOOST_AUTO_TEST_CASE(out_of_reach_every_command_is_told_as_failed) {
  RedisServer server;
  ToldCommands told;
  RedisStore store(told_to(told, server.unix_address()));
  server.kill();
  run_every_command(store);
  BOOST_TEST(told.lines() == every_command("failed"), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_key_of_another_type_is_an_answer) {
  RedisServer server;
  ToldCommands told;
  RedisStore store(told_to(told, server.unix_address()));
  server.tell({"LPUSH", "session:key", "item"});
  BOOST_TEST(holds(store, "key"));
  const std::vector<std::string> expected = {"load ok"};
  BOOST_TEST(told.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_way_of_one_s_own_to_the_same_sessions_tells_its_own_observer_only) {
  RedisServer server;
  ToldCommands told;
  ToldCommands own;
  RedisStore store(told_to(told, server.unix_address()));
  const auto way = store.observed_by(own);
  create(store, "key", "bytes");
  BOOST_TEST(holds(*way, "key"));
  BOOST_TEST(told.lines() == std::vector<std::string>{"create ok"}, boost::test_tools::per_element());
  BOOST_TEST(own.lines() == std::vector<std::string>{"load ok"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
