#pragma once

#include "core/base/clock.h"
#include "gateway/http/response.h"
#include "gateway/telemetry/audit/audit.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {

// Records one answered request in the audit, the log (level debug) and the metrics: the one place for all
// three, after an endpoint has decided and before its answer goes out. `endpoint` is what it is counted
// under, and may be none where `request` names an endpoint that does not exist. `took` is the time from the
// request's arrival to its answer. To be called on the thread of `telemetry`.
void record_request(WorkerTelemetry& telemetry, EndpointId endpoint, const AuditedRequest& request,
                    const Response& response, Clock::Steady::duration took);

}  // namespace session::gateway
