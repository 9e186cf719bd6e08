#pragma once

#include <string>

namespace session::gateway {

// Counts, and says in the log, that a session's record can't be read: it was damaged, or somebody else writes
// under the gateway's keys. Once a second at most, with how often it happened meanwhile. `name` stands for
// the record (log_id_of); nothing is said if it is empty.
void warn_of_corrupt_record(const std::string& name);

}  // namespace session::gateway
