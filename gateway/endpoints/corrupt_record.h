#pragma once

#include <string>

#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {

// Counts and logs that a session's record can't be read: it was damaged, or another program writes under the
// gateway's keys. Logs it once a second at most, with how often it happened meanwhile. `session` is the LogId
// of the record; an empty one means that no record is corrupt, and nothing is done.
void warn_of_corrupt_record(const std::string& session, WorkerTelemetry& telemetry);

}  // namespace session::gateway
