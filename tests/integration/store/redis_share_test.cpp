// The share that expendable entries have of a Redis, while they are extended and replaced.

#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/fake_clock.h"
#include "tests/support/redis/redis_store_fixture.h"
#include "tests/support/run_all.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kIdle = 30min;
constexpr std::size_t kBytes = 1000;
// Room for two entries of kBytes with what Redis needs for each, and not for three.
constexpr std::size_t kShare = 2500;

const std::string kValue(kBytes, 'v');

RedisStoreOptions options() {
  RedisStoreOptions options = RedisStoreFixture::options();
  options.expendable_bytes = kShare;
  return options;
}

// A gateway's store, with a time that passes when told to.
struct Share {
  Share() { server().tell({"FLUSHALL"}); }

  static RedisServer& server() { return RedisStoreFixture::server(); }
  void advance(milliseconds by) {
    clock.advance(by);
    server().pass_time(by);
  }

  // "created", or why not.
  std::string begin(RedisStore& store, const std::string& key) {
    const StoreTerms terms(kIdle, Retention::expendable);
    const auto created = run(store.create(key, Bytes(kValue), terms));
    if (created) return "created";
    return created.error().kind == StoreFailure::Kind::full ? "full" : "failed";
  }
  // Extends an entry that had this time left when it was loaded.
  static std::string extend(RedisStore& store, const std::string& key, milliseconds time_left) {
    const auto touched = run(store.touch(key, terms_after(kBytes, time_left)));
    if (touched) return *touched == TouchOutcome::touched ? "touched" : "absent";
    return touched.error().kind == StoreFailure::Kind::full ? "full" : "failed";
  }
  static StoreTerms terms_after(std::size_t bytes, milliseconds time_left) {
    StoreTerms terms(kIdle, Retention::expendable);
    terms.former = StoreTerms::Former{bytes, time_left};
    return terms;
  }
  milliseconds time_left(const std::string& key) { return load(mine, key)->time_left.value(); }

  FakeClock clock;
  RedisStore mine{options(), clock};
  RedisStore others{options(), clock};  // another gateway's
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_share, Share)

BOOST_AUTO_TEST_CASE(entries_that_are_extended_all_day_hold_the_share_and_no_more) {
  BOOST_TEST(begin(mine, "a") == "created");
  BOOST_TEST(begin(mine, "b") == "created");
  for (int i = 0; i < 48; ++i) {
    advance(15min);
    BOOST_TEST_REQUIRE(extend(mine, "a", 15min) == "touched");
    BOOST_TEST_REQUIRE(extend(mine, "b", 15min) == "touched");
    BOOST_TEST_REQUIRE(begin(mine, "c") == "full");
  }
  BOOST_TEST((time_left("a") > kIdle - 10s));
  advance(kIdle + 11s);
  BOOST_TEST(begin(mine, "c") == "created");
  BOOST_TEST(begin(mine, "d") == "created");
}

BOOST_AUTO_TEST_CASE(the_requests_of_a_browser_that_come_at_once_extend_an_entry_that_counts_once) {
  BOOST_TEST(begin(mine, "a") == "created");
  advance(1min);
  std::vector<Task<>> requests;
  for (int i = 0; i < 20; ++i) {
    requests.push_back([](RedisStore& store) -> Task<> {
      const StoreTerms terms = terms_after(kBytes, kIdle - 1min);
      const auto touched = co_await store.touch("a", terms);
      BOOST_TEST((answered(touched) == TouchOutcome::touched));
    }(mine));
  }
  run(together(std::move(requests)));
  BOOST_TEST(begin(mine, "b") == "created");
  BOOST_TEST(begin(mine, "c") == "full");
}

BOOST_AUTO_TEST_CASE(an_entry_without_a_place_keeps_its_end_and_an_entry_to_keep_is_extended) {
  BOOST_TEST(begin(others, "theirs") == "created");
  create(others, "login", kValue, kIdle);
  advance(1min);
  BOOST_TEST(begin(mine, "a") == "created");
  BOOST_TEST(begin(mine, "b") == "created");
  advance(19min);
  BOOST_TEST(extend(mine, "theirs", 10min) == "full");
  BOOST_TEST((time_left("theirs") <= 10min));
  BOOST_TEST((touch(mine, "login", kIdle) == TouchOutcome::touched));
  BOOST_TEST((time_left("login") > kIdle - 10s));
  BOOST_TEST(extend(others, "theirs", 10min) == "touched");
}

BOOST_AUTO_TEST_CASE(an_entry_of_another_gateway_counts_in_each_that_extends_it) {
  BOOST_TEST(begin(others, "theirs") == "created");
  advance(1min);
  BOOST_TEST(extend(mine, "theirs", kIdle - 1min) == "touched");
  BOOST_TEST(begin(mine, "a") == "created");
  BOOST_TEST(begin(mine, "b") == "full");
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_written_again_and_again_counts_all_the_while) {
  BOOST_TEST(begin(mine, "a") == "created");
  BOOST_TEST(begin(mine, "b") == "created");
  std::string before = kValue;
  for (int i = 0; i < 10; ++i) {
    advance(15min);
    const std::string after(kBytes, static_cast<char>('a' + i));
    for (const char* key : {"a", "b"}) {
      const auto replaced = run(mine.replace(key, Bytes(before), Bytes(after), terms_after(kBytes, 15min)));
      BOOST_TEST_REQUIRE((answered(replaced) == ReplaceOutcome::replaced));
    }
    before = after;
    BOOST_TEST_REQUIRE(begin(mine, "c") == "full");
  }
}

BOOST_AUTO_TEST_CASE(without_a_place_an_entry_is_written_if_it_does_not_grow_and_keeps_its_end) {
  BOOST_TEST(begin(others, "theirs") == "created");
  advance(1min);
  BOOST_TEST(begin(mine, "a") == "created");
  BOOST_TEST(begin(mine, "b") == "created");
  advance(19min);
  const auto grown =
      run(mine.replace("theirs", Bytes(kValue), Bytes(kValue + "more"), terms_after(kBytes, 10min)));
  BOOST_TEST_REQUIRE(!grown);
  BOOST_TEST((grown.error().kind == StoreFailure::Kind::full));
  const std::string same(kBytes, 's');
  const auto replaced = run(mine.replace("theirs", Bytes(kValue), Bytes(same), terms_after(kBytes, 10min)));
  BOOST_TEST((answered(replaced) == ReplaceOutcome::replaced));
  BOOST_TEST(text_of(mine, "theirs") == same);
  BOOST_TEST((time_left("theirs") <= 10min));
}

BOOST_AUTO_TEST_CASE(a_write_that_lost_against_another_leaves_the_count_as_it_was) {
  BOOST_TEST(begin(mine, "a") == "created");
  const std::string large(kBytes + 200, 'l');
  for (int i = 0; i < 5; ++i) {
    const auto lost = run(mine.replace("a", Bytes("other"), Bytes(large), terms_after(5, kIdle)));
    BOOST_TEST((answered(lost) == ReplaceOutcome::mismatch));
  }
  BOOST_TEST(begin(mine, "b") == "created");
  BOOST_TEST(begin(mine, "c") == "full");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
