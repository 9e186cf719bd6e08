#pragma once

#include <string_view>

#include "core/session/refusal.h"
#include "core/session/session.h"
#include "core/store/store.h"
#include "gateway/http/response.h"

namespace session::gateway {

// The one place that maps what went wrong to HTTP. All answers carry X-Session-Reason and a JSON problem body
// (RFC 9457) that repeats it; `detail` is a sentence for whoever sent the request, and never tells internals.
// REQUIRES: `reason` is static text.
[[nodiscard]] Response problem(int status, std::string_view reason, std::string_view detail);

// There is no session: 401 with the reason.
[[nodiscard]] Response refused(Refusal refusal);
// The store can't answer: 503 and Retry-After. Never a 401: an outage is no logout.
[[nodiscard]] Response unavailable(const StoreFailure& failure);
// A session was not written: 503, 401 or 413.
[[nodiscard]] Response not_written(const WriteFailure& failure);

// The same answer for nginx's auth_request, which takes no body.
[[nodiscard]] Response without_body(Response response);

}  // namespace session::gateway
