#include "core/record/policy.h"

#include <chrono>
#include <cstddef>
#include <tuple>
#include <utility>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr seconds kCreated{1'800'000'000};

// Seconds to live at an age; 0 for none.
long long seconds_left(const Policy& policy, seconds age) {
  const auto left = time_to_live(policy, {kCreated, std::nullopt}, kCreated + age);
  return left ? std::chrono::duration_cast<seconds>(*left).count() : 0;
}

BOOST_AUTO_TEST_SUITE(policy)

BOOST_AUTO_TEST_CASE(what_is_read_may_be_twice_as_large_as_what_is_written_and_64_kib_larger_at_least) {
  constexpr std::size_t kKiB = 1024;
  for (const auto& [written, read] :
       {std::pair(1 * kKiB, 65 * kKiB), std::pair(64 * kKiB, 128 * kKiB), std::pair(65 * kKiB, 130 * kKiB),
        std::pair(16384 * kKiB, 32768 * kKiB)}) {
    Policy policy;
    policy.max_bytes = written;
    BOOST_TEST(max_readable_bytes(policy) == read);
  }
}

BOOST_AUTO_TEST_CASE(a_young_session_lives_for_the_idle_timeout) {
  BOOST_TEST(seconds_left(Policy(), 0s) == 1800);
  BOOST_TEST(seconds_left(Policy(), 11h) == 1800);
  BOOST_TEST(seconds_left(Policy(), 11h + 30min) == 1800);
}

BOOST_AUTO_TEST_CASE(an_old_session_lives_for_what_is_left_of_the_absolute_timeout) {
  BOOST_TEST(seconds_left(Policy(), 11h + 30min + 1s) == 1799);
  BOOST_TEST(seconds_left(Policy(), 12h - 1s) == 1);
}

BOOST_AUTO_TEST_CASE(a_session_ends_at_the_absolute_timeout_and_not_a_second_later) {
  BOOST_TEST(seconds_left(Policy(), 12h) == 0);
  BOOST_TEST(seconds_left(Policy(), 12h + 1s) == 0);
  BOOST_TEST(seconds_left(Policy(), 24h * 36500) == 0);
}

BOOST_AUTO_TEST_CASE(a_record_from_the_future_counts_as_made_now) {
  BOOST_TEST(seconds_left(Policy(), -1s) == 1800);
  BOOST_TEST(seconds_left(Policy(), -24h * 365) == 1800);
}

BOOST_AUTO_TEST_CASE(more_than_a_small_skew_ahead_is_the_future) {
  const auto made_at = [](seconds at) { return made_in_the_future({at, std::nullopt}, kCreated); };
  BOOST_TEST(!made_at(kCreated));
  BOOST_TEST(!made_at(kCreated + 60s));
  BOOST_TEST(made_at(kCreated + 61s));
  BOOST_TEST(made_at(kCreated + 24h * 3650));
  BOOST_TEST(!made_in_the_future(Age(), kCreated));
}

BOOST_AUTO_TEST_CASE(a_session_without_a_subject_has_the_smaller_of_both_limits) {
  Policy policy;
  policy.anonymous = {10min, 1000};
  BOOST_TEST((policy.of(true).idle_timeout == 30min));
  BOOST_TEST(policy.of(true).max_bytes == 65536U);
  BOOST_TEST((policy.of(false).idle_timeout == 10min));
  BOOST_TEST(policy.of(false).max_bytes == 1000U);
  BOOST_TEST((policy.of(false).absolute_timeout == 12h));
  policy.anonymous = {24h, 1 << 20};
  BOOST_TEST((policy.of(false).idle_timeout == 30min));
  BOOST_TEST(policy.of(false).max_bytes == 65536U);
  policy.anonymous.idle_timeout = 40s;
  BOOST_TEST((policy.of(false).touch_every == 10s));
}

BOOST_AUTO_TEST_CASE(a_fixed_end_counts_instead_of_all_else_and_is_never_moved) {
  Age age{kCreated, 1h, kCreated + 60s};
  BOOST_TEST((time_to_live(Policy(), age, kCreated) == 60s));
  BOOST_TEST((time_to_live(Policy(), age, kCreated + 59s) == 1s));
  BOOST_TEST(!time_to_live(Policy(), age, kCreated + 60s).has_value());
  BOOST_TEST(!touch_due(Policy(), age, 1s, 60s));
  BOOST_TEST(!touch_due(Policy(), age, milliseconds::max(), 60s));
}

BOOST_AUTO_TEST_CASE(an_idle_timeout_beyond_the_absolute_changes_nothing) {
  Policy policy;
  policy.idle_timeout = 24h;
  BOOST_TEST(seconds_left(policy, 0s) == 12 * 3600);
}

BOOST_AUTO_TEST_CASE(a_touch_is_due_when_it_gains_touch_every) {
  const Policy policy;
  BOOST_TEST(!touch_due(policy, Age(), 30min, 30min));
  BOOST_TEST(!touch_due(policy, Age(), 29min + 1ms, 30min));
  BOOST_TEST(touch_due(policy, Age(), 29min, 30min));
  BOOST_TEST(touch_due(policy, Age(), 1ms, 30min));
}

BOOST_AUTO_TEST_CASE(a_touch_that_would_shorten_is_not_due) {
  BOOST_TEST(!touch_due(Policy(), Age(), 30min, 5min));
  BOOST_TEST(!touch_due(Policy(), Age(), 30min, 1ms));
}

BOOST_AUTO_TEST_CASE(touch_every_nothing_is_every_time) {
  Policy policy;
  policy.touch_every = 0s;
  BOOST_TEST(touch_due(policy, Age(), 30min, 30min));
}

BOOST_AUTO_TEST_CASE(a_session_that_does_not_say_when_it_began_has_no_absolute_timeout) {
  BOOST_TEST((time_to_live(Policy(), Age(), kCreated) == 30min));
  BOOST_TEST((time_to_live(Policy(), Age(), seconds(0)) == 30min));
  Policy policy;
  policy.absolute_timeout = 1s;
  BOOST_TEST((time_to_live(policy, Age(), kCreated) == 30min));
}

BOOST_AUTO_TEST_CASE(a_lifetime_of_its_own_counts_instead_of_the_policy) {
  BOOST_TEST((time_to_live(Policy(), {std::nullopt, 24h}, kCreated) == 24h));
  BOOST_TEST((time_to_live(Policy(), {std::nullopt, 1ms}, kCreated) == 1ms));
  BOOST_TEST((time_to_live(Policy(), {kCreated, 24h}, kCreated + 13h) == 24h));
}

BOOST_AUTO_TEST_CASE(a_lifetime_of_nothing_is_over) {
  BOOST_TEST(!time_to_live(Policy(), {std::nullopt, 0ms}, kCreated).has_value());
  BOOST_TEST(!time_to_live(Policy(), {kCreated, -1ms}, kCreated).has_value());
}

BOOST_AUTO_TEST_CASE(a_session_without_an_end_is_given_one_unless_its_life_is_its_own) {
  BOOST_TEST(touch_due(Policy(), Age(), milliseconds::max(), 30min));
  BOOST_TEST(!touch_due(Policy(), {std::nullopt, 24h}, milliseconds::max(), 24h));
}

BOOST_AUTO_TEST_CASE(a_short_life_of_its_own_is_extended_in_time) {
  const Age age = {std::nullopt, 20s};
  BOOST_TEST(!touch_due(Policy(), age, 15001ms, 20s));
  BOOST_TEST(touch_due(Policy(), age, 15s, 20s));
  BOOST_TEST(touch_due(Policy(), {std::nullopt, 1ms}, 1ms, 1ms));
  BOOST_TEST(!touch_due(Policy(), {std::nullopt, 24h}, 24h - 59s, 24h));
  BOOST_TEST(touch_due(Policy(), {std::nullopt, 24h}, 24h - 60s, 24h));
}

BOOST_AUTO_TEST_CASE(a_lifetime_replaces_both_timeouts_and_touches_in_time) {
  Policy policy;
  policy.lifetimes["short"] = {2min, 1h, std::nullopt};
  policy.lifetimes["long"] = {24h * 30, 24h * 365, std::nullopt};
  const Policy brief = policy.of(policy.lifetimes["short"]);
  BOOST_TEST(seconds_left(brief, 0s) == 120);
  BOOST_TEST(seconds_left(brief, 59min) == 60);
  BOOST_TEST((brief.touch_every == 30s));
  const Policy lasting = policy.of(policy.lifetimes["long"]);
  BOOST_TEST(seconds_left(lasting, 24h * 300) == 86400 * 30);
  BOOST_TEST((lasting.touch_every == 1min));
  BOOST_TEST((policy.longest_absolute_timeout() == 24h * 365));
  BOOST_TEST((Policy().longest_absolute_timeout() == 12h));
}

BOOST_AUTO_TEST_CASE(no_touch_is_due_before_the_time_to_touch_and_one_is_then) {
  for (const auto& [policy, age, target] :
       {std::tuple(Policy(), Age(), milliseconds(30min)),
        std::tuple(Policy(), Age{{}, 20s}, milliseconds(20s)),
        std::tuple(Policy{.touch_every = 0s}, Age(), milliseconds(30min))}) {
    for (milliseconds left = target; left > 0ms; left -= 1s) {
      const milliseconds rest = time_to_touch(policy, age, left, target);
      BOOST_TEST((rest <= policy.touch_every));
      BOOST_TEST(touch_due(policy, age, left - rest, target));
      if (rest > 0ms) BOOST_TEST(!touch_due(policy, age, left - rest + 1ms, target));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_time_to_touch_is_never_longer_than_the_time_between_touches) {
  const Policy policy;
  BOOST_TEST((time_to_touch(policy, Age(), 12h, 30min) == policy.touch_every));
  BOOST_TEST((time_to_touch(policy, Age{{}, 1h}, milliseconds::max(), 1h) == policy.touch_every));
  BOOST_TEST((time_to_touch(policy, Age{{}, {}, kCreated}, 1s, 1h) == policy.touch_every));
  BOOST_TEST((time_to_touch(policy, Age(), milliseconds::max(), 30min) == 0ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
