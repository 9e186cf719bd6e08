#include "gateway/telemetry/metrics/counter_registry.h"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/store_calls.h"

namespace session::gateway {
namespace {

using session::test::in_parallel;

constexpr std::size_t kSlot = layout::of(Count::session_new);
constexpr std::size_t kSlots = layout::size(3);
constexpr std::uint64_t kMany = 20'000;

void count_in(CounterRegistry& counters, std::uint64_t times) {
  const CounterRegistry::Row row(counters);
  for (std::uint64_t i = 0; i < times; ++i) row.counters().count(Count::session_new);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(counters)

BOOST_AUTO_TEST_CASE(what_threads_count_at_once_is_summed_and_the_sum_never_falls_while_they_do) {
  CounterRegistry all(kSlots);
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
  BOOST_TEST(all.sum()[kSlot] == 4 * kMany);
}

BOOST_AUTO_TEST_CASE(what_a_thread_has_counted_stays_when_it_ends_and_another_takes_its_place) {
  CounterRegistry all(kSlots);
  for (std::uint64_t round = 1; round <= 3; ++round) {
    std::thread(count_in, std::ref(all), 7).join();
    BOOST_TEST(all.sum()[kSlot] == round * 7);
  }
}

BOOST_AUTO_TEST_CASE(a_row_is_its_owner_s_while_it_lasts_and_is_used_again) {
  CounterRegistry all(kSlots);
  ThreadCounters* first = nullptr;
  {
    const CounterRegistry::Row one(all);
    const CounterRegistry::Row other(all);
    BOOST_TEST(&one.counters() != &other.counters());
    first = &one.counters();
  }
  const CounterRegistry::Row again(all);
  BOOST_TEST(&again.counters() == first);
}

BOOST_AUTO_TEST_CASE(what_two_registries_count_is_apart) {
  CounterRegistry one(kSlots);
  const CounterRegistry other(kSlots);
  count_in(one, 3);
  BOOST_TEST(one.sum()[kSlot] == 3U);
  BOOST_TEST(other.sum()[kSlot] == 0U);
}

BOOST_AUTO_TEST_CASE(all_rows_have_one_length) {
  CounterRegistry all(kSlots);
  all.set_slots(layout::size(20));
  BOOST_TEST(all.sum().size() == layout::size(20));
  const CounterRegistry::Row row(all);
  row.counters().add(layout::size(20) - 1, 5);
  BOOST_TEST(all.sum().back() == 5U);
  BOOST_CHECK_THROW(all.set_slots(layout::size(21)), std::logic_error);
}

BOOST_AUTO_TEST_CASE(no_two_figures_share_a_slot) {
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < kCounts; ++i) used.push_back(layout::of(static_cast<Count>(i)));
  for (std::size_t i = 0; i < kReasons; ++i) used.push_back(layout::refusal(i));
  const auto add_time = [&](std::size_t first) {
    for (std::size_t i = 0; i < layout::kDuration; ++i) used.push_back(first + i);
  };
  for (std::size_t i = 0; i < kStoreCommands; ++i) {
    for (const bool ok : {true, false}) add_time(layout::store_time(static_cast<StoreCommand>(i), ok));
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const auto endpoint = static_cast<EndpointId>(i);
    for (std::size_t k = 0; k < kOutcomes; ++k)
      used.push_back(layout::request(endpoint, static_cast<RequestOutcome>(k)));
    add_time(layout::request_time(endpoint));
  }
  BOOST_TEST(used.size() == layout::size(3));
  for (std::size_t i = 0; i < used.size(); ++i) BOOST_TEST(used[i] == i);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
