// What every store promises, kept by Redis; and what is Redis' own.

#include "core/store/redis/redis_store.h"

#include <string>
#include <tuple>

#include <boost/test/unit_test.hpp>

#include "tests/support/redis/redis_store_fixture.h"

namespace session::test {
using StoresUnderContract = std::tuple<RedisStoreFixture>;
}

#include "tests/support/store_contract.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_store)

BOOST_AUTO_TEST_CASE(keys_have_the_prefix_and_nothing_else_is_touched) {
  RedisStoreFixture fixture;
  create(fixture.store(), "key", "bytes");
  BOOST_TEST(fixture.server().tell({"GET", "session:key"}).text == "bytes");
  BOOST_TEST(fixture.server().tell({"DBSIZE"}).integer == 1);
}

BOOST_AUTO_TEST_CASE(redis_itself_ends_an_entry) {
  RedisStoreFixture fixture;
  create(fixture.store(), "key", "bytes", 50ms);
  BOOST_TEST(holds(fixture.store(), "key"));
  wait_until("the entry to expire", [&] { return !holds(fixture.store(), "key"); });
}

BOOST_AUTO_TEST_CASE(a_key_without_an_end_has_time_left_without_end) {
  RedisStoreFixture fixture;
  fixture.server().tell({"SET", "session:key", "foreign"});
  const auto entry = load(fixture.store(), "key");
  BOOST_TEST_REQUIRE(entry.has_value());
  BOOST_TEST((entry->bytes.view() == "foreign"));
  BOOST_TEST((entry->time_left == milliseconds::max()));
}

BOOST_AUTO_TEST_CASE(a_key_of_another_type_is_there_and_nothing_of_ours) {
  RedisStoreFixture fixture;
  fixture.server().tell({"LPUSH", "session:key", "item"});
  const auto entry = load(fixture.store(), "key");
  BOOST_TEST_REQUIRE(entry.has_value());
  BOOST_TEST(entry->bytes.size() == 0u);
  BOOST_TEST((create(fixture.store(), "key", "bytes") == CreateOutcome::exists));
  BOOST_TEST((replace(fixture.store(), "key", "", "bytes") == ReplaceOutcome::mismatch));
  BOOST_TEST((erase_if(fixture.store(), "key", "") == EraseIfOutcome::mismatch));
  BOOST_TEST(fixture.server().tell({"LRANGE", "session:key", "0", "-1"}).elements.size() == 1u);
}

BOOST_AUTO_TEST_CASE(scripts_that_the_server_has_forgotten_are_sent_again) {
  RedisStoreFixture fixture;
  create(fixture.store(), "key", "old");
  fixture.server().tell({"SCRIPT", "FLUSH"});
  BOOST_TEST((replace(fixture.store(), "key", "old", "new") == ReplaceOutcome::replaced));
  fixture.server().tell({"SCRIPT", "FLUSH"});
  BOOST_TEST((erase_if(fixture.store(), "key", "new") == EraseIfOutcome::erased));
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_an_outage_until_the_source_has_the_right_one) {
  RedisStoreFixture fixture;
  fixture.server().tell({"ACL", "SETUSER", "gateway", "reset", "on", ">new", "~session:*", "+@all"});
  RedisStoreOptions options = RedisStoreFixture::options();
  std::string password = "old";
  options.user = "gateway";
  options.password = [&password] { return Secret(password); };
  RedisStore store(options);
  const auto refused = run(store.load("key"));
  BOOST_TEST_REQUIRE(refused.has_error());
  BOOST_TEST(refused.error().detail.ends_with("the handshake failed: user or password are wrong"));
  password = "new";
  BOOST_TEST(!holds(store, "key"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
