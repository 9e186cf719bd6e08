#pragma once

#include <string>

#include "core/base/task.h"
#include "core/record/environment.h"

namespace session {

// The store key of the record that a session had in another format before it moved here, while that may
// still be there; empty if there is none. `format_fields` is Record::format_fields.
[[nodiscard]] std::string migrated_from(const Json& format_fields);

// Ends the session of a record if `key` still holds exactly its bytes. One that moved here (`former`, from
// migrated_from) takes along what may be left of it there, and leaves word for a while that it ended: a
// request that is still moving it can't begin it anew.
Task<Result<EraseIfOutcome, StoreFailure>> end_record(SessionEnvironment& environment, std::string key,
                                                      Bytes bytes, std::string former);

// Where the store may keep a session, and the format that it has there.
struct LegacyKey {
  const Dialect* dialect = nullptr;
  std::string key;
};

// Ends the session that the store keeps there. What its format can't read is somebody else's, and stays; so
// does what stands for no session, as it keeps a move that is under way from beginning one anew: these are
// `absent`, like what is not there.
Task<Result<EraseOutcome, StoreFailure>> end_legacy(SessionEnvironment& environment, LegacyKey old);

// Ends the session that a key stands for, although it gets other ids meanwhile. `absent`: it had ended. What
// can't be read stays, and nothing opens it: that counts as `erased`.
Task<Result<EraseOutcome, StoreFailure>> end_session(SessionEnvironment& environment, std::string key);

}  // namespace session
