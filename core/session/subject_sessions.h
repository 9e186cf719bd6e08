#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/record/session_event.h"
#include "core/session/environment.h"

// Internal to SessionDirectory and Session: the sessions of one subject.
namespace session {

// A session that lives, as the store held it at one moment.
struct LiveSession {
  std::string key;
  Bytes version;
  RecordStore::Summary summary;  // nullptr: the gateway has written the record, and can't read it
  milliseconds time_left{};
};

// The most keys of a subject that are read at a time.
inline constexpr std::size_t kMaxSubjectSessions = 10000;

// Hands over the sessions of a subject that can be read, in no order; at most `max`, preferably those that
// were used last. Keeps none, as a record may be large. Repairs the store's list on the way: what is gone, or
// is another subject's, is removed from it.
using TakeSession = std::function<void(LiveSession)>;
Task<Result<void, StoreFailure>> sessions_of(SessionEnvironment& environment, std::string subject,
                                             std::size_t max, TakeSession take);

// Finds the session of a subject that has that name (LogId); nullopt: there is none. Reads no other.
Task<Result<std::optional<LiveSession>, StoreFailure>> session_named(SessionEnvironment& environment,
                                                                     std::string name, std::string subject);

// The sessions that ended, and the first failure, which kept none of the others from being tried.
struct EndedOfSubject {
  std::vector<SessionEvent> events;
  std::optional<StoreFailure> failure = {};
  bool stopped = false;  // The caller had no more time, and some may be left.
};

// Ends the session of a key, also under an id that it gets meanwhile. `subject`: whose it is, for the event.
Task<EndedOfSubject> end_one(SessionEnvironment& environment, std::string key, std::string subject);

// Ends all sessions of a subject but one, whose key may be empty, also if it gets another id meanwhile. When
// it has ended without a failure and was not stopped, no session of the subject lives that had begun before
// the call. If the one to stay is not there any more, nothing ends, and that is a failure. `stop` is asked
// now and then whether there is time left.
Task<EndedOfSubject> end_sessions_of(SessionEnvironment& environment, std::string subject,
                                     std::string spared_key, std::function<bool()> stop = {});

// A login of which end_oldest() is a part.
struct LoginKeys {
  std::string own;          // of the session that logs in: it never ends here
  std::string not_counted;  // of a session that is about to end anyway; empty: none
};

// Ends the oldest sessions of a subject, so that `count` are left. Whoever calls this after each login never
// leaves more than `count` of them: the last of several logins at once sees all the others. Those that began
// first end first; where records don't tell (express-session, session-store), those that end first.
Task<EndedOfSubject> end_oldest(SessionEnvironment& environment, std::string subject, std::size_t count,
                                LoginKeys login);

}  // namespace session
