#pragma once

#include <string>

#include "core/base/task.h"
#include "core/session/environment.h"

namespace session {

// Ends the session that the store keeps under a legacy key. Leaves unreadable records and tombstones alone,
// and reports them as `absent`, like what is not there. A tombstone must survive: it stops a migration in
// progress from creating the session again.
Task<Result<EraseOutcome, StoreFailure>> end_legacy(SessionEnvironment& environment, LegacyKey legacy);

// Ends the session that a key stands for, even if it gets other ids meanwhile. `absent`: it had ended. An
// unreadable record is left alone and counts as `erased`, because no request can open it.
Task<Result<EraseOutcome, StoreFailure>> end_session(SessionEnvironment& environment, std::string key);

}  // namespace session
