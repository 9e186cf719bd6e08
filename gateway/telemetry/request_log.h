#pragma once

#include "core/base/clock.h"
#include "gateway/http/response.h"
#include "gateway/telemetry/audit/audit.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {

// Records one answered request in the audit, the log (level debug) and the metrics. This is the only place
// for all three, after an endpoint has decided and before its response is sent. `endpoint` is the endpoint to
// count under; it is `none` if `request` names an unknown endpoint. `took` is the time from the request's
// arrival to its response. Call it on the thread of `telemetry`.
void record_request(WorkerTelemetry& telemetry, EndpointId endpoint, const AuditedRequest& request,
                    const Response& response, Clock::Steady::duration took);

}  // namespace session::gateway
