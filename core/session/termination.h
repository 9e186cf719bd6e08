#pragma once

#include <string>

#include "core/base/task.h"
#include "core/session/environment.h"

namespace session {

// Ends the session that the store keeps under a legacy key, or erases what it can't read there: its own
// application may be able to. A tombstone is left alone and reported as `absent`, because it stops a
// migration in progress from creating the session again.
Task<Result<EraseOutcome, StoreFailure>> end_legacy(SessionEnvironment& environment, LegacyKey legacy);

// Ends the session that a key stands for, even if it gets other ids meanwhile, and returns the key under
// which it ended; empty if it had ended before. Erases a record that it can't read, whatever it is: a logout
// must not depend on understanding it, because the program that wrote it may.
Task<Result<std::string, StoreFailure>> end_session(SessionEnvironment& environment, std::string key);

}  // namespace session
