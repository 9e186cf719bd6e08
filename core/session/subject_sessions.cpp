#include "core/session/subject_sessions.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "core/base/lanes.h"
#include "core/session/termination.h"

namespace session {
namespace {

// The number of commands that are under way at once.
constexpr std::size_t kLanes = 32;
// The number of successors of the spared session that are followed.
constexpr int kMaxSuccessors = 16;

// What the store has under a key that is listed for a subject.
struct Listed {
  std::optional<LiveSession> live = {};
  // Listed, but no session of the subject: it was removed from the list. It counts as progress, as it may
  // have been a login that was just beginning.
  bool removed = false;
  std::optional<StoreFailure> failure = {};
};

// The session that a key of the list stands for. A record that can't be read is listed only if the gateway
// wrote it: then it has no summary, and can only be ended.
std::optional<LiveSession> live_in(RecordStore& records, const std::string& key, const std::string& subject,
                                   const std::optional<StoredRecord>& stored) {
  if (!stored) return std::nullopt;
  auto summary = records.summary(key, stored->bytes);
  if (!summary && summary.error() == RejectReason::malformed)
    return LiveSession{key, stored->bytes, nullptr, stored->time_left};
  if (!summary || (*summary)->subject != subject) return std::nullopt;
  return LiveSession{key, stored->bytes, std::move(*summary), stored->time_left};
}

Task<Listed> read_listed(SessionEnvironment& environment, std::string key, std::string subject) {
  RecordStore& records = environment.records;
  Listed listed;
  const auto loaded = co_await records.load(key);
  if (!loaded) listed.failure = loaded.error();
  if (!loaded) co_return listed;
  listed.live = live_in(records, key, subject, *loaded);
  if (listed.live) co_return listed;
  const auto again = co_await records.unlist(key, subject);
  if (!again) listed.failure = again.error();
  if (!again) co_return listed;
  listed.live = live_in(records, key, subject, *again);
  listed.removed = !listed.live;
  co_return listed;
}

// What the list of a subject names.
struct AllListed {
  std::vector<LiveSession> live;
  bool removed = false;
};

Task<Result<AllListed, StoreFailure>> read_list(SessionEnvironment& environment, std::string subject,
                                                std::size_t max = kMaxSubjectSessions) {
  auto keys = co_await environment.records.keys_of(subject, max);
  if (!keys) co_return keys.error();
  AllListed all;
  std::optional<StoreFailure> failure;
  const LaneWork read = [&](std::size_t i) -> Task<void> {
    if (failure) co_return;
    std::string key = (*keys)[i];
    Listed listed = co_await read_listed(environment, std::move(key), subject);
    if (listed.failure && !failure) failure = std::move(listed.failure);
    if (listed.live) all.live.push_back(std::move(*listed.live));
    all.removed |= listed.removed;
  };
  co_await in_lanes(keys->size(), kLanes, read);
  if (failure) co_return *failure;
  co_return all;
}

// The key of the spared session and those that it got since.
Task<Result<std::set<std::string>, StoreFailure>> keys_of_spared(RecordStore& records, std::string key) {
  std::set<std::string> keys;
  for (int hops = 0; hops < kMaxSuccessors && !key.empty() && keys.insert(key).second; ++hops) {
    auto loaded = co_await records.load(key);
    if (!loaded) co_return loaded.error();
    key = *loaded ? records.successor((*loaded)->bytes) : std::string();
  }
  co_return keys;
}

seconds began(const LiveSession& session) {
  return session.summary ? session.summary->age.created.value_or(seconds(0)) : seconds(0);
}

}  // namespace

bool began_after(const LiveSession& first, const LiveSession& second) {
  return std::tuple(began(first), first.key) > std::tuple(began(second), second.key);
}

Task<Result<std::vector<LiveSession>, StoreFailure>> sessions_of(SessionEnvironment& environment,
                                                                 std::string subject, std::size_t max) {
  auto all = co_await read_list(environment, std::move(subject), max);
  if (!all) co_return all.error();
  std::erase_if(all->live, [](const LiveSession& session) { return session.summary == nullptr; });
  std::sort(all->live.begin(), all->live.end(), began_after);
  co_return std::move(all->live);
}

Task<Result<std::optional<LiveSession>, StoreFailure>> session_named(SessionEnvironment& environment,
                                                                     std::string name, std::string subject) {
  const auto keys = co_await environment.records.keys_of(subject, kMaxSubjectSessions);
  if (!keys) co_return keys.error();
  const auto found = std::find_if(keys->begin(), keys->end(), [&](const std::string& key) {
    return environment.log_ids.of(key) == name;
  });
  if (found == keys->end()) co_return std::optional<LiveSession>();
  std::string key = *found;
  Listed listed = co_await read_listed(environment, std::move(key), std::move(subject));
  if (listed.failure) co_return *listed.failure;
  if (listed.live && listed.live->summary == nullptr) listed.live.reset();
  co_return std::move(listed.live);
}

Task<EndedOfSubject> end_all(SessionEnvironment& environment, std::vector<LiveSession> sessions) {
  EndedOfSubject all;
  const LaneWork end_one = [&](std::size_t i) -> Task<void> {
    const LiveSession& session = sessions[i];
    std::string key = session.key;
    auto ended = co_await end_session(environment, std::move(key));
    if (!ended && !all.failure) all.failure = ended.error();
    if (!ended || ended->empty()) co_return;
    SessionEvent event{SessionEvent::Kind::destroyed, {}, environment.log_ids.of(*ended)};
    if (session.summary) event.subject = session.summary->subject.value_or("");
    all.events.push_back(std::move(event));
  };
  co_await in_lanes(sessions.size(), kLanes, end_one);
  co_return all;
}

Task<EndedOfSubject> end_oldest(SessionEnvironment& environment, std::string subject, std::size_t count,
                                std::string not_counted) {
  auto live = co_await sessions_of(environment, std::move(subject));
  EndedOfSubject none;
  if (!live) none.failure = live.error();
  if (!live) co_return none;
  std::erase_if(*live, [&](const LiveSession& each) { return each.key == not_counted; });
  if (live->size() <= count) co_return none;
  std::vector<LiveSession> oldest(std::make_move_iterator(live->begin() + static_cast<std::ptrdiff_t>(count)),
                                  std::make_move_iterator(live->end()));
  EndedOfSubject ended = co_await end_all(environment, std::move(oldest));
  for (SessionEvent& event : ended.events) event.cause = SessionEvent::kLimit;
  co_return ended;
}

// A login that begins meanwhile may be listed before it has a record, and its key is then removed from the
// list: that makes it list itself again (Store::disown). So this goes on until the list names nothing that it
// had to end or to remove. Each pass ends what the one before could not see; logins without end are cut off
// at the deadline.
Task<EndedOfSubject> end_sessions_of(SessionEnvironment& environment, std::string subject,
                                     std::string spared_key) {
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  EndedOfSubject all;
  for (;;) {
    auto listed = co_await read_list(environment, subject);
    if (!listed) all.failure = listed.error();
    if (!listed) co_return all;
    auto spared = co_await keys_of_spared(environment.records, spared_key);
    if (!spared) all.failure = spared.error();
    if (!spared) co_return all;
    std::erase_if(listed->live, [&](const LiveSession& session) { return spared->contains(session.key); });
    if (listed->live.empty() && !listed->removed) co_return all;
    EndedOfSubject ended = co_await end_all(environment, std::move(listed->live));
    all.events.insert(all.events.end(), std::make_move_iterator(ended.events.begin()),
                      std::make_move_iterator(ended.events.end()));
    all.failure = std::move(ended.failure);
    if (all.failure) co_return all;
    if (environment.clock.steady_now() >= until) {
      all.failure =
          StoreFailure(StoreFailure::Kind::contended, "the subject kept logging in until the deadline");
      co_return all;
    }
  }
}

}  // namespace session
