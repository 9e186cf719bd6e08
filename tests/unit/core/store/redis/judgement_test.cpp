// Which commands are sent again, where, and what else follows from their failures.

#include "core/store/redis/judgement.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using namespace std::chrono_literals;
using Failure = CallFailure::Kind;
using Next = Judgement::Next;
using Reaction = ServerError::Reaction;
using Retry = Command::Retry;
using State = ConnectMachine::State;

constexpr State kStates[] = {State::connecting, State::up, State::down, State::stopped};

Next after(Failure kind, Retry retry, State state) {
  return judge_failure({kind, "why"}, retry, {"a:1", state, 1h}).next;
}

Judgement after_error(const std::string& text, milliseconds age = 1h) {
  return judge_error(read_error(text, "GET"), {"a:1", State::up, age});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_judgement)

BOOST_AUTO_TEST_CASE(a_lost_command_is_repeated_only_if_that_is_safe_and_a_connection_is_being_made) {
  for (const State state : kStates) {
    const bool alive = state != State::down;
    BOOST_TEST((after(Failure::lost, Retry::safe, state) == Next::repeat) == alive);
    BOOST_TEST((after(Failure::lost, Retry::never, state) == Next::fail));
  }
}

BOOST_AUTO_TEST_CASE(a_command_that_was_not_sent_is_repeated_only_if_its_server_has_left) {
  for (const State state : kStates) {
    for (const Retry retry : {Retry::safe, Retry::never})
      BOOST_TEST((after(Failure::not_sent, retry, state) == Next::repeat) == (state == State::stopped));
  }
}

BOOST_AUTO_TEST_CASE(a_command_whose_reply_was_no_reply_is_never_repeated) {
  for (const State state : kStates)
    BOOST_TEST((after(Failure::protocol_error, Retry::safe, state) == Next::fail));
}

BOOST_AUTO_TEST_CASE(a_late_command_is_never_repeated_and_its_connection_stays) {
  for (const State state : kStates) {
    for (const Retry retry : {Retry::safe, Retry::never})
      BOOST_TEST((after(Failure::late, retry, state) == Next::fail));
  }
  BOOST_TEST(judge_failure({Failure::late, "why"}, Retry::safe, {"a:1"}).renew == "");
}

BOOST_AUTO_TEST_CASE(a_failure_keeps_its_reason_and_refreshes_the_topology) {
  const Judgement judged = judge_failure({Failure::lost, "a:1: reset"}, Retry::never, {"a:1"});
  BOOST_TEST(judged.error.failure.detail == "a:1: reset");
  BOOST_TEST(judged.refresh);
  BOOST_TEST(judged.renew == "");
}

BOOST_AUTO_TEST_CASE(a_redirection_goes_to_the_node_it_names_and_leaves_the_connection) {
  for (const std::string word : {"MOVED", "ASK"}) {
    const Judgement judged = after_error(word + " 7 10.0.0.1:6380", 0ms);
    BOOST_TEST((judged.next == Next::redirect));
    BOOST_TEST(judged.redirection.where == "10.0.0.1:6380");
    BOOST_TEST((judged.redirection.reaction == (word == "MOVED" ? Reaction::moved : Reaction::ask)));
    BOOST_TEST(judged.renew == "");
  }
}

BOOST_AUTO_TEST_CASE(a_server_that_became_a_replica_is_left_unless_the_connection_is_young) {
  const Judgement old = after_error("READONLY You can't write against a read only replica.", 500ms);
  BOOST_TEST((old.next == Next::repeat));
  BOOST_TEST(old.renew == "GET failed: it is a replica, which takes no writes");
  BOOST_TEST(old.refresh);
  const Judgement young = after_error("READONLY You can't write against a read only replica.", 499ms);
  BOOST_TEST((young.next == Next::fail));
  BOOST_TEST(young.renew == "");
  BOOST_TEST(young.refresh);
}

BOOST_AUTO_TEST_CASE(other_errors_fail_or_are_repeated_later) {
  BOOST_TEST((after_error("TRYAGAIN").next == Next::repeat_later));
  BOOST_TEST((after_error("OOM").error.failure.kind == StoreFailure::Kind::full));
  BOOST_TEST((after_error("NOSCRIPT").error.reaction == Reaction::script));
  BOOST_TEST((after_error("WRONGTYPE").error.reaction == Reaction::foreign));
  const Judgement loading = after_error("LOADING");
  BOOST_TEST((loading.next == Next::fail));
  BOOST_TEST(loading.refresh);
  BOOST_TEST(loading.error.failure.detail == "a:1: GET failed: it is loading its data");
}

BOOST_AUTO_TEST_CASE(replies_of_another_kind_end_the_connection_and_are_never_repeated) {
  const Judgement judged = judge_invalid_replies({"a:1"});
  BOOST_TEST((judged.next == Next::fail));
  BOOST_TEST(judged.renew == "it answered something else than it was asked");
  BOOST_TEST(judged.error.failure.detail == "a:1: its answers were mixed up");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
