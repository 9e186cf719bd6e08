// One session, changed at the same moment by managers in two threads over one RedisStore.

#include <array>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/test/unit_test.hpp>

#include "core/crypto/random.h"
#include "core/format/native/native.h"
#include "core/session/session_manager.h"
#include "tests/support/redis/redis_store_fixture.h"
#include "tests/support/run_all.h"

namespace session::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kRounds = 2'000;
#else
constexpr int kRounds = 40'000;
#endif
constexpr int kAtOnce = 40;  // rounds that are under way together

const std::string kName = "session";

SessionManager make_manager(Store& store) {
  NativeFormatOptions native{kName, "", {{"k1", Secret(std::string(32, 'k'))}}, Secret("salt")};
  SessionManagerOptions options;
  options.policy.touch_every = seconds(0);  // extended by everyone who opens it
  options.cookie.name = kName;
  options.write_deadline = std::chrono::minutes(1);
  return {store, native_format(std::move(native), system_random()),
          std::make_shared<Identity>(IdentitySettings()), std::move(options)};
}

std::string cookie_of(const Session& session) {
  const std::string line = session.set_cookie().value_or("");
  return line.substr(0, line.find(';'));
}

// A thread with an event loop and a manager of its own.
class Side {
 public:
  explicit Side(Store& store) : manager_(make_manager(store)), thread_([this] { loop_.run(); }) {}
  ~Side() {
    loop_.stop();
    thread_.join();
  }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  // Runs it over there, and goes on here.
  template <class Act>
  Task<std::string> there(Act act, std::string cookie) {
    co_return co_await boost::asio::co_spawn(loop_, act(manager_, std::move(cookie)), kAwait);
  }

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<Executor> work_{loop_.get_executor()};
  SessionManager manager_;
  std::thread thread_;
};

using Opened = SessionManager::Opened;

Task<Opened> open(SessionManager& manager, std::string cookie) {
  const std::vector<std::string_view> headers = {cookie};
  auto opened = co_await manager.open(headers);
  if (!opened) throw std::runtime_error("an outage: " + opened.error().detail);
  co_return std::move(*opened);
}

// A cookie, if the session has one now that it has not had; else what became of the write.
std::string told(const Result<void, WriteFailure>& written, const Session& session) {
  if (written) return session.set_cookie() ? cookie_of(session) : "written";
  if (written.error().kind != WriteFailure::Kind::gone)
    throw std::runtime_error("not written: " + written.error().store.detail);
  return "gone";
}

Task<std::string> log_in(SessionManager& manager, std::string) {
  Session session = manager.create();
  const auto written = co_await session.set("user", "alice", Flush::now);
  co_return told(written, session);
}

Task<std::string> set(SessionManager& manager, std::string cookie) {
  Opened opened = co_await open(manager, std::move(cookie));
  if (!opened.session) co_return "refused";
  const auto written = co_await opened.session->set("late", 1, Flush::now);
  co_return told(written, *opened.session);
}

Task<std::string> regenerate(SessionManager& manager, std::string cookie) {
  Opened opened = co_await open(manager, std::move(cookie));
  if (!opened.session) co_return "refused";
  const auto written = co_await opened.session->regenerate();
  co_return told(written, *opened.session);
}

Task<std::string> check(SessionManager& manager, std::string cookie) {
  const Opened opened = co_await open(manager, std::move(cookie));
  co_return opened.session ? "there" : "refused";
}

// As a program does it that wants the session ended under whatever id it has.
Task<std::string> destroy(SessionManager& manager, std::string cookie) {
  for (;;) {
    Opened opened = co_await open(manager, cookie);
    if (opened.session) {
      const std::string own = opened.session->log_id();
      const auto written = co_await opened.session->destroy();
      if (written) co_return opened.session->history().back().session == own ? "here" : "under another id";
    } else {
      const auto ended = co_await manager.end(opened.named().others, opened.named().legacy_keys);
      co_return !ended.failure && !ended.names.empty() ? "under another id" : "not found";
    }
  }
}

// The slowest, regenerate, would hardly ever win.
Task<std::string> check_and_destroy(SessionManager& manager, std::string cookie) {
  (void)co_await check(manager, cookie);
  co_return co_await destroy(manager, std::move(cookie));
}

struct Races : RedisStoreFixture {
  // Outlives the other threads: what they hand back here they let go of a moment later.
  boost::asio::io_context home{1};
  std::array<std::unique_ptr<Side>, 2> sides = {std::make_unique<Side>(redis), std::make_unique<Side>(redis)};
  std::map<std::string, int> tally;
  int alive = 0;

  Side& side(int number) { return *sides.at(static_cast<std::size_t>(number % 2)); }

  template <class Act>
  Task<> act(Act what, int where, std::string cookie, std::string& result) {
    result = co_await side(where).there(what, std::move(cookie));
  }

  Task<> round(int number) {
    const std::string cookie = co_await side(number).there(log_in, "");
    std::string ended;
    std::string wrote;
    std::string moved;
    std::string checked;
    std::vector<Task<>> acts;
    acts.push_back(act(regenerate, number / 2, cookie, moved));
    acts.push_back(act(set, number / 4, cookie, wrote));
    acts.push_back(act(number % 3 == 0 ? destroy : check_and_destroy, number / 8, cookie, ended));
    acts.push_back(act(check, number / 16, cookie, checked));
    co_await together(std::move(acts));
    const bool has_moved = moved.starts_with(kName + "=");
    for (const std::string& known : {cookie, has_moved ? moved : cookie}) {
      const std::string found = co_await side(number / 32).there(check, known);
      if (found != "refused") ++alive;
    }
    ++tally["destroy: " + ended];
    ++tally["set: " + wrote];
    ++tally["check: " + checked];
    ++tally["regenerate: " + (has_moved ? "written" : moved)];
  }

  Task<> rounds(int first) {
    for (int number = first; number < kRounds; number += kAtOnce) co_await round(number);
  }

  void race() {
    std::vector<Task<>> lanes;
    for (int lane = 0; lane < kAtOnce; ++lane) lanes.push_back(rounds(lane));
    std::exception_ptr failed;
    boost::asio::co_spawn(home, together(std::move(lanes)),
                          [&](const std::exception_ptr& exception) { failed = exception; });
    home.run();
    if (failed) std::rethrow_exception(failed);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_races, Races)

BOOST_AUTO_TEST_CASE(after_a_destroy_no_cookie_is_alive_whatever_another_thread_did_meanwhile) {
  race();
  BOOST_TEST(alive == 0);
  for (const auto& [what, times] : tally) BOOST_TEST_MESSAGE(what << ": " << times);
  BOOST_TEST(tally["destroy: here"] + tally["destroy: under another id"] == kRounds);
  BOOST_TEST(tally["destroy: under another id"] == tally["regenerate: written"]);
  for (const char* seen : {"destroy: here", "destroy: under another id", "set: written", "set: gone",
                           "regenerate: written", "regenerate: gone"}) {
    BOOST_TEST(tally[seen] > 0, seen << " never happened");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
