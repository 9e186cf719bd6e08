#include "core/session/session_directory.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/lanes.h"

namespace session {
namespace {

constexpr std::size_t kLanes = 32;
// The most sessions of a subject that are shown: a user who looks must not make the store read without end.
constexpr std::size_t kMaxListed = 1000;
// The number of keys that are read at a time when the whole store is.
constexpr std::size_t kPageSize = 500;

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

SessionDirectory::Answer<std::vector<SessionInfo>> SessionDirectory::of(std::string subject) {
  auto live = co_await sessions_of(environment_, std::move(subject), kMaxListed);
  if (!live) co_return live.error();
  std::vector<SessionInfo> sessions;
  for (const LiveSession& each : *live) sessions.push_back(info_of(each));
  co_return sessions;
}

SessionDirectory::Answer<std::optional<LiveSession>> SessionDirectory::find_live(std::string name,
                                                                                 std::string subject) {
  return session_named(environment_, std::move(name), std::move(subject));
}

SessionDirectory::Answer<std::optional<LiveSession>> SessionDirectory::load(std::string key) {
  auto loaded = co_await environment_.records.load(key);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return std::optional<LiveSession>();
  auto summary = environment_.records.summary(key, (*loaded)->bytes);
  if (!summary) co_return std::optional<LiveSession>();
  co_return LiveSession{key, (*loaded)->bytes, std::move(*summary), (*loaded)->time_left};
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

SessionDirectory::Answer<std::optional<LiveSession>> SessionDirectory::find(const Session& session) {
  return load(environment_.format.cookies->store_key(session.id()));
}

std::optional<Json> SessionDirectory::attributes_of(const LiveSession& session) const {
  auto record = environment_.records.decode(session.key, session.version);
  return record ? std::optional(std::move(record->attributes)) : std::nullopt;
}

Task<DirectoryEnded> SessionDirectory::end(LiveSession session) {
  std::vector<LiveSession> one;
  one.push_back(std::move(session));
  co_return co_await end_all(environment_, std::move(one));
}

Task<SessionDirectory::PageEnded> SessionDirectory::end_from(std::string cursor, std::size_t max,
                                                             std::string spared_name) {
  PageEnded done;
  done.cursor = cursor;
  auto page = co_await live_page(std::move(cursor), max);
  if (!page) {
    done.ended.failure = page.error();
    co_return done;
  }
  if (!spared_name.empty()) {
    std::erase_if(page->sessions,
                  [&](const LiveSession& each) { return environment_.log_ids.of(each.key) == spared_name; });
  }
  done.ended = co_await end_all(environment_, std::move(page->sessions));
  if (!done.ended.failure) done.cursor = std::move(page->cursor);
  co_return done;
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
  std::vector<LiveSession> one;
  one.push_back(std::move(**found));
  co_return co_await end_all(environment_, std::move(one));
}

Task<DirectoryEnded> SessionDirectory::end_anywhere(std::string name) {
  DirectoryEnded none;
  auto found = co_await find_live_anywhere(std::move(name));
  if (!found) none.failure = found.error();
  if (!found || !*found) co_return none;
  std::vector<LiveSession> one;
  one.push_back(std::move(**found));
  co_return co_await end_all(environment_, std::move(one));
}

Task<DirectoryEnded> SessionDirectory::end_of(std::string subject, std::string spared_name) {
  std::string spared_key;
  if (!spared_name.empty()) {
    auto found = co_await session_named(environment_, std::move(spared_name), subject);
    DirectoryEnded none;
    if (!found) none.failure = found.error();
    if (!found) co_return none;
    if (*found) spared_key = (*found)->key;
  }
  co_return co_await end_sessions_of(environment_, std::move(subject), std::move(spared_key));
}

Task<DirectoryEnded> SessionDirectory::end_everything() {
  DirectoryEnded all;
  std::string cursor;
  do {
    auto page = co_await live_page(std::move(cursor), kPageSize);
    if (!page && !all.failure) all.failure = page.error();
    if (!page) co_return all;
    DirectoryEnded ended = co_await end_all(environment_, std::move(page->sessions));
    append(all, std::move(ended));
    cursor = std::move(page->cursor);
  } while (!cursor.empty());
  co_return all;
}

SessionDirectory::Answer<SessionDirectory::LivePage> SessionDirectory::live_page(std::string cursor,
                                                                                 std::size_t max) {
  auto keys = co_await environment_.records.keys(std::move(cursor), max);
  if (!keys) co_return keys.error();
  LivePage page;
  page.cursor = std::move(keys->cursor);
  std::optional<StoreFailure> failure;
  const LaneWork read = [&](std::size_t i) -> Task<void> {
    const std::string& key = keys->keys[i];
    if (failure || !environment_.format.cookies->is_store_key(key)) co_return;
    auto loaded = co_await environment_.records.load(key);
    if (!loaded) failure = loaded.error();
    if (!loaded || !*loaded) co_return;
    auto summary = environment_.records.summary(key, (*loaded)->bytes);
    if (summary) page.sessions.push_back({key, (*loaded)->bytes, std::move(*summary), (*loaded)->time_left});
  };
  co_await in_lanes(keys->keys.size(), kLanes, read);
  if (failure) co_return *failure;
  co_return page;
}

SessionDirectory::Answer<SessionDirectory::Page> SessionDirectory::page(std::string cursor, std::size_t max) {
  auto live = co_await live_page(std::move(cursor), max);
  if (!live) co_return live.error();
  std::sort(live->sessions.begin(), live->sessions.end(), began_after);
  Page page;
  page.cursor = std::move(live->cursor);
  for (const LiveSession& each : live->sessions) page.sessions.push_back(info_of(each));
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
