#include "core/store/durable/durable_store.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/durable/durable_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(durable_store)

// --- What is there again ---

BOOST_AUTO_TEST_CASE(an_entry_comes_back_with_all_that_it_has) {
  DurableFixture fixture;
  StoreTerms terms(90s, Retention::expendable);
  terms.owner = "ada";
  BOOST_REQUIRE(answered(run(fixture.store().create("key", Bytes(std::string_view("a\0b", 3)), terms))) ==
                CreateOutcome::created);
  fixture.advance(20s);
  fixture.close();
  fixture.advance(10s);
  const auto entry = load(fixture.store(), "key");
  BOOST_TEST_REQUIRE(entry.has_value());
  BOOST_TEST((entry->bytes.view() == std::string_view("a\0b", 3)));
  BOOST_TEST(entry->time_left.value().count() == milliseconds(60s).count());
  BOOST_TEST(answered(run(fixture.store().owned("ada", 10))).keys.size() == 1U);
  // An expendable one is evicted for one to keep.
  fixture.close();
  fixture.memory.max_bytes = 4000;
  for (int i = 0; i < 10; ++i) create(fixture.store(), std::to_string(i), std::string(300, 'v'));
  BOOST_TEST(!holds(fixture.store(), "key"));
  BOOST_TEST(fixture.durable().memory().stats().expendable_evictions == 1U);
}

BOOST_AUTO_TEST_CASE(an_entry_without_an_end_has_none_again) {
  DurableFixture fixture;
  create(fixture.store(), "key", "value", milliseconds::max());
  fixture.reopen();
  fixture.advance(std::chrono::hours(24 * 365 * 100));
  BOOST_TEST(holds(fixture.store(), "key"));
}

BOOST_AUTO_TEST_CASE(what_was_replaced_extended_erased_or_given_away_is_so_again) {
  DurableFixture fixture;
  for (const char* key : {"replaced", "extended", "erased", "owned"})
    create(fixture.store(), key, "old", 60s);
  fixture.reopen();
  replace(fixture.store(), "replaced", "old", "new", 50s);
  touch(fixture.store(), "extended", 80s);
  erase(fixture.store(), "erased");
  answered(run(fixture.store().own("owned", "bob", 60s)));
  fixture.reopen();
  BOOST_TEST(text_of(fixture.store(), "replaced") == "new");
  BOOST_TEST(load(fixture.store(), "replaced")->time_left.value().count() == 50'000);
  BOOST_TEST(load(fixture.store(), "extended")->time_left.value().count() == 80'000);
  BOOST_TEST(text_of(fixture.store(), "extended") == "old");
  BOOST_TEST(!holds(fixture.store(), "erased"));
  BOOST_TEST(answered(run(fixture.store().owned("bob", 10))).keys.at(0) == "owned");
}

BOOST_AUTO_TEST_CASE(what_expired_meanwhile_is_left_out_and_erased_later) {
  DurableFixture fixture;
  for (int i = 0; i < 2500; ++i) create(fixture.store(), "short" + std::to_string(i), "value", 30s);
  create(fixture.store(), "long", "value", 90s);
  fixture.close();
  fixture.advance(60s);
  BOOST_TEST(fixture.durable().stats().loaded == 1U);
  BOOST_TEST(holds(fixture.store(), "long"));
  // In pieces, each after a pause.
  for (int i = 0; i < 20; ++i) {
    const auto before = fixture.durable().stats().batches;
    fixture.advance(250ms);
    touch(fixture.store(), "long", 90s);
    fixture.settle();
    BOOST_TEST(fixture.durable().stats().batches > before);
  }
  fixture.close();
  fixture.clock.set_unix(seconds(1'800'000'000));  // before all of them ended
  BOOST_TEST(fixture.durable().stats().loaded == 1U);
}

BOOST_AUTO_TEST_CASE(new_rows_never_take_the_number_of_an_old_one) {
  DurableFixture fixture;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 10; ++i) create(fixture.store(), std::to_string(round * 10 + i), "value");
    erase(fixture.store(), std::to_string(round * 10 + 9));
    fixture.reopen();
    BOOST_TEST(fixture.durable().stats().loaded == static_cast<std::uint64_t>(9 * (round + 1)));
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_no_longer_fits_is_read_as_far_as_there_is_room) {
  DurableFixture fixture;
  for (int i = 0; i < 200; ++i) create(fixture.store(), "key" + std::to_string(i), std::string(300, 'v'));
  fixture.close();
  fixture.memory.max_bytes = 40'000;
  const std::size_t kept = fixture.durable().memory().stats().entries;
  BOOST_TEST(kept > 20U);
  BOOST_TEST(kept < 100U);
  BOOST_TEST(fixture.durable().stats().loaded == kept);
  BOOST_TEST(fixture.durable().memory().stats().evictions == 200 - kept);
  BOOST_TEST(holds(fixture.store(), "key199"));
  fixture.close();
  fixture.memory.max_bytes = 1 << 20;
  BOOST_TEST(fixture.durable().memory().stats().entries == kept);
}

BOOST_AUTO_TEST_CASE(progress_is_reported_up_to_the_end) {
  DurableFixture fixture;
  for (int i = 0; i < 20'000; ++i) create(fixture.store(), std::to_string(i), "v");
  fixture.close();
  std::vector<std::uint64_t> told;
  fixture.options.on_progress = [&](DurableProgress progress) {
    if (progress.step != DurableProgress::Step::reading) return;
    BOOST_TEST(progress.of == 20'000U);
    told.push_back(progress.done);
  };
  fixture.durable();
  BOOST_TEST(told == (std::vector<std::uint64_t>{8192, 16384, 20'000}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(progress_is_reported_while_a_large_file_is_checked) {
  DurableFixture fixture;
  for (int i = 0; i < 400; ++i) create(fixture.store(), std::to_string(i), std::string(8000, 'v'));
  fixture.close();
  const std::uint64_t size = std::filesystem::file_size(fixture.options.path);
  std::vector<std::uint64_t> told;
  fixture.options.on_progress = [&](DurableProgress progress) {
    if (progress.step != DurableProgress::Step::checking) return;
    BOOST_TEST(progress.of == size);
    told.push_back(progress.done);
  };
  fixture.durable();
  const std::uint64_t mib = 1 << 20;
  BOOST_TEST_REQUIRE(size > 3 * mib);
  std::vector<std::uint64_t> expected;
  for (std::uint64_t at = mib; at < size; at += mib) expected.push_back(at);
  expected.push_back(size);
  BOOST_TEST(told == expected, boost::test_tools::per_element());
}

// --- When it is written ---

BOOST_AUTO_TEST_CASE(changes_of_a_quarter_of_a_second_are_written_together) {
  DurableFixture fixture;
  for (int i = 0; i < 10; ++i) create(fixture.store(), std::to_string(i), "value");
  fixture.advance(249ms);
  BOOST_TEST(fixture.durable().stats().queue_entries == 10U);
  BOOST_TEST(fixture.durable().stats().oldest.count() == 249);
  BOOST_TEST(fixture.durable().stats().batches == 0U);
  fixture.advance(1ms);
  await("the batch", [&] { return fixture.durable().stats().batches == 1; });
  BOOST_TEST(fixture.durable().stats().rows_written == 10U);
  await("the end of the queue", [&] { return fixture.durable().stats().queue_entries == 0; });
}

BOOST_AUTO_TEST_CASE(of_several_changes_of_an_entry_the_last_is_written) {
  DurableFixture fixture;
  create(fixture.store(), "key", "0");
  for (int i = 0; i < 100; ++i) {
    replace(fixture.store(), "key", std::to_string(i), std::to_string(i + 1));
    touch(fixture.store(), "key", seconds(100 + i));
  }
  fixture.settle();
  BOOST_TEST(fixture.durable().stats().rows_written == 1U);
  fixture.reopen();
  BOOST_TEST(text_of(fixture.store(), "key") == "100");
}

BOOST_AUTO_TEST_CASE(under_commit_an_answer_means_that_it_is_written) {
  DurableFixture fixture(Durability::commit);
  create(fixture.store(), "key", "old");
  BOOST_TEST(fixture.durable().stats().batches == 1U);
  replace(fixture.store(), "key", "old", "new");
  BOOST_TEST(fixture.durable().stats().batches == 2U);
  touch(fixture.store(), "key");
  load(fixture.store(), "key");
  BOOST_TEST(fixture.durable().stats().batches == 2U);
  erase(fixture.store(), "key");
  BOOST_TEST(fixture.durable().stats().batches == 3U);
  erase(fixture.store(), "key");
  BOOST_TEST(fixture.durable().stats().batches == 3U);
}

BOOST_AUTO_TEST_CASE(loads_and_refused_writes_change_nothing_in_the_file) {
  DurableFixture fixture;
  create(fixture.store(), "key", "value");
  fixture.settle();
  load(fixture.store(), "key");
  create(fixture.store(), "key", "other");
  replace(fixture.store(), "key", "other", "new");
  erase_if(fixture.store(), "key", "other");
  touch(fixture.store(), "absent");
  BOOST_TEST(fixture.durable().stats().queue_entries == 0U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_shifts_the_ends_by_as_much) {
  DurableFixture fixture;
  create(fixture.store(), "key", "value", 60s);
  fixture.close();
  fixture.clock.set_unix(seconds(1'800'000'000 + 50));
  BOOST_TEST(load(fixture.store(), "key")->time_left.value().count() == 10'000);
}

// --- The bound ---

BOOST_AUTO_TEST_CASE(the_queue_counts_for_the_cap) {
  DurableFixture fixture;
  fixture.memory.max_bytes = 1 << 20;
  fixture.options.max_queue_bytes = 1 << 30;
  // All of it goes to the sessions and to the queue, of which the queue has a quarter.
  for (int i = 0; i < 5000; ++i) {
    create(fixture.store(), std::to_string(i), std::string(1000, 'v'));
    const std::size_t queue = fixture.durable().stats().queue_bytes;
    BOOST_TEST_REQUIRE(queue <= (1U << 18));
    BOOST_TEST_REQUIRE(fixture.durable().memory().stats().bytes <= 3 * (1U << 18));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
