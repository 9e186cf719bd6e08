#pragma once

#include <cstddef>
#include <string_view>

#include "core/format/reject_reason.h"
#include "core/session/session.h"
#include "core/store/store.h"
#include "gateway/http/response.h"

namespace session::gateway {

// nginx's auth_request takes no body; forged cookies come in floods, and JSON that nobody reads is a tenth of
// what one costs.
enum class ProblemBody { json, none };

// The one place that maps what went wrong to HTTP. All answers carry X-Session-Reason and a JSON problem body
// (RFC 9457) that repeats it; `detail` is a sentence for whoever sent the request, and never tells internals.
// REQUIRES: `reason` is static text.
[[nodiscard]] Response problem(int status, std::string_view reason, std::string_view detail,
                               ProblemBody body = ProblemBody::json);

// There is no session: 401 with the reason.
[[nodiscard]] Response refused(RejectReason refusal, ProblemBody body = ProblemBody::json);
// The store can't answer: 503 and Retry-After. Never a 401: an outage is no logout.
[[nodiscard]] Response unavailable(const StoreFailure& failure, ProblemBody body = ProblemBody::json);
// The same for a probe of a store that answers, with a sentence of its own.
[[nodiscard]] Response unavailable(std::string_view sentence);
// The same after some sessions have ended: their number is the member `ended` of the body.
[[nodiscard]] Response unavailable(const StoreFailure& failure, std::size_t ended);
// A session was not written: 503, 401 or 413.
[[nodiscard]] Response not_written(const WriteFailure& failure);

}  // namespace session::gateway
