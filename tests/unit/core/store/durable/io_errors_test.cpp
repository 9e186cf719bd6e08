// Errors of the system at each call: the store goes on from memory, claims nothing that is not so, and the
// file is complete when the error ends.

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/durable/durable_fixture.h"
#include "tests/support/durable/fault_vfs.h"
#include "tests/support/rounds.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using Call = FaultVfs::Call;
using State = DurableStore::Stats::State;

struct Fault {
  Call call;
  int code;
};
const std::vector<Fault> kFaults = {
    {Call::read, SQLITE_IOERR_READ},
    {Call::write, SQLITE_IOERR_WRITE},
    {Call::write, SQLITE_FULL},
    {Call::write, SQLITE_READONLY},
    {Call::sync, SQLITE_IOERR_FSYNC},
    {Call::size, SQLITE_IOERR_FSTAT},
    {Call::truncate, SQLITE_IOERR_TRUNCATE},
    {Call::open, SQLITE_CANTOPEN},
    {Call::lock, SQLITE_IOERR_LOCK},
};

// What a store must hold, by its answers: of a key that it could not answer for, what memory has.
struct Faulty : DurableFixture {
  explicit Faulty(Durability durability) : DurableFixture(durability) {
    options.vfs = vfs.name();
    options.pages_per_checkpoint = 5;
  }

  ~Faulty() { close(); }  // before the access to files goes

  // Creates, replaces, touches and erases; checks each answer against memory.
  void work(int from, int to) {
    for (int i = from; i < to; ++i) {
      const std::string key = "key" + std::to_string(i % 7);
      const auto before = load(store(), key);
      const std::string bytes = std::to_string(i) + std::string(static_cast<std::size_t>(i % 5) * 700, 'v');
      if (!before) {
        check_write(run(store().create(key, Bytes(bytes), kTtl)), key, bytes, "(absent)");
      } else if (i % 3 == 0) {
        const std::string was(before->bytes.view());
        const auto erased = run(store().erase(key));
        BOOST_TEST((options.durability == Durability::commit || erased.has_value()));
        BOOST_TEST(!holds(store(), key));  // in any case
      } else {
        const std::string was(before->bytes.view());
        check_write(run(store().replace(key, before->bytes, Bytes(bytes), kTtl)), key, bytes, was);
      }
      BOOST_TEST(run(store().touch(key, kTtl)).has_value());
      advance(100ms);
      await("the writer", [this] {
        const DurableStore::Stats stats = durable().stats();
        return stats.state == State::failing || stats.oldest < options.write_every;
      });
    }
  }

  // An answer that claims a change tells the truth, and under `second` each one claims it.
  template <class Outcome>
  void check_write(const Result<Outcome, StoreFailure>& answer, const std::string& key,
                   const std::string& bytes, const std::string& was) {
    const std::string is = text_of(store(), key);
    if (answer) {
      BOOST_TEST(is == bytes);
      return;
    }
    BOOST_TEST((options.durability == Durability::commit));
    BOOST_TEST((answer.error().kind == StoreFailure::Kind::unavailable));
    BOOST_TEST((is == bytes || is == was));
  }

  std::map<std::string, std::string> held() {
    std::map<std::string, std::string> all;
    std::vector<MemoryRecord> records;
    MemoryStore::Cursor cursor;
    while (durable().memory().records_from(cursor, 1000, records)) {
    }
    for (const MemoryRecord& record : records) all[record.key] = std::string(record.bytes.view());
    return all;
  }

  // The fault ends: the file gets everything.
  void check_recovery(const std::string& what) {
    vfs.heal();
    work(50, 55);
    settle();
    const auto before = held();
    BOOST_TEST(events.count(DurableEvent::Kind::failing) == events.count(DurableEvent::Kind::recovered),
               what);
    BOOST_TEST(close(), what);
    BOOST_TEST((held() == before), what);
    BOOST_TEST(durable().stats().loaded == before.size(), what);
    BOOST_TEST(events.count(DurableEvent::Kind::set_aside) == 0U, what);
  }

  FaultVfs vfs{"io-errors"};
};

std::string named(const Fault& fault, std::uint64_t nth, bool from_there_on) {
  return "code " + std::to_string(fault.code) + " at call " + std::to_string(nth) +
         (from_there_on ? " and all later ones" : "");
}

// Whether there was such a call.
bool fail_at(Durability durability, const Fault& fault, std::uint64_t nth, bool from_there_on) {
  Faulty site(durability);
  site.work(0, 10);
  site.settle();
  site.vfs.fail(fault.call, nth, fault.code, from_there_on);
  site.work(10, 45);
  const bool has_failed = site.vfs.has_failed();
  site.check_recovery(named(fault, nth, from_there_on));
  return has_failed;
}

// Calls while a store works, each for good and once: some thousand with SESSION_TEST_STEP=1, else every
// fifth.
void fail_at_each(Durability durability) {
  const std::uint64_t step = number_in("SESSION_TEST_STEP", kSanitized ? 25 : 5);
  int failed = 0;
  for (const Fault& fault : kFaults) {
    for (const bool from_there_on : {false, true}) {
      for (std::uint64_t nth = 1; fail_at(durability, fault, nth, from_there_on); nth += step) ++failed;
    }
  }
  BOOST_TEST(failed > 20);
  BOOST_TEST_MESSAGE(failed << " faults");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(io_errors)

BOOST_AUTO_TEST_CASE(under_second_no_error_at_any_call_is_seen_by_callers) {
  fail_at_each(Durability::second);
}

BOOST_AUTO_TEST_CASE(under_commit_no_error_at_any_call_is_answered_as_written) {
  fail_at_each(Durability::commit);
}

// An open either works or says why it can't; what the file has stays there.
BOOST_AUTO_TEST_CASE(an_open_that_fails_at_any_call_leaves_the_file_as_it_is) {
  for (const Fault& fault : kFaults) {
    for (std::uint64_t nth = 1;; ++nth) {
      Faulty site(Durability::second);
      for (int i = 0; i < 50; ++i) create(site.store(), std::to_string(i), std::string(300, 'v'));
      BOOST_REQUIRE(site.close());
      site.vfs.fail(fault.call, nth, fault.code, true);
      {
        auto opened = DurableStore::open(site.options, {}, site.clock);
        if (!opened) BOOST_TEST(opened.error().text.starts_with(site.options.path + ": "));
      }
      const bool has_failed = site.vfs.has_failed();
      site.vfs.heal();
      BOOST_TEST(site.durable().stats().loaded == 50U, named(fault, nth, true));
      BOOST_TEST(site.events.text(DurableEvent::Kind::set_aside) == "",
                 named(fault, nth, true) + ": " + site.events.text(DurableEvent::Kind::set_aside));
      if (!has_failed) break;
    }
  }
}

BOOST_AUTO_TEST_CASE(under_commit_nothing_is_created_while_the_disk_is_known_to_fail) {
  Faulty site(Durability::commit);
  create(site.store(), "old", "value");
  site.vfs.fail(Call::write, 1, SQLITE_FULL, true);
  BOOST_TEST(!run(site.store().create("first", Bytes("value"), kTtl)).has_value());
  const auto refused = run(site.store().create("second", Bytes("value"), kTtl));
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().kind == StoreFailure::Kind::unavailable));
  BOOST_TEST(refused.error().detail.find("full") != std::string::npos, refused.error().detail);
  BOOST_TEST(!holds(site.store(), "second"));
  BOOST_TEST(!run(site.store().replace("old", Bytes("value"), Bytes("new"), kTtl)).has_value());
  BOOST_TEST(text_of(site.store(), "old") == "value");
  BOOST_TEST(!run(site.store().erase("old")).has_value());
  BOOST_TEST(!holds(site.store(), "old"));
  BOOST_TEST((site.durable().stats().state == State::failing));
  // Whoever ends it again, or all of somebody's, can't be told that it has ended.
  LoadTerms to_end;
  to_end.copy = LoadTerms::Copy::ends;
  BOOST_TEST(!run(site.store().load("old", to_end)).has_value());
  BOOST_TEST(!run(site.store().owned("ada", 10)).has_value());
  site.vfs.heal();
  site.settle();
  create(site.store(), "third", "value");
  site.reopen();
  BOOST_TEST(!holds(site.store(), "old"));
  BOOST_TEST(holds(site.store(), "third"));
}

BOOST_AUTO_TEST_CASE(a_queue_that_overflows_is_dropped_and_the_file_written_anew) {
  Faulty site(Durability::second);
  site.options.max_queue_bytes = 10'000;
  for (int i = 0; i < 20; ++i) create(site.store(), "old" + std::to_string(i), std::string(100, 'v'));
  site.settle();
  site.vfs.fail(Call::write, 1, SQLITE_FULL, true);
  for (int i = 0; i < 200; ++i) create(site.store(), "new" + std::to_string(i), std::string(300, 'v'));
  for (int i = 0; i < 10; ++i) erase(site.store(), "old" + std::to_string(i));
  BOOST_TEST(site.durable().stats().behind);
  BOOST_TEST(site.durable().stats().queue_bytes <= 10'000U);
  site.vfs.heal();
  site.settle();
  BOOST_TEST(site.durable().stats().rewrites == 1U);
  BOOST_TEST(site.events.count(DurableEvent::Kind::behind) == 1U);
  site.reopen();
  BOOST_TEST(site.durable().stats().loaded == 210U);
}

// Each entry is changed once, in an order that is not that of the copy. The queue has room for all of it, so
// what is not in the copy has to come from the queue.
BOOST_AUTO_TEST_CASE(what_changes_while_all_is_written_anew_is_not_lost) {
  Faulty site(Durability::second);
  site.options.max_queue_bytes = 64 << 20;
  constexpr int kEntries = 20'000;
  Store& store = site.store();
  for (int i = 0; i < kEntries; ++i) create(store, std::to_string(i), "old", milliseconds::max());
  site.settle();
  std::filesystem::remove(site.options.path);
  touch(store, "0", milliseconds::max());
  site.advance(site.options.write_every);
  await("the copy", [&] { return site.durable().stats().behind; });
  int changed = 0;
  for (; changed < kEntries && site.durable().stats().behind; ++changed) {
    const std::string key = std::to_string(changed);
    if (changed % 3 == 0) {
      erase(store, key);
    } else {
      replace(store, key, "old", "new", milliseconds::max());
    }
  }
  BOOST_TEST(changed > 0);
  site.settle();
  BOOST_TEST(site.durable().stats().rewrites == 1U);
  const auto before = site.held();
  BOOST_TEST(site.close());
  BOOST_TEST((site.held() == before));
}

BOOST_AUTO_TEST_CASE(what_can_not_be_written_at_the_stop_is_told) {
  Faulty site(Durability::second);
  create(site.store(), "old", "value");
  site.settle();
  site.vfs.fail(Call::sync, 1, SQLITE_IOERR_FSYNC, true);
  create(site.store(), "new", "value");
  BOOST_TEST(!site.close());
  BOOST_TEST(site.events.count(DurableEvent::Kind::not_saved) == 1U);
  site.vfs.heal();
  BOOST_TEST(holds(site.store(), "old"));
}

BOOST_AUTO_TEST_CASE(a_file_that_was_removed_or_replaced_is_written_anew) {
  for (const bool replaced : {false, true}) {
    DurableFixture fixture;
    for (int i = 0; i < 20; ++i) create(fixture.store(), std::to_string(i), "value");
    fixture.settle();
    std::filesystem::remove(fixture.options.path);
    std::filesystem::remove(fixture.options.path + "-wal");
    if (replaced)
      std::ofstream(fixture.options.path) << "something else, longer than a header of a database is, "
                                             "which nobody can read as one, whoever tries it";
    create(fixture.store(), "new", "value");
    fixture.settle();
    BOOST_TEST(fixture.durable().stats().rewrites == 1U);
    fixture.reopen();
    BOOST_TEST(fixture.durable().stats().loaded == 21U);
    BOOST_TEST(fixture.events.count(DurableEvent::Kind::set_aside) == (replaced ? 1U : 0U));
  }
}

// What was dropped when the file went is older than the copy that it gets, however often that is tried.
BOOST_AUTO_TEST_CASE(what_was_erased_while_there_was_no_file_is_not_in_the_next_one) {
  for (const std::uint64_t tries : {1U, 2U, 3U, 4U}) {
    DurableFixture site;
    const std::string folder = site.options.path + ".d";
    std::filesystem::create_directory(folder);
    site.options.path = folder + "/sessions.db";
    create(site.store(), "kept", "value");
    site.settle();
    std::filesystem::rename(folder, folder + ".away");
    create(site.store(), "leaver", "value");
    for (std::uint64_t failures = 0; failures < tries; ++failures) {
      site.advance(5000ms);
      await("a failed write", [&] { return site.durable().stats().failures > failures; });
    }
    erase(site.store(), "leaver");
    std::filesystem::create_directory(folder);
    site.settle();
    site.reopen();
    BOOST_TEST(!holds(site.store(), "leaver"));
    BOOST_TEST(holds(site.store(), "kept"));
  }
}

BOOST_AUTO_TEST_CASE(a_disk_that_has_failed_is_tried_again_although_there_is_nothing_to_write) {
  Faulty site(Durability::commit);
  for (int i = 0; i < 10; ++i) answered(run(site.store().create(std::to_string(i), Bytes("value"), 1000ms)));
  site.close();
  site.advance(10000ms);
  (void)site.durable();
  site.vfs.fail(Call::write, 1, SQLITE_FULL, true);
  site.advance(1000ms);
  await("a failed write of expired rows", [&] { return site.durable().stats().state == State::failing; });
  site.vfs.heal();
  site.advance(5000ms);
  await("the writer to find out", [&] { return site.durable().stats().state == State::working; });
  create(site.store(), "new", "value");
}

// What was committed is in the -wal, and the next start finds it there.
BOOST_AUTO_TEST_CASE(a_stop_that_can_t_move_what_was_committed_has_lost_nothing) {
  Faulty site(Durability::commit);
  create(site.store(), "key", "value");
  // Only a checkpoint asks for the size of the file.
  site.vfs.fail(Call::size, 1, SQLITE_IOERR_FSTAT, true);
  bool goes_on = true;
  for (int i = 0; goes_on; ++i)
    goes_on = run(site.store().create(std::to_string(i), Bytes("value"), 10min)).has_value();
  await("the failure", [&] { return site.durable().stats().failures > 0; });
  BOOST_TEST(site.close());
  BOOST_TEST(site.events.count(DurableEvent::Kind::not_saved) == 0U);
  site.vfs.heal();
  BOOST_TEST(holds(site.store(), "key"));
}

// Who comes after one that has waited in vain does not wait, until the disk goes on.
BOOST_AUTO_TEST_CASE(a_change_that_is_not_written_in_time_is_answered_at_the_deadline) {
  Faulty site(Durability::commit);
  site.options.deadline = 5000ms;
  // The disk hangs in a sync until the answer has come.
  std::atomic<bool> hangs = false;
  std::atomic<bool> is_hanging = false;
  std::atomic<bool> time_goes_on = true;
  site.vfs.on_sync = [&] {
    is_hanging = hangs.load();
    while (hangs) std::this_thread::yield();
  };
  create(site.store(), "old", "value");
  hangs = true;
  std::jthread time([&] {
    while (!is_hanging) std::this_thread::yield();
    while (time_goes_on) {
      site.advance(1000ms);
      std::this_thread::yield();
    }
  });
  const std::string why = "memory store: its file was not written within 5000 ms: the disk is slow";
  const auto answer = run(site.store().create("key", Bytes("value"), milliseconds::max()));
  time_goes_on = false;
  time.join();
  const auto second = run(site.store().create("second", Bytes("value"), milliseconds::max()));
  const auto ended = run(site.store().erase("old"));
  const bool there = holds(site.store(), "old");
  hangs = false;
  const auto detail = [](const auto& of) { return of.has_value() ? "no failure" : of.error().detail; };
  BOOST_TEST(detail(answer) == why);
  BOOST_TEST(detail(second) == why);
  BOOST_TEST(detail(ended) == why);
  BOOST_TEST((second.error().kind == StoreFailure::Kind::unavailable));
  BOOST_TEST(!there);
  BOOST_TEST(!holds(site.store(), "second"));
  site.settle();
  create(site.store(), "third", "value");
  site.close();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
