#include "gateway/telemetry/metrics/counter_registry.h"

#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/store_calls.h"

namespace session::gateway {
namespace {

using session::test::in_parallel;

constexpr std::size_t kSlot = layout::of(Count::session_new);
constexpr std::uint64_t kMany = 20'000;

void count_in(CounterRegistry& counters, std::uint64_t times) {
  const CounterRegistry::ThreadScope seat(counters);
  for (std::uint64_t i = 0; i < times; ++i) CounterRegistry::here().count(Count::session_new);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(counters)

BOOST_AUTO_TEST_CASE(what_threads_count_at_once_is_summed_and_the_sum_never_falls_while_they_do) {
  CounterRegistry all;
  const std::uint64_t before = all.sum()[kSlot];
  std::atomic<int> counting = 4;
  bool fell = false;
  in_parallel(5, [&](int thread) {
    if (thread < 4) {
      count_in(all, kMany);
      --counting;
      return;
    }
    std::uint64_t last = 0;
    while (counting > 0) {
      const std::uint64_t now = all.sum()[kSlot];
      fell = fell || now < last;
      last = now;
    }
  });
  BOOST_TEST(!fell);
  BOOST_TEST(all.sum()[kSlot] - before == 4 * kMany);
}

BOOST_AUTO_TEST_CASE(threads_without_a_seat_lose_nothing_either) {
  const CounterRegistry all;
  const std::uint64_t before = all.sum()[kSlot];
  in_parallel(4, [](int) {
    for (std::uint64_t i = 0; i < kMany; ++i) CounterRegistry::here().count(Count::session_new);
  });
  BOOST_TEST(all.sum()[kSlot] - before == 4 * kMany);
}

BOOST_AUTO_TEST_CASE(what_a_thread_has_counted_stays_when_it_ends_and_another_takes_its_place) {
  CounterRegistry all;
  const std::uint64_t before = all.sum()[kSlot];
  for (std::uint64_t round = 1; round <= 3; ++round) {
    std::thread(count_in, std::ref(all), 7).join();
    BOOST_TEST(all.sum()[kSlot] - before == round * 7);
  }
}

BOOST_AUTO_TEST_CASE(a_seat_is_its_threads_own_while_it_lasts_and_its_tally_is_used_again) {
  CounterRegistry all;
  ThreadCounters* shared = &CounterRegistry::here();
  ThreadCounters* first = nullptr;
  {
    const CounterRegistry::ThreadScope seat(all);
    first = &CounterRegistry::here();
    BOOST_TEST(first != shared);
    std::thread([&] { BOOST_TEST(&CounterRegistry::here() == shared); }).join();
  }
  BOOST_TEST(&CounterRegistry::here() == shared);
  const CounterRegistry::ThreadScope again(all);
  BOOST_TEST(&CounterRegistry::here() == first);
}

BOOST_AUTO_TEST_CASE(no_two_figures_share_a_slot) {
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < kCounts; ++i) used.push_back(layout::of(static_cast<Count>(i)));
  for (std::size_t i = 0; i < layout::kEndpoints; ++i) {
    for (std::size_t k = 0; k < kOutcomes; ++k) used.push_back(layout::request(i, static_cast<Outcome>(k)));
  }
  for (std::size_t i = 0; i < kReasons; ++i) used.push_back(layout::refusal(i));
  const auto add_time = [&](std::size_t first) {
    for (std::size_t i = 0; i < layout::kDuration; ++i) used.push_back(first + i);
  };
  for (std::size_t i = 0; i < layout::kEndpoints; ++i) add_time(layout::request_time(i));
  for (std::size_t i = 0; i < kStoreCommands; ++i) {
    for (const bool ok : {true, false}) add_time(layout::store_time(static_cast<StoreCommand>(i), ok));
  }
  BOOST_TEST(used.size() == layout::kAll);
  for (std::size_t i = 0; i < used.size(); ++i) BOOST_TEST(used[i] == i);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
