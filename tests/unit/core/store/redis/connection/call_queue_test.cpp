// What replies, pushes, deadlines and losses mean for the commands of one connection.

#include "core/store/redis/connection/call_queue.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/redis/tested_queue.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using Kind = CallFailure::Kind;
using Queue = TestedQueue;

constexpr Clock::Steady kStart = Queue::kStart;

bool is_message(const Reply& arrived) {
  return arrived.is(Reply::Kind::array) && !arrived.elements.empty() &&
         arrived.elements.front().bytes.view() == "message";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_call_queue)

BOOST_AUTO_TEST_CASE(commands_go_out_together_and_each_gets_its_own_replies_in_order) {
  Queue at;
  at.add("a");
  at.add("b", 250ms, 2);
  at.add("c");
  BOOST_TEST(at.send() == "a;b;c;");
  BOOST_TEST(!at.queue.has_unsent());
  BOOST_TEST(at.arrive(":1\r\n:2\r\n") == "a=1 continue ");
  BOOST_TEST(at.arrive(":3\r\n:4\r\n") == "b=2=3 c=4 ");
}

BOOST_AUTO_TEST_CASE(a_moved_error_in_a_pipeline_is_the_reply_of_its_command_only) {
  Queue at;
  for (const char* name : {"a", "b", "c"}) at.add(name);
  (void)at.send();
  BOOST_TEST(at.arrive(":1\r\n-MOVED 7 10.0.0.1:1\r\n:3\r\n") == "a=1 b=MOVED 7 10.0.0.1:1 c=3 ");
}

BOOST_AUTO_TEST_CASE(a_surplus_reply_is_a_protocol_error_and_nobody_gets_it) {
  Queue at;
  at.add("a");
  (void)at.send();
  at.add("waits");
  BOOST_TEST(at.arrive(":1\r\n:2\r\n") == "a=1 it sent a reply that nobody had asked for");
  BOOST_TEST(at.queue.has_unsent());
}

BOOST_AUTO_TEST_CASE(half_a_reply_is_awaited_if_it_is_due_and_else_a_protocol_error) {
  Queue at;
  at.add("a");
  (void)at.send();
  BOOST_TEST(at.arrive("$5\r\nhel") == "half ");
  BOOST_TEST(at.arrive("lo\r\n") == "a= ");
  BOOST_TEST(at.arrive("$5\r\nhel") == "it began a reply that nobody had asked for");
}

BOOST_AUTO_TEST_CASE(pushes_between_replies_leave_the_commands_as_they_are) {
  const std::string push = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n";
  Queue at(is_message);
  at.add("a", 250ms, 2);
  at.add("b");
  (void)at.send();
  BOOST_TEST(at.arrive(push + ":1\r\n" + push + ":2\r\n" + push) == "push continue push a=1=2 push ");
  BOOST_TEST(at.arrive(":3\r\n") == "b=3 ");
  BOOST_TEST(at.arrive(push.substr(0, 9)) == "half ");
  BOOST_TEST(at.arrive(push.substr(9)) == "push ");
  BOOST_TEST(at.arrive(":4\r\n") == "it sent a reply that nobody had asked for");
}

BOOST_AUTO_TEST_CASE(without_a_classifier_a_push_is_a_surplus_reply) {
  Queue at;
  BOOST_TEST(at.arrive("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n") ==
             "it sent a reply that nobody had asked for");
}

BOOST_AUTO_TEST_CASE(only_a_reply_counts_as_an_answer_of_the_connection) {
  Queue at(is_message);
  at.add("a", 250ms, 2);
  (void)at.send();
  (void)at.arrive("*1\r\n$7\r\nmessage\r\n");
  BOOST_TEST(!at.queue.has_answered());
  (void)at.arrive(":1\r\n");
  BOOST_TEST(at.queue.has_answered());
  at.queue.on_connected();
  BOOST_TEST(!at.queue.has_answered());
}

BOOST_AUTO_TEST_CASE(the_timer_is_set_for_the_earliest_deadline_only) {
  Queue at;
  BOOST_TEST(at.add("a", 200ms));
  BOOST_TEST(!at.add("b", 200ms));
  BOOST_TEST(!at.add("c", 300ms));
  BOOST_TEST(at.add("d", 100ms));
  const auto first = at.queue.on_deadline(kStart + 100ms);
  BOOST_TEST(shown(first.unsent) == "d:not_sent ");
  BOOST_TEST(!first.server_is_silent);
  BOOST_TEST((first.next == kStart + 200ms));
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 250ms).unsent) == "a:not_sent b:not_sent ");
  (void)at.queue.on_down();
  BOOST_TEST(!at.queue.on_deadline(kStart + 1s).next.has_value());
  BOOST_TEST(at.add("e", 2s));
}

// --- Late commands ---

BOOST_AUTO_TEST_CASE(a_late_command_fails_alone_and_its_replies_are_dropped_when_they_come) {
  Queue at;
  at.add("late", 100ms, 2);
  at.add("behind", 250ms);
  (void)at.send();
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 99ms).late) == "");
  const auto expired = at.queue.on_deadline(kStart + 100ms);
  BOOST_TEST(shown(expired.late) == "late:late ");
  BOOST_TEST(!expired.server_is_silent);
  BOOST_TEST(expired.unsent.empty());
  BOOST_TEST((expired.next == kStart + 250ms));
  at.add("new", 500ms);
  (void)at.send(110ms);
  BOOST_TEST(at.arrive(":1\r\n:2\r\n:3\r\n:4\r\n", 120ms) == "continue continue behind=3 new=4 ");
  BOOST_TEST(at.arrive(":5\r\n", 130ms) == "it sent a reply that nobody had asked for");
}

BOOST_AUTO_TEST_CASE(a_command_that_is_late_between_its_replies_drops_only_the_rest) {
  Queue at;
  at.add("late", 100ms, 3);
  at.add("behind", 250ms);
  (void)at.send();
  BOOST_TEST(at.arrive(":1\r\n$5\r\nhel", 50ms) == "continue half ");
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 100ms).late) == "late:late ");
  BOOST_TEST(at.arrive("lo\r\n:3\r\n:4\r\n", 150ms) == "continue continue behind=4 ");
}

BOOST_AUTO_TEST_CASE(a_command_that_was_late_fails_once) {
  Queue at;
  at.add("late", 100ms);
  (void)at.send();
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 100ms).late) == "late:late ");
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 200ms).late) == "");
  BOOST_TEST(shown(at.queue.on_lost(Kind::lost)) == "");
  at.add("again", 300ms);
  (void)at.send(200ms);
  BOOST_TEST(shown(at.queue.on_deadline(kStart + 300ms).late) == "again:late ");
  BOOST_TEST(shown(at.queue.on_stopped()) == "");
}

BOOST_AUTO_TEST_CASE(a_server_is_silent_when_a_command_is_late_and_nothing_came_for_a_whole_period) {
  Queue at;
  at.add("late", 100ms);
  (void)at.send(10ms);
  const auto first = at.queue.on_deadline(kStart + 100ms);
  BOOST_TEST(!first.server_is_silent);
  BOOST_TEST((first.next == kStart + 310ms));  // what was sent at 10 ms has had no sign of life since
  BOOST_TEST(!at.queue.on_deadline(kStart + 309ms).server_is_silent);
  BOOST_TEST(at.queue.on_deadline(kStart + 310ms).server_is_silent);
}

BOOST_AUTO_TEST_CASE(without_a_late_command_no_server_is_silent) {
  Queue at;
  at.add("patient", 10s);
  (void)at.send();
  const auto expired = at.queue.on_deadline(kStart + 5s);
  BOOST_TEST(!expired.server_is_silent);
  BOOST_TEST((expired.next == kStart + 10s));
}

BOOST_AUTO_TEST_CASE(silence_begins_anew_with_each_byte_and_with_the_first_command_that_waits) {
  Queue at;
  at.add("late", 100ms);
  at.add("behind", 150ms);
  (void)at.send();
  BOOST_TEST(at.arrive("$5\r\nhel", 250ms) == "half ");
  const auto expired = at.queue.on_deadline(kStart + 300ms);
  BOOST_TEST(shown(expired.late) == "late:late behind:late ");
  BOOST_TEST(!expired.server_is_silent);
  BOOST_TEST((expired.next == kStart + 550ms));
  BOOST_TEST(at.arrive("lo\r\n:2\r\n", 540ms) == "continue continue ");
  at.add("much later", 9s + 100ms);
  (void)at.send(9s);
  const auto later = at.queue.on_deadline(kStart + 9s + 100ms);
  BOOST_TEST(shown(later.late) == "much later:late ");
  BOOST_TEST(!later.server_is_silent);
  BOOST_TEST((later.next == kStart + 9s + Queue::kPeriod));
}

BOOST_AUTO_TEST_CASE(bytes_that_complete_no_reply_are_a_sign_of_life_for_ten_periods_only) {
  Queue at;
  at.add("late", 100ms);
  (void)at.send();
  (void)at.arrive("$50\r\n");
  for (milliseconds now = 100ms; now < 10 * Queue::kPeriod; now += 100ms) {
    (void)at.arrive("x", now);
    BOOST_TEST(!at.queue.on_deadline(kStart + now).server_is_silent);
  }
  BOOST_TEST(at.queue.on_deadline(kStart + 10 * Queue::kPeriod).server_is_silent);
}

BOOST_AUTO_TEST_CASE(a_server_that_always_has_a_reply_to_give_and_gives_replies_is_never_silent) {
  Queue at;
  at.add("first", 1h);
  (void)at.send();
  constexpr milliseconds kEnd = 12 * Queue::kPeriod;
  for (milliseconds now = 100ms; now <= kEnd; now += 100ms) {
    at.add("next", now == kEnd ? now + 50ms : 1h);
    (void)at.send(now);
    (void)at.arrive(":1\r\n", now);  // to the one before
  }
  const auto expired = at.queue.on_deadline(kStart + kEnd + 50ms);
  BOOST_TEST(shown(expired.late) == "next:late ");
  BOOST_TEST(!expired.server_is_silent);
}

BOOST_AUTO_TEST_CASE(without_a_period_a_server_is_silent_with_the_first_late_command) {
  Queue at(nullptr, 0ms);
  at.add("late", 100ms);
  at.add("behind", 300ms);
  (void)at.send();
  BOOST_TEST(!at.queue.on_deadline(kStart + 99ms).server_is_silent);
  const auto expired = at.queue.on_deadline(kStart + 100ms);
  BOOST_TEST(expired.server_is_silent);
  BOOST_TEST(shown(at.queue.on_lost(Kind::lost)) == "behind:lost ");
}

BOOST_AUTO_TEST_CASE(a_bad_reply_to_a_late_command_leaves_those_behind_lost_and_not_to_blame) {
  Queue at;
  at.add("late", 100ms);
  at.add("behind", 250ms);
  (void)at.send();
  (void)at.queue.on_deadline(kStart + 100ms);
  BOOST_TEST(shown(at.queue.on_lost(Kind::protocol_error)) == "behind:lost ");
}

BOOST_AUTO_TEST_CASE(a_late_reply_finds_no_command_after_the_connection_has_ended) {
  Queue at;
  at.add("late");
  (void)at.send();
  (void)at.queue.on_lost(Kind::lost);
  BOOST_TEST(at.arrive(":1\r\n") == "it sent a reply that nobody had asked for");
}

BOOST_AUTO_TEST_CASE(a_loss_fails_the_first_for_its_reason_and_those_behind_as_lost_and_keeps_the_unsent) {
  Queue at;
  for (const char* name : {"a", "b", "c"}) at.add(name);
  (void)at.send();
  at.add("waits");
  BOOST_TEST(shown(at.queue.on_lost(Kind::protocol_error)) == "a:protocol_error b:lost c:lost ");
  BOOST_TEST(shown(at.queue.on_lost(Kind::protocol_error)) == "");
  BOOST_TEST(at.send() == "waits;");
}

BOOST_AUTO_TEST_CASE(an_open_circuit_fails_the_unsent_only_and_a_stop_fails_all) {
  Queue at;
  at.add("sent");
  (void)at.send();
  at.add("waits");
  BOOST_TEST(shown(at.queue.on_down()) == "waits:not_sent ");
  at.add("waits");
  BOOST_TEST(shown(at.queue.on_stopped()) == "sent:lost waits:not_sent ");
}

BOOST_AUTO_TEST_CASE(commands_are_destroyed_without_a_result_when_the_loop_ends) {
  Queue at;
  at.add("sent");
  (void)at.send();
  at.add("waits");
  at.queue.abandon();
  BOOST_TEST(!at.queue.has_unsent());
  BOOST_TEST(shown(at.queue.on_stopped()) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
