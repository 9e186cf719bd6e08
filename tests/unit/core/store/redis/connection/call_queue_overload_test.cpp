// What becomes of the commands for a server that answers, but too slowly.

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/store/redis/connection/call_queue.h"
#include "tests/support/redis/tested_queue.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using Kind = CallFailure::Kind;
using Queue = TestedQueue;

constexpr Clock::Steady kStart = Queue::kStart;

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_call_queue_overload)

BOOST_AUTO_TEST_CASE(after_a_late_command_no_more_are_sent_than_half_of_what_was_in_flight) {
  Queue at;
  at.add("late", 100ms);
  for (int i = 0; i < 19; ++i) at.add("x", 250ms);
  (void)at.send();
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 100ms).late) == "late:late ");
  for (const char* name : {"a", "b"}) at.add(name, 400ms);
  BOOST_TEST(at.send(100ms).empty());
  BOOST_TEST(!at.queue.has_room_for_held());
  for (int i = 0; i < 12; ++i) {
    BOOST_TEST((i == 11) == at.queue.has_room_for_held());
    (void)at.arrive(":1\r\n", 110ms);
  }
  BOOST_TEST(at.queue.has_room_for_held());
  BOOST_TEST(at.send(110ms) == "a;b;");
  BOOST_TEST(!at.queue.has_room_for_held());
}

BOOST_AUTO_TEST_CASE(a_held_command_fails_after_a_quarter_of_a_period_and_was_not_sent) {
  Queue at;
  for (int i = 0; i < 8; ++i) at.add("x", 100ms);
  (void)at.send();
  (void)at.queue.on_deadline(kStart + 100ms);
  at.add("held", 100ms + Queue::kPeriod);
  BOOST_TEST(at.send(100ms).empty());
  (void)at.arrive(":1\r\n", 174ms);
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 174ms).held) == "");
  const auto expired = at.queue.on_deadline(kStart + 175ms);
  BOOST_TEST(shown(expired.held) == "held:not_sent ");
  BOOST_TEST(shown(expired.unsent) == "");
  BOOST_TEST(!expired.server_is_silent);
  // While another one is held, a command that comes now is held from the start, and the timer is set for it.
  at.add("first", 178ms + Queue::kPeriod);
  (void)at.send(178ms);
  BOOST_TEST(at.queue.on_deadline(kStart + 180ms).held.empty());
  at.add("next", 180ms + Queue::kPeriod);
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 254ms).held) == "first:not_sent ");
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 255ms).held) == "next:not_sent ");
}

BOOST_AUTO_TEST_CASE(a_command_that_comes_after_all_held_ones_have_failed_has_its_whole_time) {
  Queue at;
  for (int i = 0; i < 8; ++i) at.add("x", 100ms);
  (void)at.send();
  (void)at.queue.on_deadline(kStart + 100ms);
  at.add("held", 100ms + Queue::kPeriod);
  (void)at.send(100ms);
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 175ms).held) == "held:not_sent ");
  at.add("next", 180ms + Queue::kPeriod);
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 300ms).held) == "");
}

BOOST_AUTO_TEST_CASE(the_timer_is_set_for_commands_as_soon_as_they_are_held) {
  Queue at;
  for (int i = 0; i < 8; ++i) at.add("x", 100ms);
  (void)at.send();
  at.add("waits", 90ms + Queue::kPeriod);
  BOOST_TEST((at.queue.on_deadline(kStart + 100ms).next == kStart + Queue::kPeriod));
  std::string out;
  BOOST_TEST((at.queue.send(out, kStart + 100ms) == kStart + 165ms));
  BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_CASE(without_a_connection_commands_wait_until_their_deadlines_also_after_some_were_held) {
  Queue at;
  for (int i = 0; i < 8; ++i) at.add("x", 100ms);
  (void)at.send();
  (void)at.queue.on_deadline(kStart + 100ms);
  at.add("waits", 100ms + Queue::kPeriod);
  (void)at.send(100ms);
  (void)at.queue.on_lost(Kind::lost);
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 300ms).held) == "");
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 399ms).unsent) == "");
  at.queue.on_connected();
  for (int i = 0; i < 20; ++i) at.add("x", 1s);
  BOOST_TEST(at.send(399ms).starts_with("waits;x;"));
  BOOST_TEST(!at.queue.has_unsent());
}

namespace {

// A server that answers one command per `each`, in order, and clients that ask it `per_ms` times a
// millisecond, with a period until the deadline.
struct Overload {
  static constexpr milliseconds kPeriod{1000};
  int answered = 0;
  int held = 0;
  int late = 0;

  void run(int per_ms, milliseconds time) {
    CallQueue queue(kPeriod);
    std::deque<Clock::Steady> at_server;
    std::optional<Clock::Steady> timer;
    const auto set_timer = [&](std::optional<Clock::Steady> at) {
      if (at) timer = at;
    };
    for (Clock::Steady now = kStart; now < kStart + time; now += 1ms) {
      for (int i = 0; i < per_ms; ++i) {
        auto call = std::make_unique<NamedCall>("x");
        call->command.wire = "x";
        call->command.replies = 1;
        call->deadline = now + kPeriod;
        set_timer(queue.add(std::move(call)));
      }
      std::string out;
      set_timer(queue.send(out, now));
      at_server.resize(at_server.size() + out.size());
      if (!at_server.empty()) {
        at_server.pop_front();
        queue.on_bytes(now);
        Reply reply;
        answered += std::holds_alternative<CallQueue::Complete>(queue.on_reply(std::move(reply))) ? 1 : 0;
      }
      if (!timer || *timer > now) continue;
      CallQueue::Expired expired = queue.on_deadline(now);
      timer = expired.next;
      held += static_cast<int>(expired.held.size());
      late += static_cast<int>(expired.late.size());
      BOOST_REQUIRE(!expired.server_is_silent);
      BOOST_REQUIRE(expired.unsent.empty());
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_overloaded_server_goes_on_serving_as_many_as_it_can) {
  Overload twice;
  twice.run(2, 20s);
  BOOST_TEST(twice.answered > 17'000);  // of 20,000 that the server can answer in this time
  BOOST_TEST(twice.late < 3'000);       // of 40,000: all others that fail do so after a quarter of a period
  Overload eightfold;
  eightfold.run(8, 20s);
  BOOST_TEST(eightfold.answered > 10'000);  // The first second's 8,000 are worked off first.
  BOOST_TEST(eightfold.late < 12'000);      // of 160,000
}

BOOST_AUTO_TEST_CASE(a_server_that_is_fast_enough_is_never_limited) {
  Overload just_enough;
  just_enough.run(1, 5s);
  BOOST_TEST(just_enough.answered == 5'000);
  BOOST_TEST(just_enough.held + just_enough.late == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
