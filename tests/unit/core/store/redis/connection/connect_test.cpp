// When a connection is made again, after which pause, and which events an operator gets.

#include "core/store/redis/connection/connect.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using namespace std::chrono_literals;
using State = ConnectMachine::State;
using Action = ConnectMachine::Action;

std::string shown(const Action& action) {
  static const char* const kNames[] = {"connected", "lost", "down", "moved", "left"};
  std::string all;
  for (const RedisEvent& event : action.events)
    all += std::string(kNames[static_cast<int>(event.kind)]) + " " + event.server +
           (event.reason.empty() ? "" : "(" + event.reason + ")") + "; ";
  if (action.fail_unsent) all += "fail_unsent; ";
  if (action.pause) all += "pause";
  return all;
}

struct Fixture {
  ConnectMachine machine{1};
  Clock::Steady now{1000s};

  std::string connect_to(const std::string& server = "a:1") {
    (void)machine.on_command();
    machine.on_attempt();
    machine.on_located(server);
    return shown(machine.on_connected(now));
  }
  Action lose(milliseconds after, bool answered) {
    now += after;
    return machine.on_lost(now, answered, "reset");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_connect, Fixture)

BOOST_AUTO_TEST_CASE(the_first_command_begins_to_connect_and_no_other_does) {
  BOOST_TEST((machine.state() == State::idle));
  BOOST_TEST(machine.on_command());
  BOOST_TEST((machine.state() == State::connecting));
  BOOST_TEST(!machine.fails_fast());
  BOOST_TEST(!machine.on_command());
  BOOST_TEST(connect_to() == "connected a:1; ");
  BOOST_TEST(!machine.on_command());
  BOOST_TEST((machine.state() == State::up));
}

BOOST_AUTO_TEST_CASE(a_failed_attempt_opens_the_circuit_and_is_down_once_per_outage) {
  (void)machine.on_command();
  machine.on_located("a:1");
  BOOST_TEST(shown(machine.on_connect_failed("refused")) == "down a:1(refused); fail_unsent; pause");
  BOOST_TEST(machine.fails_fast());
  BOOST_TEST(machine.reason() == "a:1: refused");
  BOOST_TEST(shown(machine.on_connect_failed("still refused")) == "fail_unsent; pause");
  BOOST_TEST(machine.reason() == "a:1: still refused");
  BOOST_TEST(connect_to() == "connected a:1; ");
  BOOST_TEST(!machine.fails_fast());
  BOOST_TEST(machine.reason() == "");
  (void)lose(1s, true);
  BOOST_TEST(shown(machine.on_connect_failed("refused")) == "down a:1(refused); fail_unsent; pause");
}

BOOST_AUTO_TEST_CASE(an_attempt_that_takes_too_long_fails_what_waits_at_once_and_the_attempt_later) {
  (void)machine.on_command();
  machine.on_attempt();
  BOOST_TEST(shown(machine.on_attempt_timeout("no connection")) == "down (no connection); fail_unsent; ");
  BOOST_TEST(machine.ending() == "no connection");
  BOOST_TEST(shown(machine.on_connect_failed("no connection")) == "fail_unsent; pause");
  machine.on_attempt();
  BOOST_TEST(machine.ending() == "");
  // The circuit is open already: nothing waits.
  BOOST_TEST(shown(machine.on_attempt_timeout("no connection")) == "");
}

BOOST_AUTO_TEST_CASE(a_connection_that_worked_for_a_while_is_made_again_at_once_and_commands_wait) {
  (void)connect_to();
  BOOST_TEST(shown(lose(ConnectMachine::kMinStable, true)) == "lost a:1(reset); ");
  BOOST_TEST((machine.state() == State::connecting));
  BOOST_TEST(!machine.fails_fast());
}

BOOST_AUTO_TEST_CASE(one_that_was_young_or_has_answered_nothing_is_made_again_after_a_pause) {
  (void)connect_to();
  BOOST_TEST(shown(lose(ConnectMachine::kMinStable - 1ms, true)) == "lost a:1(reset); pause");
  (void)connect_to();
  BOOST_TEST(shown(lose(1h, false)) == "lost a:1(reset); pause");
}

BOOST_AUTO_TEST_CASE(pauses_grow_until_a_connection_has_worked_for_a_while) {
  milliseconds sum{0};
  for (int i = 0; i < 5; ++i) {
    (void)connect_to();
    sum += lose(1ms, true).pause.value();
  }
  BOOST_TEST((sum >= 155ms));  // half of 10, 20, 40, 80 and 160 ms, at least
  (void)connect_to();
  BOOST_TEST(!lose(1h, true).pause.has_value());
  (void)connect_to();
  BOOST_TEST((lose(1ms, true).pause.value() <= Backoff::kFirst));
}

BOOST_AUTO_TEST_CASE(a_server_that_is_silent_opens_the_circuit) {
  (void)connect_to();
  BOOST_TEST(machine.on_server_silent());
  BOOST_TEST(machine.fails_fast());
  BOOST_TEST(machine.ending() == "no answer in time");
  BOOST_TEST(!machine.on_server_silent());
  now += 1h;
  BOOST_TEST(shown(machine.on_lost(now, true, machine.ending())) ==
             "lost a:1(no answer in time); down a:1(no answer in time); fail_unsent; ");
}

BOOST_AUTO_TEST_CASE(a_failover_is_moved_when_the_new_server_is_connected) {
  (void)connect_to("a:1");
  BOOST_TEST(machine.renew("another master"));
  BOOST_TEST((machine.state() == State::connecting));
  (void)lose(1s, true);
  machine.on_attempt();
  machine.on_located("b:2");
  BOOST_TEST(shown(machine.on_connect_failed("a replica")) == "down b:2(a replica); fail_unsent; pause");
  BOOST_TEST(connect_to("b:2") == "moved b:2; connected b:2; ");
  (void)lose(1s, true);
  BOOST_TEST(connect_to("b:2") == "connected b:2; ");
}

BOOST_AUTO_TEST_CASE(only_a_connection_that_is_up_can_be_renewed) {
  BOOST_TEST(!machine.renew("wrong"));
  (void)machine.on_command();
  BOOST_TEST(!machine.renew("wrong"));
  BOOST_TEST(machine.ending() == "");
  (void)machine.on_connect_failed("refused");
  BOOST_TEST(!machine.renew("wrong"));
}

BOOST_AUTO_TEST_CASE(a_stopped_connection_stays_stopped_and_has_left) {
  BOOST_TEST(shown(ConnectMachine(1).stop()) == "");
  (void)connect_to();
  BOOST_TEST(shown(machine.stop()) == "left a:1(it is not asked any more); ");
  BOOST_TEST(machine.fails_fast());
  BOOST_TEST(machine.ending() == "it is not asked any more");
  BOOST_TEST(!machine.on_command());
  BOOST_TEST(!machine.renew("wrong"));
}

BOOST_AUTO_TEST_CASE(the_age_counts_from_connected_and_only_while_it_is_up) {
  BOOST_TEST(machine.age(now).count() == 0);
  (void)connect_to();
  BOOST_TEST(machine.age(now + 70ms).count() == 70);
  (void)lose(70ms, true);
  BOOST_TEST(machine.age(now).count() == 0);
}

BOOST_AUTO_TEST_CASE(when_the_loop_ends_nothing_goes_on) {
  (void)connect_to();
  machine.abandon();
  BOOST_TEST((machine.state() == State::stopped));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
