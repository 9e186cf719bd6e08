#pragma once

#include <cstddef>
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
  RecordStore::Summary summary;
  milliseconds time_left{};
};

// The most sessions of a subject that are read at a time.
inline constexpr std::size_t kMaxSubjectSessions = 10000;

// Finds the sessions of a subject, in the order in which they began, the last first; at most `max`,
// preferably those that were used last. Repairs the store's list on the way: what is gone, or is another
// subject's, is removed from it.
Task<Result<std::vector<LiveSession>, StoreFailure>> sessions_of(SessionEnvironment& environment,
                                                                 std::string subject,
                                                                 std::size_t max = kMaxSubjectSessions);

// Finds the session of a subject that has that name (LogId); nullopt: there is none. Reads no other.
Task<Result<std::optional<LiveSession>, StoreFailure>> session_named(SessionEnvironment& environment,
                                                                     std::string name, std::string subject);

// Whether the first session began after the second. Any two sessions have an order, the same at all gateways,
// so that those who end the oldest at once end the same ones.
[[nodiscard]] bool began_after(const LiveSession& first, const LiveSession& second);

// The sessions that ended, and the first failure, which kept none of the others from being tried.
struct EndedOfSubject {
  std::vector<SessionEvent> events;
  std::optional<StoreFailure> failure;
};

// Ends these sessions, also under ids that they get meanwhile.
Task<EndedOfSubject> end_all(SessionEnvironment& environment, std::vector<LiveSession> sessions);

// Ends all sessions of a subject but one, whose key may be empty, also if it gets another id meanwhile. When
// it has ended without a failure, no session of the subject lives that had begun before the call.
Task<EndedOfSubject> end_sessions_of(SessionEnvironment& environment, std::string subject,
                                     std::string spared_key);

// Ends the oldest sessions of a subject, so that `count` are left. `not_counted` is the key of a session that
// is about to end anyway; empty: none. Whoever calls this after each login never leaves more than `count` of
// them: the last of several logins at once sees all the others.
Task<EndedOfSubject> end_oldest(SessionEnvironment& environment, std::string subject, std::size_t count,
                                std::string not_counted);

}  // namespace session
