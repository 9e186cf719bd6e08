#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/session/environment.h"
#include "core/session/session.h"
#include "core/session/subject_sessions.h"

namespace session {

// What is known of a session that lives, for its owner and for operators. Contains nothing that a cookie
// could be made of.
struct SessionInfo {
  std::string name;     // its public name, the same as in logs (LogId)
  std::string subject;  // empty: it has none
  // Unix times. nullopt: its format does not keep it.
  std::optional<seconds> created = {};
  std::optional<seconds> authenticated = {};  // when its subject was set last
  // When it was last extended, which is at most Policy::touch_every before it was last used. In the last idle
  // timeout before the absolute one ends it, this is the earliest time that it can have been.
  std::optional<seconds> last_seen = {};
  std::optional<seconds> expires = {};  // nullopt: never
  ClientFacts client = {};              // where the last login came from; empty texts: not recorded
  std::string lifetime = {};            // RecordHead::lifetime_name
};

// Ends of sessions, as events for the audit, and the first failure, which kept none of the others from being
// tried.
using DirectoryEnded = EndedOfSubject;

// Who is logged in: lists sessions and ends them, of one subject or all.
//
// Not thread-safe: it works on a SessionManager, which must outlive it, on that thread. Errors: the store did
// not answer. What is listed lived at some moment during the call.
class SessionDirectory {
 public:
  explicit SessionDirectory(SessionEnvironment& environment) : environment_(environment) {}

  template <class T>
  using Answer = Task<Result<T, StoreFailure>>;

  // The most sessions of a subject that its user is shown: who looks must not make the store read without
  // end.
  static constexpr std::size_t kMaxShown = 1000;
  // The sessions of a subject, those that began last first; at most `max`, preferably those that were used
  // last.
  Answer<std::vector<SessionInfo>> of(std::string subject, std::size_t max = kMaxShown);

  // The session of that name, of a subject; nullopt: the subject has none.
  Answer<std::optional<SessionInfo>> find(std::string name, std::string subject);
  // The same of any subject, or of none. Reads the whole store.
  Answer<std::optional<SessionInfo>> find_anywhere(std::string name);

  // Ends the session of that name. Without one, nothing ends.
  Task<DirectoryEnded> end(std::string name, std::string subject);
  Task<DirectoryEnded> end_anywhere(std::string name);
  // Ends all sessions of a subject. After the answer, none lives that was logged in before the call, at any
  // gateway.
  Task<DirectoryEnded> end_of(std::string subject);
  // The same, but for one of them, which lives on also if it gets another id meanwhile. If it has ended, or,
  // in a format without tombstones, has got another id before the call, then nothing ends, and the failure is
  // `contended`.
  Task<DirectoryEnded> end_others(std::string subject, const Session& spared);
  // Ends every session of the store that this format has written.
  Task<DirectoryEnded> end_everything();

  // Some of all sessions. A session that lives from the first page to the last is on one of them, or on
  // several.
  struct Page {
    std::vector<SessionInfo> sessions;
    std::string cursor;  // where the next page begins; empty: there is none. Any other text begins anew.
  };
  // About `max` sessions, and perhaps none although there are more pages.
  Answer<Page> page(std::string cursor, std::size_t max);

  // --- In steps, since a whole store can take longer than a caller has ---

  // A session that was looked for.
  struct Found {
    std::optional<LiveSession> session;  // its key stays in this process
    std::string cursor;  // where to look on; empty: every page was looked at, or the session is found
  };
  // Looks for the session of that name among about `max` of all, from a cursor on.
  Answer<Found> find_from(std::string cursor, std::string name, std::size_t max);
  // What is known of a session that was found.
  [[nodiscard]] SessionInfo info_of(const LiveSession& session);
  // Its attributes; nullopt: they can't be read.
  [[nodiscard]] std::optional<Json> attributes_of(const LiveSession& session) const;
  // The session of that name, of a subject; nullopt: the subject has none.
  Answer<std::optional<LiveSession>> find_live(std::string name, std::string subject);
  Task<DirectoryEnded> end(LiveSession session);
  // The same as end_of() and end_others(), while `stop` does not say that there is no more time
  // (DirectoryEnded::stopped): whoever repeats it until it is not stopped has ended them.
  Task<DirectoryEnded> end_of(std::string subject, std::optional<LiveSession> spared,
                              std::function<bool()> stop);

  struct PageEnded {
    DirectoryEnded ended;
    std::string cursor;  // where to go on; empty: every page was looked at. After a failure the one before
  };
  // Which sessions do not end.
  struct EndTerms {
    EndTerms() = default;
    std::string spared_name = {};          // the one of that name
    std::optional<seconds> began_by = {};  // those that are known to have begun later (Unix time)
  };
  // Ends about `max` of all sessions, from a cursor on. Whoever goes on to the last page has ended every
  // session that lived from before the first one, unless it got another id meanwhile and the former one was
  // gone when its page was looked at: at once in a format without tombstones, else after kTombstoneTime. So
  // repeat it until there is nothing to end.
  Task<PageEnded> end_from(std::string cursor, std::size_t max, EndTerms terms);

  // The attributes of a session; nullopt: it has ended.
  Answer<std::optional<Json>> attributes(std::string name, std::optional<std::string> subject);

 private:
  Answer<std::optional<LiveSession>> find_live_anywhere(std::string name);
  // The session under a key; nullopt: there is none.
  Answer<std::optional<LiveSession>> load(std::string key);
  // The same, or of what it became under another id.
  Answer<std::optional<LiveSession>> load_successor(std::string key);
  std::optional<LiveSession> live_of(std::string key, StoredRecord stored);
  using KeyWork = std::function<Task<void>(std::string key)>;
  // Works on about `max` of the keys that sessions can have, from a cursor on. Returns where to go on.
  Answer<std::string> each_key(std::string cursor, std::size_t max, KeyWork work);

  SessionEnvironment& environment_;
};

}  // namespace session
