// Those who want the same key have it one after the other.

#include "core/base/keyed_mutex.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/run.h"
#include "tests/support/fake_clock.h"
#include "tests/support/run_all.h"

namespace session::test {
namespace {

// Longer than any test takes.
constexpr milliseconds kPatience = std::chrono::minutes(5);

// Everything that is ready to run on this loop runs, and what that makes ready.
Task<> let_others_run() { co_await pause(milliseconds(1)); }

// Takes the key, says so, and lets others run before it gives it back.
Task<> visit(KeyedMutex& write_locks, std::string key, std::string name, std::string& said) {
  const std::optional<KeyedMutex::Lock> turn = co_await write_locks.lock(std::move(key), kPatience);
  said += name + (turn ? "(" : "!");
  if (!turn) co_return;
  co_await let_others_run();
  said += name + ")";
}

// Takes the key and keeps it in `kept`.
Task<> take_into(KeyedMutex& write_locks, std::string key, std::optional<KeyedMutex::Lock>& kept) {
  kept = co_await write_locks.lock(std::move(key), kPatience);
}

// Says whether it had its turn within that time, and gives it back.
Task<> try_for(KeyedMutex& write_locks, milliseconds timeout, std::string name, std::string& said) {
  const std::optional<KeyedMutex::Lock> turn = co_await write_locks.lock("key", timeout);
  said += name + (turn ? "+" : "-");
}

void spawn(const Executor& executor, Task<> task) {
  boost::asio::co_spawn(executor, std::move(task), boost::asio::detached);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(write_locks)

BOOST_AUTO_TEST_CASE(who_came_first_goes_first_and_nobody_goes_meanwhile) {
  KeyedMutex write_locks;
  std::string said;
  run([](KeyedMutex& all, std::string& log) -> Task<> {
    std::vector<Task<>> visits;
    for (const std::string name : {"a", "b", "c", "d", "e"}) visits.push_back(visit(all, "key", name, log));
    co_await together(std::move(visits));
  }(write_locks, said));
  BOOST_TEST(said == "a(a)b(b)c(c)d(d)e(e)");
}

BOOST_AUTO_TEST_CASE(other_keys_are_not_waited_for) {
  KeyedMutex write_locks;
  std::string said;
  run([](KeyedMutex& all, std::string& log) -> Task<> {
    std::vector<Task<>> visits;
    visits.push_back(visit(all, "one", "a", log));
    visits.push_back(visit(all, "two", "b", log));
    visits.push_back(visit(all, "one", "c", log));
    co_await together(std::move(visits));
  }(write_locks, said));
  BOOST_TEST(said.starts_with("a(b("));
  BOOST_TEST(said.find("c(") > said.find("a)"));
}

BOOST_AUTO_TEST_CASE(a_key_that_nobody_has_is_had_at_once_time_and_again) {
  KeyedMutex write_locks;
  run([](KeyedMutex& all) -> Task<> {
    for (int i = 0; i < 1000; ++i) (void)co_await all.lock("key", kPatience);
  }(write_locks));
}

BOOST_AUTO_TEST_CASE(who_comes_while_others_wait_goes_behind_them) {
  KeyedMutex write_locks;
  std::string said;
  run([](KeyedMutex& all, std::string& log) -> Task<> {
    const Executor executor = co_await boost::asio::this_coro::executor;
    std::optional<KeyedMutex::Lock> first;
    co_await take_into(all, "key", first);
    spawn(executor, visit(all, "key", "a", log));
    co_await let_others_run();
    first.reset();  // a's turn has come, and it has not noticed yet
    spawn(executor, visit(all, "key", "b", log));
    const auto both_went = [&log] { return log.ends_with("b)"); };
    co_await until(both_went);
  }(write_locks, said));
  BOOST_TEST(said == "a(a)b(b)");
}

BOOST_AUTO_TEST_CASE(a_turn_that_was_moved_is_still_one_turn) {
  KeyedMutex write_locks;
  std::string said;
  run([](KeyedMutex& all, std::string& log) -> Task<> {
    const Executor executor = co_await boost::asio::this_coro::executor;
    std::optional<KeyedMutex::Lock> first;
    co_await take_into(all, "key", first);
    spawn(executor, visit(all, "key", "a", log));
    std::optional<KeyedMutex::Lock> second(std::move(*first));
    first.reset();
    co_await let_others_run();
    BOOST_TEST(log == "");
    second.reset();
    const auto went = [&log] { return log == "a(a)"; };
    co_await until(went);
  }(write_locks, said));
}

BOOST_AUTO_TEST_CASE(a_turn_that_another_is_assigned_to_ends_with_that_one) {
  KeyedMutex write_locks;
  std::string said;
  run([](KeyedMutex& all, std::string& log) -> Task<> {
    const Executor executor = co_await boost::asio::this_coro::executor;
    std::optional<KeyedMutex::Lock> one;
    std::optional<KeyedMutex::Lock> two;
    co_await take_into(all, "one", one);
    co_await take_into(all, "two", two);
    spawn(executor, visit(all, "one", "a", log));
    spawn(executor, visit(all, "two", "b", log));
    co_await let_others_run();
    *one = std::move(*two);
    two.reset();  // holds what `one` had
    const auto a_went = [&log] { return log == "a(a)"; };
    co_await until(a_went);
    one.reset();
    const auto b_went = [&log] { return log == "a(a)b(b)"; };
    co_await until(b_went);
  }(write_locks, said));
}

BOOST_AUTO_TEST_CASE(an_exception_gives_the_turn_back) {
  KeyedMutex write_locks;
  const auto fail = [](KeyedMutex& all) -> Task<> {
    const auto turn = co_await all.lock("key", kPatience);
    throw std::runtime_error("on purpose");
  };
  BOOST_CHECK_THROW(run(fail(write_locks)), std::runtime_error);
  std::string said;
  run(visit(write_locks, "key", "a", said));
  BOOST_TEST(said == "a(a)");
}

BOOST_AUTO_TEST_CASE(who_has_waited_long_enough_goes_without_and_the_others_keep_their_order) {
  KeyedMutex write_locks;
  std::string said;
  run([](KeyedMutex& all, std::string& log) -> Task<> {
    const Executor executor = co_await boost::asio::this_coro::executor;
    std::optional<KeyedMutex::Lock> first;
    co_await take_into(all, "key", first);
    spawn(executor, visit(all, "key", "a", log));
    spawn(executor, try_for(all, milliseconds(1), "b", log));
    spawn(executor, visit(all, "key", "c", log));
    const auto gave_up = [&log] { return !log.empty(); };
    co_await until(gave_up);
    BOOST_TEST(log == "b-");
    co_await let_others_run();
    BOOST_TEST(log == "b-");
    first.reset();
    const auto both_went = [&log] { return log.ends_with("c)"); };
    co_await until(both_went);
  }(write_locks, said));
  BOOST_TEST(said == "b-a(a)c(c)");
}

BOOST_AUTO_TEST_CASE(who_has_no_time_left_has_only_what_nobody_has) {
  KeyedMutex write_locks;
  std::string said;
  run([](KeyedMutex& all, std::string& log) -> Task<> {
    co_await try_for(all, milliseconds(0), "a", log);
    co_await try_for(all, milliseconds(-1), "b", log);
    std::optional<KeyedMutex::Lock> first;
    co_await take_into(all, "key", first);
    co_await try_for(all, milliseconds(0), "c", log);
    co_await try_for(all, milliseconds(-1), "d", log);
    first.reset();
    co_await try_for(all, milliseconds(0), "e", log);
  }(write_locks, said));
  BOOST_TEST(said == "a+b+c-d-e+");
}

BOOST_AUTO_TEST_CASE(a_turn_that_comes_as_the_time_runs_out_is_had_and_handed_on) {
  FakeClock clock;
  KeyedMutex write_locks(clock);
  std::string said;
  run([](KeyedMutex& all, FakeClock& time, std::string& log) -> Task<> {
    const Executor executor = co_await boost::asio::this_coro::executor;
    std::optional<KeyedMutex::Lock> first;
    co_await take_into(all, "key", first);
    spawn(executor, try_for(all, milliseconds(5), "a", log));
    spawn(executor, visit(all, "key", "b", log));
    co_await let_others_run();
    time.advance(milliseconds(5));  // The loop learns of it only when this suspends.
    first.reset();
    const auto b_went = [&log] { return log.ends_with("b)"); };
    co_await until(b_went);
  }(write_locks, clock, said));
  BOOST_TEST(said == "a+b(b)");
}

BOOST_AUTO_TEST_CASE(who_comes_behind_as_many_as_may_wait_is_refused_at_once_and_they_all_go) {
  KeyedMutex write_locks;
  std::string said;
  run([](KeyedMutex& all, std::string& log) -> Task<> {
    const Executor executor = co_await boost::asio::this_coro::executor;
    std::optional<KeyedMutex::Lock> first;
    co_await take_into(all, "key", first);
    for (std::size_t i = 0; i < KeyedMutex::kMaxWaiters; ++i)
      spawn(executor, try_for(all, kPatience, "", log));
    co_await let_others_run();
    BOOST_TEST(log.empty());
    co_await try_for(all, kPatience, "late", log);
    BOOST_TEST(log == "late-");
    co_await visit(all, "another key", "other", log);
    BOOST_TEST(log == "late-other(other)");
    log.clear();
    first.reset();
    const auto all_went = [&log] { return log.size() == KeyedMutex::kMaxWaiters; };
    co_await until(all_went);
    co_await try_for(all, kPatience, "late", log);
  }(write_locks, said));
  BOOST_TEST(said == std::string(KeyedMutex::kMaxWaiters, '+') + "late+");
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_while_it_waits_leaves_the_line) {
  KeyedMutex write_locks;
  std::string said;
  run([](KeyedMutex& all, std::string& log) -> Task<> {
    const Executor executor = co_await boost::asio::this_coro::executor;
    boost::asio::cancellation_signal signal;
    std::optional<KeyedMutex::Lock> first;
    co_await take_into(all, "key", first);
    auto cancellable = boost::asio::bind_cancellation_slot(signal.slot(), boost::asio::detached);
    boost::asio::co_spawn(executor, visit(all, "key", "a", log), std::move(cancellable));
    spawn(executor, visit(all, "key", "b", log));
    co_await let_others_run();
    signal.emit(boost::asio::cancellation_type::terminal);
    co_await let_others_run();
    BOOST_TEST(log.find('(') == std::string::npos);
    first.reset();
    const auto b_went = [&log] { return log.ends_with("b(b)"); };
    co_await until(b_went);
  }(write_locks, said));
  BOOST_TEST(said.find("a(") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_loop_that_ends_while_some_wait_ends_them_whichever_goes_first) {
  for (const bool turns_first : {false, true}) {
    std::string said;
    auto write_locks = std::make_unique<KeyedMutex>();
    auto loop = std::make_unique<boost::asio::io_context>(1);
    for (const std::string name : {"a", "b", "c"})
      spawn(loop->get_executor(), visit(*write_locks, "key", name, said));
    loop->poll();
    BOOST_TEST(said == "a(");
    if (turns_first) write_locks.reset();
    loop.reset();
    BOOST_TEST(said == "a(");
  }
}

BOOST_AUTO_TEST_CASE(who_went_while_waiting_is_passed_over_also_if_its_turn_had_come) {
  KeyedMutex write_locks;
  std::string said;
  for (const int waiting : {1, 2, 5}) {
    boost::asio::io_context loop(1);
    for (int i = 0; i <= waiting; ++i) spawn(loop.get_executor(), visit(write_locks, "key", "a", said));
    loop.poll();
  }
  said.clear();
  run(visit(write_locks, "key", "b", said));
  BOOST_TEST(said == "b(b)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
