#pragma once

#include <cstddef>
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

  // The sessions of a subject, those that began last first; at most 1,000, preferably those that
  // were used last.
  Answer<std::vector<SessionInfo>> of(std::string subject);

  // The session of that name, of a subject; nullopt: the subject has none.
  Answer<std::optional<SessionInfo>> find(std::string name, std::string subject);
  // The same of any subject, or of none. Reads the whole store.
  Answer<std::optional<SessionInfo>> find_anywhere(std::string name);

  // Ends the session of that name. Without one, nothing ends.
  Task<DirectoryEnded> end(std::string name, std::string subject);
  Task<DirectoryEnded> end_anywhere(std::string name);
  // Ends all sessions of a subject, or all but the one of that name. After the answer, no session of the
  // subject lives that was logged in before the call, at any gateway; the spared one lives on also if it gets
  // another id meanwhile.
  Task<DirectoryEnded> end_of(std::string subject, std::string spared_name = {});
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
  // The session that a request has opened; nullopt: it has ended.
  Answer<std::optional<LiveSession>> find(const Session& session);
  // The session of that name, of a subject; nullopt: the subject has none.
  Answer<std::optional<LiveSession>> find_live(std::string name, std::string subject);
  Task<DirectoryEnded> end(LiveSession session);

  struct PageEnded {
    DirectoryEnded ended;
    std::string cursor;  // where to go on; empty: every page was looked at. After a failure the one before
  };
  // Ends about `max` of all sessions, from a cursor on. Whoever goes on to the last page has ended every
  // session that lived from before the first one, but that of the spared name.
  Task<PageEnded> end_from(std::string cursor, std::size_t max, std::string spared_name = {});

  // The attributes of a session; nullopt: it has ended.
  Answer<std::optional<Json>> attributes(std::string name, std::optional<std::string> subject);

 private:
  Answer<std::optional<LiveSession>> find_live_anywhere(std::string name);
  // The session under a key; nullopt: there is none.
  Answer<std::optional<LiveSession>> load(std::string key);
  struct LivePage {
    std::vector<LiveSession> sessions;
    std::string cursor;
  };
  Answer<LivePage> live_page(std::string cursor, std::size_t max);

  SessionEnvironment& environment_;
};

}  // namespace session
