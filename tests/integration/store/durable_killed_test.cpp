// A process with a durable store under load is killed with SIGKILL at random moments, over and over on the
// same file. SESSION_TEST_ROUNDS: how often, for each durability.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/lanes.h"
#include "tests/support/durable/durable_fixture.h"
#include "tests/support/rounds.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLanes = 8;
constexpr std::uint32_t kMaxSteps = 1'000'000;

// What the victim tells when it has an answer. Short enough for a pipe to take it whole or not at all.
struct Answer {
  enum class Kind : std::uint32_t { created, erased } kind{};
  std::uint32_t lane = 0;
  std::uint32_t step = 0;
  std::int64_t at_ms = 0;  // by the clock of all processes
};

std::int64_t now_ms() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string key_of(std::uint64_t round, std::uint32_t lane, std::uint32_t step) {
  return "round " + std::to_string(round) + " lane " + std::to_string(lane) + " step " + std::to_string(step);
}

DurableOptions options_at(const std::string& path, Durability durability) {
  DurableOptions options;
  options.path = path;
  options.durability = durability;
  options.deadline = 60s;
  return options;
}

// The victim: in each lane one create after the other, each with an erase of the one before the last.
class Victim {
 public:
  Victim(Store& store, std::uint64_t round, int pipe) : store_(store), round_(round), pipe_(pipe) {}

  Task<> lane(std::uint32_t lane) {
    for (std::uint32_t step = 0; step < kMaxSteps; ++step) {
      Bytes bytes(std::string(100 + step % 700, 'v'));
      const milliseconds ttl = 1h;
      answered(co_await store_.create(key_of(round_, lane, step), bytes, ttl));
      tell({Answer::Kind::created, lane, step, now_ms()});
      if (step < 2) continue;
      answered(co_await store_.erase(key_of(round_, lane, step - 2)));
      tell({Answer::Kind::erased, lane, step - 2, now_ms()});
    }
  }

 private:
  void tell(const Answer& answer) const {
    if (::write(pipe_, &answer, sizeof answer) != sizeof answer) ::_exit(1);
  }

  Store& store_;
  const std::uint64_t round_;
  const int pipe_;
};

[[noreturn]] void be_the_victim(const std::string& path, Durability durability, std::uint64_t round,
                                int pipe) {
  try {
    auto opened = DurableStore::open(options_at(path, durability), {});
    if (!opened) ::_exit(2);
    Victim victim((*opened)->store(), round, pipe);
    const LaneWork work = [&](std::size_t lane) { return victim.lane(static_cast<std::uint32_t>(lane)); };
    run(in_lanes(kLanes, kLanes, work));
  } catch (...) {
  }
  ::_exit(3);
}

// Kills a victim after so many answers, and as much time later; returns all answers.
std::vector<Answer> kill_after(const std::string& path, Durability durability, std::uint64_t round,
                               std::size_t answers, milliseconds later) {
  int ends[2] = {-1, -1};
  BOOST_REQUIRE(::pipe(ends) == 0);
  const pid_t victim = ::fork();
  BOOST_REQUIRE(victim >= 0);
  if (victim == 0) {
    ::close(ends[0]);
    be_the_victim(path, durability, round, ends[1]);
  }
  ::close(ends[1]);
  std::vector<Answer> told;
  Answer answer;
  bool killed = false;
  if (answers == 0) killed = ::kill(victim, SIGKILL) == 0;
  while (::read(ends[0], &answer, sizeof answer) == sizeof answer) {
    told.push_back(answer);
    const bool enough = told.size() >= answers && answer.at_ms - told.front().at_ms >= later.count();
    if (!killed && enough) killed = ::kill(victim, SIGKILL) == 0;
  }
  ::close(ends[0]);
  int status = 0;
  BOOST_REQUIRE(::waitpid(victim, &status, 0) == victim);
  BOOST_REQUIRE(WIFSIGNALED(status));
  return told;
}

// What is known of each key: whether it is there.
using Known = std::map<std::string, bool>;

// What answers up to some time say.
Known known_by(const std::vector<Answer>& told, std::uint64_t round, std::int64_t until_ms) {
  Known known;
  for (const Answer& answer : told) {
    if (answer.at_ms > until_ms) continue;
    known[key_of(round, answer.lane, answer.step)] = answer.kind == Answer::Kind::created;
  }
  // An erase that has begun may have been done, whenever that was.
  for (const Answer& answer : told) {
    if (answer.kind != Answer::Kind::created || answer.step < 2) continue;
    const auto erased = known.find(key_of(round, answer.lane, answer.step - 2));
    if (erased != known.end() && erased->second) known.erase(erased);
  }
  return known;
}

// Opens what is left, and compares. Returns what all keys are now.
Known check(const std::string& path, Durability durability, const Known& known, const std::string& what) {
  const auto opened = DurableStore::open(options_at(path, durability), {});
  BOOST_REQUIRE(opened.has_value());
  Known found;
  std::vector<MemoryRecord> records;
  MemoryStore::Cursor cursor;
  while ((*opened)->memory().records_from(cursor, 1000, records)) {
  }
  for (const MemoryRecord& record : records) found[record.key] = true;
  for (const auto& [key, is_there] : known)
    BOOST_TEST((found.count(key) == 1) == is_there,
               what << ": " << key << (is_there ? " is missing" : " is back"));
  for (const auto& [key, is_there] : known) found.try_emplace(key, false);
  return found;
}

// Kills so many victims of one file. `window`: how far before the end answers may be forgotten.
void kill_often(Durability durability, std::uint64_t rounds, milliseconds window) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/sessions.db";
  std::mt19937_64 random(number_in("SESSION_TEST_SEED", 7));
  Known known;
  std::size_t answers = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::size_t until = random() % 20 == 0 ? 0 : 1 + random() % 800;
    const milliseconds later(window == 0ms ? 0 : 500 + random() % 1500);
    const auto told = kill_after(path, durability, round, until, later);
    answers += told.size();
    const std::int64_t last = told.empty() ? 0 : told.back().at_ms;
    for (const auto& [key, is_there] : known_by(told, round, last - window.count())) known[key] = is_there;
    known = check(path, durability, known, "round " + std::to_string(round));
  }
  BOOST_TEST_MESSAGE(rounds << " victims, " << answers << " answers, " << known.size() << " keys");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(durable_killed)

BOOST_AUTO_TEST_CASE(under_commit_what_was_answered_holds_after_a_kill) {
  kill_often(Durability::commit, number_in("SESSION_TEST_ROUNDS", kSanitized ? 5 : 20), 0ms);
}

BOOST_AUTO_TEST_CASE(under_second_what_was_answered_a_second_before_a_kill_holds) {
  kill_often(Durability::second, number_in("SESSION_TEST_ROUNDS", 3), 1000ms);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
