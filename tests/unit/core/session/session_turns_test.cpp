#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/session/session.h"
#include "tests/support/forwarding_store.h"
#include "tests/support/run_all.h"
#include "tests/support/session_fixture.h"

// Writers of one session whose store answers slowly.
namespace session::test {
namespace {

// Answers no load while it is held.
class HeldStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  void hold(bool held) { held_ = held; }
  [[nodiscard]] bool is_asked() const { return asked_; }

  Answer<std::optional<Entry>> load(std::string key, LoadTerms terms) override {
    asked_ = held_;
    const auto let_go = [this] { return !held_; };
    co_await until(let_go);
    co_return co_await inner_.load(std::move(key), terms);
  }

 private:
  bool held_ = false;
  bool asked_ = false;  // by a load that it holds
};

struct SlowStore : SessionFixture {
  SlowStore() { options.write_deadline = milliseconds(20); }

  Task<> set(Session& session, std::string key, std::string& became) {
    const auto written = co_await session.set(std::move(key), 1, Flush::now);
    became = outcome(written);
    const bool store_failed = !written && written.error().kind == WriteFailure::Kind::store;
    if (store_failed && written.error().store.kind == StoreFailure::Kind::contended) became = "contended";
  }

  SessionManagerOptions options;
  HeldStore held{memory};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session_turns, SlowStore)

BOOST_AUTO_TEST_CASE(who_waits_behind_a_slow_store_gives_up_at_the_deadline_of_its_own_write) {
  SessionManager slow(held, native_format(format_options(), random),
                      std::make_shared<Identity>(IdentitySettings()), options, clock);
  const std::string cookie = cookie_of(stored(R"({"a":1})"_json));
  Session first = opened(slow, cookie);
  Session second = opened(slow, cookie);
  BOOST_TEST(outcome(run(opened(other, cookie).set("rival", 1, Flush::now))) == "written");
  held.hold(true);
  std::string of_first;
  std::string of_second;
  // It has its turn while it asks the store what the rival has written; then it writes.
  const auto let_go_after_the_second = [](HeldStore& asked, FakeClock& time, milliseconds deadline,
                                          const std::string& second_became) -> Task<> {
    const auto first_loads = [&asked] { return asked.is_asked(); };
    co_await until(first_loads);
    const auto gave_up = [&second_became, &time, deadline] {
      time.advance(deadline);
      return !second_became.empty();
    };
    co_await until(gave_up);
    asked.hold(false);
  };
  std::vector<Task<>> tasks;
  tasks.push_back(set(first, "first", of_first));
  tasks.push_back(set(second, "second", of_second));
  tasks.push_back(let_go_after_the_second(held, clock, options.write_deadline, of_second));
  run(together(std::move(tasks)));
  BOOST_TEST(of_second == "contended");
  BOOST_TEST(of_first == "written");
  BOOST_TEST(data_of(cookie) == R"({"a":1,"first":1,"rival":1})");
  BOOST_TEST(outcome(run(second.flush())) == "written");  // as a client does that tries again
  BOOST_TEST(data_of(cookie) == R"({"a":1,"first":1,"rival":1,"second":1})");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
