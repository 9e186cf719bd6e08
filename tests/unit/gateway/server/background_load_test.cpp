#include "gateway/server/background_load.h"

#include <atomic>
#include <future>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/process.h"

namespace session::gateway {
namespace {

using session::test::wait_until;

// A disk that hangs until it is told to go on.
struct Disk {
  std::promise<void> go_on;
  std::shared_future<void> hangs = go_on.get_future().share();
  std::atomic<int> readings = 0;
  std::atomic<int> ended = 0;

  [[nodiscard]] std::function<Loaded()> load() {
    return [this] {
      const int number = ++readings;
      hangs.wait();
      Settings settings;
      settings.limits.connections = static_cast<std::size_t>(number);
      ++ended;
      return Loaded(std::move(settings));
    };
  }
};

Loaded taken(BackgroundLoad& load) {
  std::optional<Loaded> loaded;
  wait_until("the reading", [&] {
    loaded = load.take();
    return loaded.has_value();
  });
  return std::move(*loaded);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(background_load)

BOOST_AUTO_TEST_CASE(what_was_read_is_there_once) {
  Disk disk;
  disk.go_on.set_value();
  BackgroundLoad load(disk.load());
  BOOST_TEST(!load.take().has_value());
  BOOST_TEST(load.begin());
  BOOST_TEST(taken(load)->limits.connections == 1U);
  BOOST_TEST(!load.take().has_value());
  BOOST_TEST(load.begin());
  BOOST_TEST(taken(load)->limits.connections == 2U);
}

BOOST_AUTO_TEST_CASE(a_disk_that_hangs_holds_nobody_up_and_is_not_asked_twice) {
  Disk disk;
  BackgroundLoad load(disk.load());
  BOOST_TEST(load.begin());
  wait_until("the thread", [&] { return disk.readings == 1; });
  BOOST_TEST(!load.take().has_value());
  BOOST_TEST(!load.begin());
  disk.go_on.set_value();
  // What it brings in the end may be older than what is asked for then.
  wait_until("a new reading", [&] { return load.begin(); });
  BOOST_TEST(taken(load)->limits.connections == 2U);
}

BOOST_AUTO_TEST_CASE(it_can_go_before_its_thread_does) {
  Disk disk;
  {
    BackgroundLoad load(disk.load());
    BOOST_TEST(load.begin());
    wait_until("the thread", [&] { return disk.readings == 1; });
  }
  disk.go_on.set_value();
  wait_until("the thread's end", [&] { return disk.ended == 1; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
