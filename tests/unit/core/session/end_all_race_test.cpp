// All sessions of a subject end while they get other ids and more logins begin, in random orders of the
// store's answers.

#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/session/session_directory.h"
#include "tests/support/graveless_format.h"
#include "tests/support/run_all.h"
#include "tests/support/separate_lists_store.h"
#include "tests/support/session_fixture.h"
#include "tests/support/shuffled_store.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

enum class Tombstones { yes, no };

// Two gateways, whose store answers in an order that the seed picks.
struct Race {
  Race(Tombstones tombstones, unsigned seed) : with(tombstones), shuffled(memory, seed), dice(seed) {}

  SessionManager make_manager() {
    SessionManagerOptions options;
    options.owner_id_keys = {Secret("owners of the tests")};
    Format format =
        with == Tombstones::yes ? native_format(format_options(), random) : graveless_format(random);
    return SessionManager(store, std::move(format), std::make_shared<Identity>(IdentitySettings()), options,
                          clock);
  }
  Session login() {
    Session session = here.create();
    BOOST_REQUIRE(run(session.set("user", "ada", Flush::now)));
    return session;
  }
  unsigned pick(unsigned below) { return static_cast<unsigned>(dice() % below); }
  bool lives(const Session& session) {
    const std::string cookie =
        std::string(kCookieName) + "=" + dialect.cookie(session.id(), clock.unix_now());
    const std::vector<std::string_view> headers = {cookie};
    return answered(run(there.open(headers, Touch::off))).session.has_value();
  }

  Task<> log_in_late() {
    Session session = here.create();
    (void)co_await session.set("user", "ada", Flush::now);
  }
  // Begins a while after the others, so that the orders differ that the store's answers alone would not mix.
  static Task<> rotate(Session& session, unsigned after, unsigned times) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    for (unsigned i = 0; i < after; ++i) co_await boost::asio::post(executor, kAwait);
    for (unsigned i = 0; i < times; ++i) (void)co_await session.regenerate();
  }
  Task<> end_all() {
    SessionDirectory directory = there.directory();
    const DirectoryEnded ended = co_await directory.end_of("ada");
    failed = ended.failure.has_value();
  }

  // Returns whether a session that had begun before outlived the end of all.
  bool outlived() {
    std::vector<Session> sessions;
    for (auto i = 1 + pick(4) / 3; i > 0; --i) sessions.push_back(login());
    BOOST_REQUIRE(lives(sessions.front()));
    std::vector<Task<>> tasks;
    tasks.push_back(end_all());
    for (Session& session : sessions) tasks.push_back(rotate(session, pick(24), 1 + pick(3)));
    for (auto late = pick(4) / 2; late > 0; --late) tasks.push_back(log_in_late());
    run(together(std::move(tasks)));
    if (failed) return false;
    for (const Session& session : sessions) {
      if (lives(session)) return true;
    }
    return false;
  }

  Tombstones with;
  FakeClock clock;
  MemoryStore memory{MemoryStoreOptions(), clock};
  ShuffledStore shuffled;
  SeparateListsStore store{shuffled};
  CountedRandom random;
  WholeNative dialect{format_options(), random};
  SessionManager here = make_manager();
  SessionManager there = make_manager();
  std::mt19937 dice;
  bool failed = false;
};

void check_races(Tombstones tombstones) {
  int outlived = 0;
  int failures = 0;
  for (unsigned seed = 1; seed <= 1500; ++seed) {
    Race race(tombstones, seed);
    if (race.outlived()) ++outlived;
    if (race.failed) ++failures;
  }
  BOOST_TEST(outlived == 0);
  BOOST_TEST(failures == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(end_all_race)

BOOST_AUTO_TEST_CASE(no_session_from_before_outlives_the_end_of_all) { check_races(Tombstones::yes); }

BOOST_AUTO_TEST_CASE(none_does_where_records_leave_no_tombstones) { check_races(Tombstones::no); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
