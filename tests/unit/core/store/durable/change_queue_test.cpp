#include "core/store/durable/change_queue.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "core/store/memory/memory_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using Kind = RowChange::Kind;

constexpr std::size_t kBound = 10'000;

// A memory store that tells a queue.
struct Queued {
  Queued() {
    MemoryStoreOptions options;
    options.journal = queue;
    store = std::make_unique<MemoryStore>(std::move(options), clock);
  }
  // The only change that is taken.
  RowChange taken() {
    RowChanges batch;
    BOOST_TEST_REQUIRE(queue->take(batch).has_value());
    BOOST_TEST_REQUIRE(batch.size() == 1U);
    return batch.begin()->second;
  }
  void overflow() {
    for (int i = 0; i < 20; ++i) create(*store, "large" + std::to_string(i), std::string(1000, 'v'));
  }

  FakeClock clock;
  std::shared_ptr<ChangeQueue> queue =
      std::make_shared<ChangeQueue>(ChangeQueue::Options{kBound, 250ms}, clock);
  std::unique_ptr<MemoryStore> store;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(change_queue)

BOOST_AUTO_TEST_CASE(the_changes_of_an_entry_become_one) {
  Queued queued;
  create(*queued.store, "key", "old", 60s);
  replace(*queued.store, "key", "old", "new", 60s);
  touch(*queued.store, "key", 90s);
  const RowChange put = queued.taken();
  BOOST_TEST((put.kind == Kind::put));
  BOOST_TEST(put.bytes.view() == "new");
  BOOST_TEST(put.key == "key");
  BOOST_TEST(put.expires == (queued.clock.steady_now() + 90s).time_since_epoch().count());
  touch(*queued.store, "key", 30s);
  BOOST_TEST((queued.taken().kind == Kind::extend));
  touch(*queued.store, "key", 30s);
  erase(*queued.store, "key");
  BOOST_TEST((queued.taken().kind == Kind::erase));
}

BOOST_AUTO_TEST_CASE(what_comes_after_a_failed_batch_joins_it) {
  Queued queued;
  create(*queued.store, "first", "old");
  RowChanges batch;
  const auto first = queued.queue->take(batch);
  replace(*queued.store, "first", "old", "new");
  create(*queued.store, "second", "value");
  const auto second = queued.queue->take(batch);
  BOOST_TEST(batch.size() == 2U);
  BOOST_TEST(batch.at(1).bytes.view() == "new");
  BOOST_TEST(second.value() == first.value() + 2);
  BOOST_TEST(queued.queue->stats().entries == 2U);
  queued.queue->written();
  BOOST_TEST(queued.queue->stats().entries == 0U);
  BOOST_TEST(queued.queue->stats().bytes == 0U);
}

BOOST_AUTO_TEST_CASE(what_expires_or_is_evicted_is_erased) {
  Queued queued;
  create(*queued.store, "key", "value", 10s);
  RowChanges batch;
  (void)queued.queue->take(batch);
  queued.clock.advance(10s);
  queued.store->sweep(10);
  BOOST_TEST((queued.taken().kind == Kind::erase));
}

BOOST_AUTO_TEST_CASE(a_full_queue_is_dropped_and_gives_nothing_until_all_is_copied) {
  Queued queued;
  queued.overflow();
  BOOST_TEST(queued.queue->behind());
  BOOST_TEST(queued.queue->stats().bytes <= kBound);
  RowChanges batch;
  BOOST_TEST(!queued.queue->take(batch).has_value());
  BOOST_TEST(batch.empty());
  queued.queue->begin_copy();
  BOOST_TEST(!queued.queue->behind());
  BOOST_TEST(queued.queue->stats().behind);
  create(*queued.store, "key", "value");
  BOOST_TEST((queued.taken().key == "key"));
  queued.queue->written();
  BOOST_TEST(!queued.queue->stats().behind);
}

BOOST_AUTO_TEST_CASE(changes_are_due_after_their_time_or_at_once_if_somebody_waits) {
  Queued queued;
  create(*queued.store, "key", "value");
  ChangeQueue::Writer writer;
  writer.idle_work = queued.clock.steady_now() + 100ms;
  queued.clock.advance(100ms);
  BOOST_TEST((queued.queue->wait(writer) == ChangeQueue::Wake::idle_work));
  writer.idle_work = Clock::Steady::max();
  queued.clock.advance(150ms);
  BOOST_TEST((queued.queue->wait(writer) == ChangeQueue::Wake::write));
  RowChanges batch;
  (void)queued.queue->take(batch);
  create(*queued.store, "other", "value");
  queued.queue->hurry();
  BOOST_TEST((queued.queue->wait(writer) == ChangeQueue::Wake::write));
  queued.queue->stop();
  BOOST_TEST((queued.queue->wait(writer) == ChangeQueue::Wake::stop));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
