#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/session/environment.h"
#include "core/session/subject_sessions.h"

namespace session {

// What is known of a session that lives, for its owner and for operators. Contains nothing that a cookie
// could be made of.
struct SessionInfo {
  std::string name;     // its public name, the same as in logs (LogId)
  std::string subject;  // empty: it has none
  // Unix times. nullopt: its format does not keep it.
  std::optional<seconds> created = {};
  // When it was last extended, which is at most Policy::touch_every before it was last used. In the last idle
  // timeout before the absolute one ends it, this is the earliest time that it can have been.
  std::optional<seconds> last_seen = {};
  std::optional<seconds> expires = {};  // nullopt: never
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

  // The sessions of a subject, those that began last first; at most 10,000.
  Answer<std::vector<SessionInfo>> of(std::string subject);

  // The session of that name, of a subject; nullopt: the subject has none. Reads all sessions of the subject.
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

  // The attributes of a session; nullopt: it has ended.
  Answer<std::optional<Json>> attributes(std::string name, std::optional<std::string> subject);

 private:
  [[nodiscard]] SessionInfo info_of(const LiveSession& session);
  Answer<std::optional<LiveSession>> find_live(std::string name, std::string subject);
  Answer<std::optional<LiveSession>> find_live_anywhere(std::string name);
  struct LivePage {
    std::vector<LiveSession> sessions;
    std::string cursor;
  };
  Answer<LivePage> live_page(std::string cursor, std::size_t max);

  SessionEnvironment& environment_;
};

}  // namespace session
