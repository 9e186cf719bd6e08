#include "core/session/subject_sessions.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "core/base/await.h"
#include "core/base/lanes.h"
#include "core/session/all_ended.h"
#include "core/session/termination.h"

namespace session {
namespace {

// The number of commands that are under way at once.
constexpr std::size_t kLanes = 32;
// The number of keys that are worked on before others of this event loop have their turn.
constexpr std::size_t kSlice = 256;
// The number of successors that are followed.
constexpr int kMaxSuccessors = 16;
// How many keys are compared with a name; none of their records is read.
constexpr std::size_t kMaxKeysCompared = 1'000'000;

using Keys = std::set<std::string>;

// What a key stands for that is listed for a subject.
struct Standing {
  std::optional<LiveSession> live = {};
  // It stands for nothing, but what it stood for may live under another key, which is listed by then.
  bool moved = false;
};

// A record that can't be read is listed only if the gateway wrote it: then it has no summary, and can only
// be ended.
Standing standing_of(RecordStore& records, const std::string& key, const std::string& subject,
                     const std::optional<StoredRecord>& stored) {
  if (!stored) return {std::nullopt, !records.leaves_tombstones()};
  auto summary = records.summary(key, stored->bytes);
  if (!summary && summary.error() == RejectReason::malformed)
    return {LiveSession{key, stored->bytes, nullptr, stored->time_left.value()}};
  if (!summary) return {std::nullopt, summary.error() == RejectReason::revoked};
  if ((*summary)->subject != subject) return {};
  return {LiveSession{key, stored->bytes, std::move(*summary), stored->time_left.value()}};
}

Task<Result<Standing, StoreFailure>> read_listed(RecordStore& records, std::string key, std::string subject) {
  const auto loaded = co_await records.load(key);
  if (!loaded) co_return loaded.error();
  Standing first = standing_of(records, key, subject, *loaded);
  if (first.live) co_return first;
  const auto again = co_await records.unlist(key, subject);
  if (!again) co_return again.error();
  Standing second = standing_of(records, key, subject, *again);
  second.moved = first.moved && !second.live;
  co_return second;
}

// Does `work` for the numbers below `count`, unless `stop` says that there is no time left. A store in memory
// answers without a pause, so that there is one between the slices.
Task<bool> in_slices(std::size_t count, LaneWork work, std::function<bool()> stop) {
  for (std::size_t begin = 0; begin < count; begin += kSlice) {
    if (begin > 0) co_await pause(milliseconds(0));
    if (begin > 0 && stop && stop()) co_return false;
    const LaneWork slice = [&](std::size_t i) { return work(begin + i); };
    co_await in_lanes(std::min(kSlice, count - begin), kLanes, slice);
  }
  co_return true;
}

// What was found when all that a list names was read.
struct PassOfList {
  bool moved = false;  // of a key that was not in `gone`
  std::optional<StoreFailure> failure = {};
};

// Reads what the list of a subject names, but not what is known to be gone, and adds to that.
Task<PassOfList> read_list(SessionEnvironment& environment, std::string subject, std::size_t max, Keys& gone,
                           const TakeSession& take) {
  PassOfList pass;
  auto keys = co_await environment.records.keys_of(subject, max);
  if (!keys) pass.failure = keys.error();
  if (!keys) co_return pass;
  std::erase_if(*keys, [&](const std::string& key) { return gone.contains(key); });
  LaneWork read = [&](std::size_t i) -> Task<void> {
    if (pass.failure) co_return;
    std::string key = (*keys)[i];
    auto listed = co_await read_listed(environment.records, std::move(key), subject);
    if (!listed && !pass.failure) pass.failure = listed.error();
    if (!listed) co_return;
    if (listed->live) {
      take(std::move(*listed->live));
    } else {
      gone.insert((*keys)[i]);
      pass.moved |= listed->moved;
    }
  };
  std::function<bool()> never;
  (void)co_await in_slices(keys->size(), std::move(read), std::move(never));
  co_return pass;
}

// The outcome of ending what a listed key stands for.
struct Ending {
  std::optional<SessionEvent> event = {};
  bool moved = false;  // Standing::moved
  std::optional<StoreFailure> failure = {};
};

RecordStore::Answer<EraseIfOutcome> end_version(RecordStore& records, LiveSession session) {
  if (session.summary == nullptr) return records.erase_if(session.key, std::move(session.version));
  return records.end(session.key, std::move(session.version), session.summary->migrated_from);
}

StoreFailure too_many_changes(const char* what) {
  return StoreFailure(StoreFailure::Kind::contended, std::string(what) + " until the deadline");
}

// Ends the session that a listed key stands for, also under an id that it gets meanwhile, unless that is
// spared.
Task<Ending> end_listed(SessionEnvironment& environment, std::string key, std::string subject,
                        const Keys& spared) {
  RecordStore& records = environment.records;
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  Ending ending;
  for (int hops = 0; hops < kMaxSuccessors && !spared.contains(key);) {
    const auto loaded = co_await records.load(key, true, LoadTerms::Copy::ends);
    if (!loaded) ending.failure = loaded.error();
    if (!loaded) co_return ending;
    std::string next = *loaded ? records.successor((*loaded)->bytes) : std::string();
    if (!next.empty()) {
      key = std::move(next);
      ++hops;
      continue;
    }
    Standing standing = standing_of(records, key, subject, *loaded);
    if (!standing.live) {
      const auto again = co_await records.unlist(key, subject);
      if (!again) ending.failure = again.error();
      ending.moved = standing.moved;
      if (!again || !*again) co_return ending;
      ++hops;  // a login has just created it
      continue;
    }
    const auto ended = co_await end_version(records, std::move(*standing.live));
    if (!ended) ending.failure = ended.error();
    if (!ended) co_return ending;
    if (*ended == EraseIfOutcome::erased) {
      ending.event = SessionEvent{SessionEvent::Kind::destroyed, {}, environment.log_ids.of(key), subject};
      co_return ending;
    }
    if (environment.clock.steady_now() >= until) hops = kMaxSuccessors;
  }
  if (!spared.contains(key)) ending.failure = too_many_changes("a session kept changing");
  co_return ending;
}

// Ends what these keys stand for, and adds it to `all`. Returns whether something may live on under another
// key, which is listed by now; keys that stand for nothing are added to `gone`.
Task<bool> end_keys(SessionEnvironment& environment, const std::vector<std::string>& keys,
                    std::string subject, const Keys& spared, Keys& gone, EndedOfSubject& all,
                    std::function<bool()> stop) {
  bool moved = false;
  LaneWork end = [&](std::size_t i) -> Task<void> {
    std::string key = keys[i];
    Ending ending = co_await end_listed(environment, std::move(key), subject, spared);
    if (ending.failure && !all.failure) all.failure = std::move(ending.failure);
    if (ending.event) all.events.push_back(std::move(*ending.event));
    if (!ending.event && (!ending.moved || environment.records.leaves_tombstones())) gone.insert(keys[i]);
    moved |= ending.moved;
  };
  const bool done = co_await in_slices(keys.size(), std::move(end), std::move(stop));
  all.stopped = !done;
  co_return moved;
}

// Returns the keys of a session that is to stay: the one that is known, and those that it got since. Whatever
// was listed before this call and is not among them will not become a key of it, because
// - whoever gives it another id stores the new record first, and then replaces the last version of the old
//   one that was read;
// - this call gives the old record another version, so that the replacement of a version read before fails;
// - and who fails there, and tries again, takes another new id (Session::move), which was not listed yet.
// Error: `contended` if the session is not there any more.
Task<Result<Keys, StoreFailure>> keep_keys_of(SessionEnvironment& environment, std::string key) {
  RecordStore& records = environment.records;
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  Keys keys;
  do {
    const auto loaded = co_await records.load(key);
    if (!loaded) co_return loaded.error();
    keys.insert(key);
    std::string next = *loaded ? records.successor((*loaded)->bytes) : std::string();
    if (!next.empty()) {
      key = std::move(next);
      continue;
    }
    if (!*loaded || !records.summary(key, (*loaded)->bytes))
      co_return StoreFailure(StoreFailure::Kind::contended,
                             "the session that was to stay has ended, or has got another id");
    const auto renewed = co_await records.renew_version(key, (*loaded)->bytes, (*loaded)->time_left.value());
    if (!renewed) co_return renewed.error();
    if (*renewed == ReplaceOutcome::replaced) co_return keys;
  } while (environment.clock.steady_now() < until && keys.size() < kMaxSuccessors);
  co_return too_many_changes("the session that was to stay kept changing");
}

// What decides which sessions are the oldest.
struct Rank {
  bool own = false;
  seconds began{};
  Clock::Steady ends{};
  std::string key;
  [[nodiscard]] bool operator>(const Rank& other) const {
    return std::tie(own, began, ends, key) > std::tie(other.own, other.began, other.ends, other.key);
  }
};

Rank rank_of(const LiveSession& session, const std::string& own, Clock::Steady now) {
  Rank rank{session.key == own, {}, Clock::Steady::max(), session.key};
  if (session.summary) rank.began = session.summary->age.created.value_or(seconds(0));
  if (session.time_left < kLongestListed) rank.ends = now + session.time_left;
  return rank;
}

// Takes a subject's lease (RecordStore::take_lease), so that of several logins at once each ends what is too
// much by then: without it, two could each end the other.
Task<Result<bool, StoreFailure>> wait_for_lease(SessionEnvironment& environment, std::string subject,
                                                Bytes token) {
  constexpr milliseconds kStep{5};
  const auto max_steps = environment.write_deadline / kStep;
  for (int step = 0; step <= max_steps; ++step) {
    auto taken = co_await environment.records.take_lease(subject, token, environment.write_deadline);
    if (!taken || *taken) co_return taken;
    co_await pause(kStep);
  }
  co_return false;
}

// Reads the list until all that lives is on one reading of it, and returns the keys of the oldest beyond
// `count`; none if the session that logs in has ended.
Task<Result<std::vector<std::string>, StoreFailure>> oldest_beyond(SessionEnvironment& environment,
                                                                   std::string subject, std::size_t count,
                                                                   const LoginKeys& login, Keys& gone) {
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  std::vector<Rank> live;
  const TakeSession take = [&](const LiveSession& session) {
    if (session.key == login.not_counted) return;
    live.push_back(rank_of(session, login.own, environment.clock.steady_now()));
  };
  for (;;) {
    live.clear();
    PassOfList pass = co_await read_list(environment, subject, kMaxSubjectSessions, gone, take);
    if (pass.failure) co_return std::move(*pass.failure);
    if (!pass.moved) break;
    if (environment.clock.steady_now() >= until) co_return too_many_changes("the sessions kept changing");
  }
  std::sort(live.begin(), live.end(), std::greater<>());
  std::vector<std::string> keys;
  if (live.size() <= count || !live.front().own) co_return keys;
  for (std::size_t i = count; i < live.size(); ++i) keys.push_back(std::move(live[i].key));
  co_return keys;
}

// REQUIRES: the lease.
Task<EndedOfSubject> end_all_oldest(SessionEnvironment& environment, std::string subject, std::size_t count,
                                    const LoginKeys& login) {
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  const Keys spared = {login.own};
  const std::function<bool()> never;
  EndedOfSubject all;
  Keys gone;
  for (;;) {
    auto oldest = co_await oldest_beyond(environment, subject, count, login, gone);
    if (!oldest) all.failure = oldest.error();
    if (!oldest || oldest->empty()) co_return all;
    (void)co_await end_keys(environment, *oldest, subject, spared, gone, all, never);
    if (all.failure) co_return all;
    if (environment.clock.steady_now() >= until) {
      all.failure = too_many_changes("the subject kept logging in");
      co_return all;
    }
  }
}

}  // namespace

Task<Result<void, StoreFailure>> sessions_of(SessionEnvironment& environment, std::string subject,
                                             std::size_t max, TakeSession take) {
  Keys gone;
  const TakeSession take_readable = [&](LiveSession session) {
    if (session.summary && take) take(std::move(session));
  };
  PassOfList pass = co_await read_list(environment, std::move(subject), max, gone, take_readable);
  if (pass.failure) co_return std::move(*pass.failure);
  co_return Result<void, StoreFailure>();
}

Task<Result<std::optional<LiveSession>, StoreFailure>> session_named(SessionEnvironment& environment,
                                                                     std::string name, std::string subject) {
  const auto keys = co_await environment.records.keys_of(subject, kMaxKeysCompared);
  if (!keys) co_return keys.error();
  const auto found = std::find_if(keys->begin(), keys->end(), [&](const std::string& key) {
    return environment.log_ids.of(key) == name;
  });
  if (found == keys->end()) co_return std::optional<LiveSession>();
  std::string key = *found;
  auto listed = co_await read_listed(environment.records, std::move(key), std::move(subject));
  if (!listed) co_return listed.error();
  if (listed->live && listed->live->summary == nullptr) listed->live.reset();
  co_return std::move(listed->live);
}

Task<EndedOfSubject> end_one(SessionEnvironment& environment, std::string key, std::string subject) {
  EndedOfSubject all;
  auto ended = co_await end_session(environment, std::move(key));
  if (!ended) all.failure = ended.error();
  if (!ended || ended->empty()) co_return all;
  all.events.push_back(
      {SessionEvent::Kind::destroyed, {}, environment.log_ids.of(*ended), std::move(subject)});
  co_return all;
}

Task<EndedOfSubject> end_oldest(SessionEnvironment& environment, std::string subject, std::size_t count,
                                LoginKeys login) {
  EndedOfSubject all;
  Keys gone;
  const auto oldest = co_await oldest_beyond(environment, subject, count, login, gone);
  if (!oldest) all.failure = oldest.error();
  if (!oldest || oldest->empty()) co_return all;
  const Bytes token(login.own);
  const auto leased = co_await wait_for_lease(environment, subject, token);
  if (!leased) all.failure = leased.error();
  if (leased && !*leased) all.failure = too_many_changes("other logins of the subject went on");
  if (all.failure) co_return all;
  all = co_await end_all_oldest(environment, subject, count, login);
  for (SessionEvent& event : all.events) event.cause = SessionEvent::kLimit;
  (void)co_await environment.records.release_lease(std::move(subject), token);  // else it runs out
  co_return all;
}

// Every session that had begun before the call has a key on the first list, or had, when that was read, and
// has one on the next: a new id is listed before the old one goes. So this is done when a list has named
// nothing that may have moved on. Who logs in meanwhile does not prolong it, where ids leave tombstones that
// name the next. For other formats, a key without a record may be that of a login that is just beginning, or
// the next of a session that was under another one: AllEnded says when none is.
Task<EndedOfSubject> end_sessions_of(SessionEnvironment& environment, std::string subject,
                                     std::string spared_key, std::function<bool()> stop) {
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  EndedOfSubject all;
  Keys gone;
  Keys spared;
  AllEnded all_ended(kMaxSubjectSessions);
  if (!spared_key.empty()) spared.insert(spared_key);
  for (;;) {
    const std::size_t ended_before = all.events.size();
    auto keys = co_await environment.records.keys_of(subject, kMaxSubjectSessions);
    if (!keys) all.failure = keys.error();
    if (!keys) co_return all;
    if (all_ended.is_proved_by(*keys)) co_return all;
    const bool is_cut = keys->size() >= kMaxSubjectSessions;
    const std::vector<std::string> listed = *keys;
    const auto is_done = [&](const std::string& key) { return gone.contains(key) || spared.contains(key); };
    std::erase_if(*keys, is_done);
    if (keys->empty() && !is_cut) co_return all;
    if (!spared_key.empty()) {
      auto kept = co_await keep_keys_of(environment, spared_key);
      if (!kept) all.failure = kept.error();
      if (!kept) co_return all;
      spared = std::move(*kept);
      std::erase_if(*keys, is_done);
    }
    const bool moved = co_await end_keys(environment, *keys, subject, spared, gone, all, stop);
    if (all.failure || all.stopped) co_return all;
    all_ended.passed(listed, all.events.size() > ended_before);
    if (is_cut && all.events.size() > ended_before) continue;
    if (!moved && !is_cut) co_return all;
    if (environment.clock.steady_now() >= until) {
      all.failure = too_many_changes("the subject kept logging in");
      co_return all;
    }
  }
}

}  // namespace session
