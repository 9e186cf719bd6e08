#include "core/store/observer.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/store/memory/memory_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/told_commands.h"

namespace session::test {
namespace {

struct Observed {
  [[nodiscard]] static MemoryStoreOptions told_to(StoreObserver& observer) {
    MemoryStoreOptions options;
    options.observer = &observer;
    options.max_bytes = 4096;
    return options;
  }

  ToldCommands reported;
  FakeClock clock;
  MemoryStore store{told_to(reported), clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(observer, Observed)

BOOST_AUTO_TEST_CASE(the_memory_store_tells_of_every_command_once) {
  run_every_command(store);
  BOOST_TEST(reported.lines() == every_command("ok"), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(absence_is_an_answer_and_no_room_is_a_failure) {
  BOOST_TEST(!holds(store, "nobody"));
  BOOST_TEST(run(store.create("key", Bytes(std::string(5000, 'x')), kTtl)).has_error());
  const std::vector<std::string> expected = {"load ok", "create failed"};
  BOOST_TEST(reported.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_an_observer_nothing_is_told) {
  MemoryStore alone{MemoryStoreOptions(), clock};
  run_every_command(alone);
  BOOST_TEST(reported.lines().empty());
}

BOOST_AUTO_TEST_CASE(a_way_of_one_s_own_to_the_same_sessions_tells_its_own_observer_only) {
  ToldCommands own;
  const auto way = store.observed_by(own);
  create(store, "key", "bytes");
  BOOST_TEST(holds(*way, "key"));
  BOOST_TEST(!holds(*way, "nobody"));
  BOOST_TEST(reported.lines() == std::vector<std::string>{"create ok"}, boost::test_tools::per_element());
  BOOST_TEST(own.lines() == (std::vector<std::string>{"load ok", "load ok"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_duration_is_from_the_beginning_to_the_answer) {
  const session::Observed one(&reported, StoreCommand::touch, clock);
  clock.advance(milliseconds(7));
  const TouchOutcome outcome = one.reported(TouchOutcome::absent);
  BOOST_TEST((outcome == TouchOutcome::absent));
  BOOST_TEST((reported.last_took() == milliseconds(7)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
