#pragma once

#include <string_view>

#include "core/base/clock.h"
#include "gateway/http/request.h"
#include "gateway/http/response.h"

namespace session::gateway {

// Tells the operator of one answered request, in the audit log and in the metrics: the one place for both,
// after an endpoint has decided and before its answer goes out. `took` is from the request's arrival to its
// answer. Runs on a worker's thread.
void record_request(const Request& request, const Response& response, std::string_view endpoint,
                    Clock::Steady::duration took);

}  // namespace session::gateway
