#include "core/base/lanes.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/await.h"
#include "core/base/run.h"

namespace session::test {
namespace {

// Work that lets others run in between, as work that waits for a store does.
struct Work {
  Task<void> one(std::size_t number) {
    most = std::max(most, ++under_way);
    const Executor executor = co_await boost::asio::this_coro::executor;
    for (std::size_t i = 0; i <= number % 3; ++i) co_await boost::asio::post(executor, kAwait);
    --under_way;
    if (number == fails_at) throw std::runtime_error("failed at " + std::to_string(number));
    done.push_back(number);
  }
  void run_in(std::size_t count, std::size_t lanes) {
    const LaneWork work = [this](std::size_t number) { return one(number); };
    run(in_lanes(count, lanes, work));
    std::sort(done.begin(), done.end());
  }

  std::size_t fails_at = 1000;
  std::size_t under_way = 0;
  std::size_t most = 0;
  std::vector<std::size_t> done = {};
};

BOOST_AUTO_TEST_SUITE(lanes)

BOOST_AUTO_TEST_CASE(each_number_is_worked_on_once) {
  for (const std::size_t count : {0u, 1u, 4u, 5u, 100u}) {
    Work work;
    work.run_in(count, 4);
    std::vector<std::size_t> all(count);
    for (std::size_t i = 0; i < count; ++i) all[i] = i;
    BOOST_TEST(work.done == all, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(as_many_are_under_way_at_once_as_there_are_lanes) {
  for (const std::size_t lanes : {1u, 4u, 32u}) {
    Work work;
    work.run_in(100, lanes);
    BOOST_TEST(work.most == lanes);
  }
  Work few;
  few.run_in(3, 32);
  BOOST_TEST(few.most == 3u);
}

BOOST_AUTO_TEST_CASE(what_a_lane_throws_is_thrown_when_the_others_are_done) {
  Work work;
  work.fails_at = 2;
  BOOST_CHECK_EXCEPTION(work.run_in(20, 4), std::runtime_error, [](const std::runtime_error& error) {
    return error.what() == std::string("failed at 2");
  });
  BOOST_TEST(work.under_way == 0u);
  BOOST_TEST(work.done.size() == 19u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
