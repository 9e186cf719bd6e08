#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/task.h"
#include "core/session/environment.h"

namespace session {

// Ends the session that a key of the format in use stands for, even if it gets other ids meanwhile, and
// returns the key under which it ended; empty if it had ended before. Erases a record that it can't read,
// whatever it is: a logout must not depend on understanding it, because the program that wrote it may.
Task<Result<std::string, StoreFailure>> end_session(SessionEnvironment& environment, std::string key);

// The keys under which sessions ended.
struct EndedSessions {
  std::vector<std::string> keys;
  std::optional<StoreFailure> failure;  // the first one; what `keys` names has ended all the same
};

enum class OnFailure { stop, go_on };

// Ends the sessions that keys stand for, of the format in use as end_session() does, one after the other.
// What the store keeps under a key of another format ends, or is erased if it can't be read; a tombstone
// stays, because it stops a migration in progress from creating the session again. With OnFailure::go_on it
// tries the others after a failure, but not beyond the write deadline.
Task<EndedSessions> end_sessions(SessionEnvironment& environment, std::vector<LegacyKey> keys,
                                 OnFailure on_failure);

}  // namespace session
