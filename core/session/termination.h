#pragma once

#include <string>

#include "core/base/task.h"
#include "core/session/environment.h"

namespace session {

// Ends the session that the store keeps under a legacy key. Leaves unreadable records and tombstones alone,
// and reports them as `absent`, like what is not there. A tombstone must survive: it stops a migration in
// progress from creating the session again.
Task<Result<EraseOutcome, StoreFailure>> end_legacy(SessionEnvironment& environment, LegacyKey legacy);

// Ends the session that a key stands for, although it gets other ids meanwhile. `absent`: it had ended. A
// record that can't be read stays, and nothing opens it: that counts as `erased`.
Task<Result<EraseOutcome, StoreFailure>> end_session(SessionEnvironment& environment, std::string key);

}  // namespace session
