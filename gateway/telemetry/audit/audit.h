#pragma once

#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "gateway/http/request.h"
#include "gateway/http/session_event.h"

namespace session::gateway {

// Writes what a request did to sessions, and why it was refused, to the audit stream (log.audit): a line
// each. Of refusals for the same reason one a second, which says how many were held back; a flood of them
// costs little more than counting. Everything else is written. Thread-safe.
void audit(const Request& request, const std::vector<SessionEvent>& events, std::string_view endpoint,
           Clock::Steady now = system_clock().steady_now());

// The request's id as the front has given it (Client::request_id); empty if it is not 1 to 64 letters,
// digits,
// "_" and "-".
[[nodiscard]] std::string_view request_id(const Request& request);

}  // namespace session::gateway
