// Which copies of entries serve, and for how long.

#include "core/store/redis/near_cache/near_cache.h"

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/fake_clock.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kAnySize = LoadTerms::kAnySize;

struct Fixture {
  explicit Fixture(NearCacheOptions with = {std::size_t{1} << 20, 10s, 0ms}) : options(with) {}
  // As a reader does whose reply comes at once.
  void keep(const std::string& key, const std::string& bytes = "bytes", milliseconds left = 1h) {
    cache.note(key, cache.ticket(key), Entry{Bytes(bytes), left}, hearing);
  }
  // What the copy holds; "" if there is none.
  std::string found(const std::string& key, std::size_t max_bytes = kAnySize) {
    const auto entry = cache.find(key, max_bytes);
    return entry ? std::string(entry->bytes.view()) : "";
  }
  std::string found_stale(const std::string& key) {
    const auto entry = cache.find_stale(key, kAnySize);
    return entry ? std::string(entry->bytes.view()) : "";
  }

  // As when nothing that the server announces is heard any more.
  void go_deaf() { hearing->end(clock.steady_now()); }
  // The server is heard again.
  void hear_again() {
    hearing->end_for_good();
    hearing = std::make_shared<Hearing>(clock.steady_now() + 10h);
  }

  NearCacheOptions options;
  FakeClock clock;
  NearCache cache{options, clock};
  std::shared_ptr<Hearing> hearing = std::make_shared<Hearing>(clock.steady_now() + 10h);
};

struct Patient : Fixture {
  Patient() : Fixture({std::size_t{1} << 20, 10s, 60s}) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(near_cache, Fixture)

BOOST_AUTO_TEST_CASE(a_copy_serves_until_its_entry_ends_and_no_longer_than_max_age) {
  keep("short", "s", 3s);
  keep("long", "l", 1h);
  keep("endless", "e", milliseconds::max());
  clock.advance(2s);
  BOOST_TEST((cache.find("short", kAnySize)->time_left == 1s));
  BOOST_TEST((cache.find("endless", kAnySize)->time_left == milliseconds::max()));
  clock.advance(1s);
  BOOST_TEST(found("short") == "");
  clock.advance(6999ms);
  BOOST_TEST(found("long") == "l");
  BOOST_TEST(found("endless") == "e");
  clock.advance(1ms);
  BOOST_TEST(found("long") == "");
  BOOST_TEST(found("endless") == "");
  BOOST_TEST((cache.stats().oldest_hit == 9999ms));
}

BOOST_AUTO_TEST_CASE(the_time_counts_from_when_the_server_was_asked) {
  const auto ticket = cache.ticket("key");
  clock.advance(2s);
  cache.note("key", ticket, Entry{Bytes("slow"), 5s}, hearing);
  BOOST_TEST((cache.find("key", kAnySize)->time_left == 3s));
}

BOOST_AUTO_TEST_CASE(an_announced_change_ends_a_copy_and_no_other) {
  keep("a");
  keep("b");
  cache.on_announced("a");
  BOOST_TEST(found("a") == "");
  BOOST_TEST(found("b") == "bytes");
  BOOST_TEST(cache.stats().announcements == 1u);
  BOOST_TEST(cache.stats().entries == 1u);
}

BOOST_AUTO_TEST_CASE(a_write_of_this_process_ends_a_copy) {
  keep("a");
  cache.forget("a");
  BOOST_TEST(found("a") == "");
  BOOST_TEST(cache.stats().announcements == 0u);
}

// The reply that is on its way may be from before the change.
BOOST_AUTO_TEST_CASE(what_changes_while_it_is_read_is_not_kept) {
  const auto before_announcement = cache.ticket("a");
  const auto before_write = cache.ticket("b");
  cache.on_announced("a");
  cache.forget("b");
  cache.note("a", before_announcement, Entry{Bytes("old"), 1h}, hearing);
  cache.note("b", before_write, Entry{Bytes("old"), 1h}, hearing);
  BOOST_TEST(found("a") == "");
  BOOST_TEST(found("b") == "");
  keep("a", "new");
  BOOST_TEST(found("a") == "new");
}

BOOST_AUTO_TEST_CASE(what_may_have_been_missed_ends_the_copies_that_rely_on_it) {
  keep("a");
  const auto elsewhere = std::make_shared<Hearing>(clock.steady_now() + 10h);
  cache.note("other", cache.ticket("other"), Entry{Bytes("kept"), 1h}, elsewhere);
  go_deaf();
  BOOST_TEST(found("a") == "");
  BOOST_TEST(found("other") == "kept");
  hear_again();
  BOOST_TEST(found("a") == "");
  keep("a", "new");
  BOOST_TEST(found("a") == "new");
}

// A worker that stands still can't say that it hears nothing.
BOOST_AUTO_TEST_CASE(a_hearing_that_nobody_extends_runs_out) {
  hearing = std::make_shared<Hearing>(clock.steady_now() + 2s);
  keep("key");
  clock.advance(1999ms);
  BOOST_TEST(found("key") == "bytes");
  clock.advance(1ms);
  BOOST_TEST(found("key") == "");
  hearing->extend(clock.steady_now() + 2s);
  BOOST_TEST(found("key") == "bytes");
  go_deaf();
  hearing->extend(clock.steady_now() + 2s);
  BOOST_TEST(found("key") == "");
}

// Neither what is absent, nor what holds no bytes, nor what may end at any time.
BOOST_AUTO_TEST_CASE(what_is_no_whole_entry_is_not_kept) {
  cache.note("absent", cache.ticket("absent"), std::nullopt, hearing);
  cache.note("empty", cache.ticket("empty"), Entry{Bytes(), 1h}, hearing);
  cache.note("endless?", cache.ticket("endless?"), Entry{Bytes("bytes"), std::nullopt}, hearing);
  cache.note("unheard", cache.ticket("unheard"), Entry{Bytes("bytes"), 1h}, nullptr);
  BOOST_TEST(cache.stats().entries == 0u);
}

BOOST_AUTO_TEST_CASE(what_the_server_says_ends_another_copy) {
  keep("same");
  keep("changed");
  keep("gone");
  const NearCache::Ticket ticket = cache.ticket("same");
  cache.note("same", ticket, Entry{Bytes("bytes"), 1h}, nullptr);
  cache.note("changed", ticket, Entry{Bytes("others"), 1h}, nullptr);
  cache.note("gone", ticket, std::nullopt, nullptr);
  BOOST_TEST(found("same") == "bytes");
  BOOST_TEST(found("changed") == "");
  BOOST_TEST(found("gone") == "");
}

BOOST_AUTO_TEST_CASE(a_copy_of_more_bytes_than_the_caller_may_read_is_none) {
  keep("key", "12345");
  BOOST_TEST(found("key", 4) == "");
  BOOST_TEST(found("key", 5) == "12345");
}

BOOST_AUTO_TEST_CASE(a_later_copy_takes_the_place_of_an_earlier_one) {
  keep("key", "first");
  keep("key", "second");
  BOOST_TEST(found("key") == "second");
  BOOST_TEST(cache.stats().entries == 1u);
}

BOOST_AUTO_TEST_CASE(what_was_used_least_recently_makes_room) {
  const std::string large(1000, 'x');
  for (int i = 0; i < 5000; ++i) {
    keep("key" + std::to_string(i), large);
    keep("hot", "hot");
  }
  const NearCache::Stats stats = cache.stats();
  BOOST_TEST(stats.bytes <= options.max_bytes);
  BOOST_TEST(stats.bytes > options.max_bytes / 2);
  BOOST_TEST(stats.entries > 300u);
  BOOST_TEST(found("key4999") == large);
  BOOST_TEST(found("key0") == "");
  BOOST_TEST(found("hot") == "hot");
}

BOOST_AUTO_TEST_CASE(what_is_larger_than_the_cache_is_not_kept) {
  keep("key", std::string(options.max_bytes, 'x'));
  BOOST_TEST(found("key") == "");
  BOOST_TEST(cache.stats().bytes == 0u);
}

BOOST_AUTO_TEST_CASE(what_serves_no_more_is_freed) {
  for (int i = 0; i < 100; ++i) keep("key" + std::to_string(i));
  clock.advance(5s);
  keep("fresh");
  clock.advance(5s);
  cache.sweep();
  BOOST_TEST(found("fresh") == "bytes");
  // One in the way of others in its part stays.
  BOOST_TEST(cache.stats().entries <= 10u);
  clock.advance(10s);
  cache.sweep();
  BOOST_TEST(cache.stats().entries == 0u);
  BOOST_TEST(cache.stats().bytes == 0u);
}

BOOST_AUTO_TEST_CASE(without_the_setting_nothing_is_stale) {
  keep("key");
  go_deaf();
  BOOST_TEST(!cache.serves_stale());
  BOOST_TEST(found_stale("key") == "");
}

BOOST_FIXTURE_TEST_CASE(during_an_outage_a_copy_serves_on_for_so_long, Patient) {
  keep("key");
  clock.advance(4s);
  go_deaf();
  BOOST_TEST(found("key") == "");
  BOOST_TEST(found_stale("key") == "bytes");
  clock.advance(60s);
  BOOST_TEST(found_stale("key") == "bytes");
  clock.advance(1ms);
  BOOST_TEST(found_stale("key") == "");
  BOOST_TEST(cache.stats().stale == 2u);
}

// It was no hit any more when the outage began.
BOOST_FIXTURE_TEST_CASE(the_time_of_an_outage_counts_from_when_a_copy_could_serve_last, Patient) {
  keep("key");
  clock.advance(50s);
  go_deaf();
  clock.advance(20s);
  BOOST_TEST(found_stale("key") == "bytes");
  clock.advance(1ms);
  BOOST_TEST(found_stale("key") == "");
}

BOOST_FIXTURE_TEST_CASE(an_entry_that_ends_during_an_outage_serves_no_more, Patient) {
  keep("key", "bytes", 5s);
  go_deaf();
  clock.advance(5s);
  BOOST_TEST(found_stale("key") == "");
}

BOOST_FIXTURE_TEST_CASE(a_write_during_an_outage_ends_its_copy, Patient) {
  keep("key");
  go_deaf();
  cache.forget("key");
  BOOST_TEST(found_stale("key") == "");
}

// What changed between both is not known.
BOOST_FIXTURE_TEST_CASE(what_served_in_one_outage_does_not_serve_in_the_next, Patient) {
  keep("key");
  go_deaf();
  BOOST_TEST(found_stale("key") == "bytes");
  hear_again();
  go_deaf();
  BOOST_TEST(found_stale("key") == "");
}

BOOST_AUTO_TEST_CASE(threads_that_keep_find_and_forget_leave_nothing_that_was_forgotten) {
  const auto work = [this](int seed) {
    for (int i = 0; i < 20'000; ++i) {
      const std::string key = "key" + std::to_string((i * 7 + seed) % 50);
      if (i % 3 == 0) cache.forget(key);
      if (i % 3 == 1) keep(key, key);
      const auto copy = cache.find(key, kAnySize);
      if (copy && copy->bytes.view() != key) throw std::logic_error("another key's bytes");
    }
  };
  std::vector<std::thread> threads;
  for (int seed = 0; seed < 4; ++seed) threads.emplace_back(work, seed);
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 50; ++i) cache.forget("key" + std::to_string(i));
  BOOST_TEST(cache.stats().entries == 0u);
  BOOST_TEST(cache.stats().bytes == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
