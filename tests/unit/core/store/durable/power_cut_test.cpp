// Power cuts: at every sync of a history of a thousand changes, with what was synced, and with some of what
// was not. What is read then is a state that was, and has all that was promised.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/store/durable/session_file.h"
#include "tests/support/durable/durable_fixture.h"
#include "tests/support/durable/fault_vfs.h"
#include "tests/support/rounds.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

// What a store holds: of each key the bytes, and the time of its end.
struct Held {
  std::string bytes;
  std::int64_t ends = 0;
  friend bool operator==(const Held&, const Held&) = default;
};
using State = std::map<std::string, Held>;

// One change of a history.
struct Change {
  enum class Kind { create, replace, touch, erase } kind = Kind::create;
  std::string key, bytes;
  milliseconds ttl{};
};

// A history: the states after each number of changes, and when each was made.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  // The next change, which makes sense in the state so far.
  Change next(std::int64_t now) {
    State state = at(size(), now);
    Change change;
    change.key = "key" + std::to_string(random_() % 40);
    change.ttl = milliseconds(1 + random_() % 20'000);
    change.bytes = std::string(random_() % 1500, static_cast<char>('a' + random_() % 26));
    const std::uint64_t chance = random_() % 10;
    if (state.count(change.key) == 0) {
      change.kind = Change::Kind::create;
    } else {
      change.kind = chance < 3   ? Change::Kind::replace
                    : chance < 7 ? Change::Kind::touch
                                 : Change::Kind::erase;
    }
    return change;
  }

  // Notes the change before it is made.
  void add(const Change& change, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    State state = states_.back();
    Held& held = state[change.key];
    held.ends = now + change.ttl.count();
    if (change.kind == Change::Kind::create || change.kind == Change::Kind::replace)
      held.bytes = change.bytes;
    if (change.kind == Change::Kind::erase) state.erase(change.key);
    states_.push_back(std::move(state));
    times_.push_back(now);
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return states_.size() - 1;
  }
  // The state after so many changes, as far as it lives.
  [[nodiscard]] State at(std::size_t changes, std::int64_t now) const {
    const std::lock_guard lock(mutex_);
    State state = states_.at(changes);
    std::erase_if(state, [now](const auto& held) { return held.second.ends <= now; });
    return state;
  }
  // How many changes were made until that time.
  [[nodiscard]] std::size_t made_until(std::int64_t time) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::upper_bound(times_.begin(), times_.end(), time) - times_.begin());
  }
  [[nodiscard]] std::string bytes_of(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    return states_.back().at(key).bytes;
  }

 private:
  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  std::vector<State> states_{State()};
  std::vector<std::int64_t> times_;  // of each change
};

// A store whose files go through a FaultVfs, and what is known of them at each sync.
struct Site : DurableFixture {
  explicit Site(Durability durability, std::uint64_t seed)
      : DurableFixture(durability), history(seed), torn(seed) {
    options.vfs = vfs.name();
    options.write_every = 250ms;
    options.pages_per_checkpoint = 40;
    vfs.on_sync = [this] { cut_power(); };
  }
  ~Site() { close(); }  // before the access to files goes

  [[nodiscard]] std::int64_t now() const { return clock.unix_now_exact().count(); }

  // Every way in which the files may look after a power cut now.
  void cut_power() {
    const std::size_t promised =
        options.durability == Durability::commit ? answered_changes.load() : history.made_until(now() - 1000);
    check(vfs.synced(), promised);
    for (int i = 0; i < 2; ++i) check(vfs.torn(torn), promised);
    ++cuts;
  }

  void check(const FaultVfs::Image& image, std::size_t promised) {
    if (image == last_image && promised == last_promised) return;
    last_image = image;
    last_promised = promised;
    State found = read(image);
    // The clock may have gone on meanwhile.
    const std::int64_t time = now();
    std::erase_if(found, [time](const auto& held) { return held.second.ends <= time; });
    const std::size_t begun = history.size();
    std::size_t same = promised;
    while (same <= begun && history.at(same, time) != found) ++same;
    if (same > begun && wrong.empty())
      wrong = "after " + std::to_string(cuts) + " syncs: no state of the changes " +
              std::to_string(promised) + " to " + std::to_string(begun);
    ++checked;
  }

  // What a new store reads from these files.
  State read(const FaultVfs::Image& image) {
    DurableOptions read = options;
    read.path = folder.path() + "/after.db";
    read.vfs = reading.name();
    read.on_event = {};
    for (const char* end : {"", "-wal", "-journal"}) {
      std::filesystem::remove(read.path + end);
      const auto found = image.find(options.path + end);
      if (found != image.end()) std::ofstream(read.path + end, std::ios::binary) << found->second;
    }
    return ++reads % 50 == 0 ? read_store(read) : read_file(read);
  }

  State read_store(const DurableOptions& read) {
    const auto opened = DurableStore::open(read, {}, clock);
    if (!opened) throw std::runtime_error("can't open: " + opened.error().text);
    std::vector<MemoryRecord> records;
    MemoryStore::Cursor cursor;
    while ((*opened)->memory().records_from(cursor, 1000, records)) {
    }
    State state;
    const auto steady = std::chrono::duration_cast<milliseconds>(clock.steady_now().time_since_epoch());
    for (const MemoryRecord& record : records)
      state[record.key] = {std::string(record.bytes.view()),
                           record.expires / 1'000'000 - steady.count() + now()};
    return state;
  }

  // The same in less time. A file that is not whole is one that is not finished yet: nothing was promised
  // then.
  State read_file(const DurableOptions& read) {
    State state;
    auto opened = SessionFile::open({read.path, read.fingerprint, milliseconds(0), read.vfs, 1000});
    // Without Boost's checks, which are for one thread.
    if (!opened && opened.error().kind != SessionFile::Problem::Kind::unusable) wrong = opened.error().text;
    if (!opened) return state;
    const auto done = (*opened)->read([&](const SessionFile::Row& row) {
      if (row.expires > now()) state[std::string(row.key)] = {std::string(row.value), row.expires};
      return true;
    });
    if (!done) wrong = done.error().text;
    return state;
  }

  void make(const Change& change) {
    history.add(change, now());
    switch (change.kind) {
      case Change::Kind::create:
        BOOST_TEST_REQUIRE((create(store(), change.key, change.bytes, change.ttl) == CreateOutcome::created));
        break;
      case Change::Kind::replace: {
        const auto entry = load(store(), change.key);
        BOOST_TEST_REQUIRE(entry.has_value());
        BOOST_TEST_REQUIRE((replace(store(), change.key, entry->bytes.view(), change.bytes, change.ttl) ==
                            ReplaceOutcome::replaced));
        break;
      }
      case Change::Kind::touch:
        BOOST_TEST_REQUIRE((touch(store(), change.key, change.ttl) == TouchOutcome::touched));
        return;  // which nobody waits for
      case Change::Kind::erase:
        BOOST_TEST_REQUIRE((erase(store(), change.key) == EraseOutcome::erased));
        break;
    }
    answered_changes = history.size();
  }

  FaultVfs vfs{"power-cut"};
  FaultVfs reading{"power-cut-reading"};
  History history;
  std::mt19937_64 torn;
  std::atomic<std::size_t> answered_changes = 0;
  FaultVfs::Image last_image;
  std::size_t last_promised = 0;
  int cuts = 0;
  int checked = 0;
  int reads = 0;
  std::string wrong;
};

// Makes a history, with a power cut at every sync.
void cut_at_every_sync(Durability durability, std::uint64_t seed, int changes) {
  Site site(durability, seed);
  std::mt19937_64 random(seed);
  site.durable();
  for (int i = 0; i < changes; ++i) {
    site.make(site.history.next(site.now()));
    site.advance(milliseconds(1 + random() % 80));
    // The clock waits for the thread that writes, which no real one outruns by that much.
    await("that it is written in time",
          [&] { return site.durable().stats().oldest < site.options.write_every; });
    if (random() % 100 == 0) site.reopen();
  }
  BOOST_TEST(site.close());
  BOOST_TEST(site.wrong == "", "seed " << seed << ": " << site.wrong);
  BOOST_TEST(site.cuts > changes / 20);
  BOOST_TEST_MESSAGE(changes << " changes, " << site.cuts << " power cuts, " << site.checked
                             << " files read");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(power_cut)

BOOST_AUTO_TEST_CASE(under_commit_no_answered_change_is_missing) {
  const int changes = kSanitized ? 200 : 1000;
  cut_at_every_sync(Durability::commit, number_in("SESSION_TEST_SEED", 1), changes);
}

BOOST_AUTO_TEST_CASE(under_second_no_change_is_missing_that_is_a_second_old) {
  const int changes = kSanitized ? 400 : 1000;
  cut_at_every_sync(Durability::second, number_in("SESSION_TEST_SEED", 1), changes);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
