#pragma once

#include <string>

#include "core/session/environment.h"
#include "core/task.h"

namespace session {

// The store key of the record that a session had in another format before it moved here, while that may
// still be there; empty if there is none. `envelope` is Record::envelope.
[[nodiscard]] std::string former_key(const Json& envelope);

// Ends the session of a record if `key` still holds exactly its bytes. One that moved here (`former`, from
// former_key) takes along what may be left of it there, and leaves word for a while that it ended: a request
// that is still moving it can't begin it anew.
Task<Result<EraseIfOutcome, StoreFailure>> end_record(SessionEnvironment& environment, std::string key,
                                                      Bytes bytes, std::string former);

// Ends the session that a key stands for, although it gets other ids meanwhile. `absent`: it had ended.
Task<Result<EraseOutcome, StoreFailure>> end_session(SessionEnvironment& environment, std::string key);

}  // namespace session
