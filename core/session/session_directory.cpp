#include "core/session/session_directory.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "core/base/lanes.h"

namespace session {
namespace {

constexpr std::size_t kLanes = 32;
// The number of keys that are read at a time when the whole store is.
constexpr std::size_t kPageSize = 500;
// The number of successors that are followed.
constexpr int kMaxSuccessors = 16;

bool began_after(const SessionInfo& first, const SessionInfo& second) {
  return std::tie(first.created, first.name) > std::tie(second.created, second.name);
}

seconds whole_seconds(milliseconds time) { return std::chrono::duration_cast<seconds>(time); }

void append(DirectoryEnded& all, DirectoryEnded more) {
  all.events.insert(all.events.end(), std::make_move_iterator(more.events.begin()),
                    std::make_move_iterator(more.events.end()));
  if (more.failure && !all.failure) all.failure = std::move(more.failure);
}

}  // namespace

SessionInfo SessionDirectory::info_of(const LiveSession& session) {
  const RecordSummary& summary = *session.summary;
  const seconds now = environment_.clock.unix_now();
  SessionInfo info{environment_.log_ids.of(session.key), summary.subject.value_or("")};
  info.created = summary.age.created;
  info.authenticated = summary.authenticated;
  info.lifetime = summary.lifetime_name;
  info.client = environment_.records.client_of(session.key, session.version);
  if (session.time_left == milliseconds::max()) return info;
  info.expires = now + whole_seconds(session.time_left);
  if (summary.age.end) return info;
  const Policy& policy = environment_.records.policy(summary.subject.has_value(), summary.lifetime_name);
  const milliseconds idle = summary.age.lifetime.value_or(policy.idle_timeout);
  info.last_seen = now - whole_seconds(std::max(milliseconds(0), idle - session.time_left));
  return info;
}

SessionDirectory::Answer<std::vector<SessionInfo>> SessionDirectory::of(std::string subject,
                                                                        std::size_t max) {
  std::vector<SessionInfo> sessions;
  const TakeSession take = [&](const LiveSession& session) { sessions.push_back(info_of(session)); };
  auto read = co_await sessions_of(environment_, std::move(subject), max, take);
  if (!read) co_return read.error();
  std::sort(sessions.begin(), sessions.end(), began_after);
  co_return sessions;
}

SessionDirectory::Answer<std::optional<LiveSession>> SessionDirectory::find_live(std::string name,
                                                                                 std::string subject) {
  return session_named(environment_, std::move(name), std::move(subject));
}

std::optional<LiveSession> SessionDirectory::live_of(std::string key, StoredRecord stored) {
  auto summary = environment_.records.summary(key, stored.bytes);
  if (!summary) return std::nullopt;
  return LiveSession{std::move(key), std::move(stored.bytes), std::move(*summary), stored.time_left.value()};
}

SessionDirectory::Answer<std::optional<LiveSession>> SessionDirectory::load(std::string key) {
  auto loaded = co_await environment_.records.load(key);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return std::optional<LiveSession>();
  co_return live_of(std::move(key), std::move(**loaded));
}

// The keys of the store, not the records, are compared: only the one that is found is read.
SessionDirectory::Answer<SessionDirectory::Found> SessionDirectory::find_from(std::string cursor,
                                                                              std::string name,
                                                                              std::size_t max) {
  auto page = co_await environment_.records.keys(std::move(cursor), max);
  if (!page) co_return page.error();
  for (const std::string& key : page->keys) {
    if (environment_.log_ids.of(key) != name) continue;
    auto session = co_await load(key);
    if (!session) co_return session.error();
    co_return Found{std::move(*session), {}};
  }
  co_return Found{std::nullopt, std::move(page->cursor)};
}

SessionDirectory::Answer<std::optional<LiveSession>> SessionDirectory::find_live_anywhere(std::string name) {
  std::string cursor;
  for (;;) {
    auto found = co_await find_from(std::move(cursor), name, kPageSize);
    if (!found) co_return found.error();
    if (found->session || found->cursor.empty()) co_return std::move(found->session);
    cursor = std::move(found->cursor);
  }
}

std::optional<Json> SessionDirectory::attributes_of(const LiveSession& session) const {
  auto record = environment_.records.decode(session.key, session.version);
  return record ? std::optional(std::move(record->attributes)) : std::nullopt;
}

Task<DirectoryEnded> SessionDirectory::end(LiveSession session) {
  std::string subject = session.summary ? session.summary->subject.value_or("") : std::string();
  co_return co_await end_one(environment_, std::move(session.key), std::move(subject));
}

// A key on a page may be that of an id that was replaced since the scan began: then its session ends, which
// may be on a page that was looked at before.
Task<SessionDirectory::PageEnded> SessionDirectory::end_from(std::string cursor, std::size_t max,
                                                             EndTerms terms) {
  PageEnded done;
  done.cursor = cursor;
  const KeyWork end_each = [&](std::string key) -> Task<void> {
    auto found = co_await load_successor(std::move(key));
    if (!found && !done.ended.failure) done.ended.failure = found.error();
    if (!found || !*found || environment_.log_ids.of((*found)->key) == terms.spared_name) co_return;
    const auto& created = (*found)->summary->age.created;
    if (terms.began_by && created && *created > *terms.began_by) co_return;
    LiveSession session = std::move(**found);
    DirectoryEnded ended = co_await end(std::move(session));
    append(done.ended, std::move(ended));
  };
  auto next = co_await each_key(std::move(cursor), max, end_each);
  if (!next && !done.ended.failure) done.ended.failure = next.error();
  if (!done.ended.failure) done.cursor = std::move(*next);
  co_return done;
}

SessionDirectory::Answer<std::optional<LiveSession>> SessionDirectory::load_successor(std::string key) {
  for (int hops = 0; hops < kMaxSuccessors; ++hops) {
    auto loaded = co_await environment_.records.load(key);
    if (!loaded) co_return loaded.error();
    if (!*loaded) break;
    std::string next = environment_.records.successor((*loaded)->bytes);
    if (next.empty()) co_return live_of(std::move(key), std::move(**loaded));
    key = std::move(next);
  }
  co_return std::optional<LiveSession>();
}

SessionDirectory::Answer<std::optional<SessionInfo>> SessionDirectory::find(std::string name,
                                                                            std::string subject) {
  auto found = co_await session_named(environment_, std::move(name), std::move(subject));
  if (!found) co_return found.error();
  co_return *found ? std::optional(info_of(**found)) : std::nullopt;
}

SessionDirectory::Answer<std::optional<SessionInfo>> SessionDirectory::find_anywhere(std::string name) {
  auto found = co_await find_live_anywhere(std::move(name));
  if (!found) co_return found.error();
  co_return *found ? std::optional(info_of(**found)) : std::nullopt;
}

Task<DirectoryEnded> SessionDirectory::end(std::string name, std::string subject) {
  DirectoryEnded none;
  auto found = co_await session_named(environment_, std::move(name), std::move(subject));
  if (!found) none.failure = found.error();
  if (!found || !*found) co_return none;
  LiveSession session = std::move(**found);
  co_return co_await end(std::move(session));
}

Task<DirectoryEnded> SessionDirectory::end_anywhere(std::string name) {
  DirectoryEnded none;
  auto found = co_await find_live_anywhere(std::move(name));
  if (!found) none.failure = found.error();
  if (!found || !*found) co_return none;
  LiveSession session = std::move(**found);
  co_return co_await end(std::move(session));
}

Task<DirectoryEnded> SessionDirectory::end_of(std::string subject) {
  return end_sessions_of(environment_, std::move(subject), std::string());
}

Task<DirectoryEnded> SessionDirectory::end_others(std::string subject, const Session& spared) {
  std::string key = environment_.format.cookies->store_key(spared.id());
  return end_sessions_of(environment_, std::move(subject), std::move(key));
}

Task<DirectoryEnded> SessionDirectory::end_of(std::string subject, std::optional<LiveSession> spared,
                                              std::function<bool()> stop) {
  std::string key = spared ? std::move(spared->key) : std::string();
  co_return co_await end_sessions_of(environment_, std::move(subject), std::move(key), std::move(stop));
}

Task<DirectoryEnded> SessionDirectory::end_everything() {
  DirectoryEnded all;
  std::string cursor;
  do {
    PageEnded page = co_await end_from(std::move(cursor), kPageSize, EndTerms());
    append(all, std::move(page.ended));
    if (all.failure) co_return all;
    cursor = std::move(page.cursor);
  } while (!cursor.empty());
  co_return all;
}

SessionDirectory::Answer<std::string> SessionDirectory::each_key(std::string cursor, std::size_t max,
                                                                 KeyWork work) {
  auto page = co_await environment_.records.keys(std::move(cursor), max);
  if (!page) co_return page.error();
  const LaneWork one = [&](std::size_t i) -> Task<void> {
    std::string key = page->keys[i];
    if (environment_.format.cookies->is_store_key(key)) co_await work(std::move(key));
  };
  co_await in_lanes(page->keys.size(), kLanes, one);
  co_return std::move(page->cursor);
}

// A record is kept for no longer than it takes to read it: some are large.
SessionDirectory::Answer<SessionDirectory::Page> SessionDirectory::page(std::string cursor, std::size_t max) {
  Page page;
  std::optional<StoreFailure> failure;
  const KeyWork read = [&](std::string key) -> Task<void> {
    if (failure) co_return;
    const auto found = co_await load(std::move(key));
    if (!found) failure = found.error();
    if (found && *found) page.sessions.push_back(info_of(**found));
  };
  auto next = co_await each_key(std::move(cursor), max, read);
  if (!next) co_return next.error();
  if (failure) co_return *failure;
  page.cursor = std::move(*next);
  std::sort(page.sessions.begin(), page.sessions.end(), began_after);
  co_return page;
}

SessionDirectory::Answer<std::optional<Json>> SessionDirectory::attributes(
    std::string name, std::optional<std::string> subject) {
  auto asked = subject ? session_named(environment_, std::move(name), std::move(*subject))
                       : find_live_anywhere(std::move(name));
  auto found = co_await std::move(asked);
  if (!found) co_return found.error();
  if (!*found) co_return std::optional<Json>();
  auto record = environment_.records.decode((*found)->key, (*found)->version);
  co_return record ? std::optional<Json>(std::move(record->attributes)) : std::nullopt;
}

}  // namespace session
