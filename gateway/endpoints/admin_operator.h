#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/endpoints/events.h"

namespace session::gateway {

// Who asks the endpoint `admin`.
struct Operator {
  std::string name;             // for the audit: the subject of a session, or `uid:0`
  bool has_session = false;     // by the cookie; otherwise by the socket of operators
  std::string set_cookie = {};  // for the browser; empty: none
  Events events = {};           // what the check has changed
};

// Finds out who asks. By the socket of operators, that is the user who has connected. Any other request needs
// a session that satisfies the rules of its location (GATEWAY_REQUIRE), of which one is more than `login`: a
// location that names this endpoint and forgets the rule must not make every user an operator. The error is
// the answer that refuses the request.
Task<Result<Operator, Response>> operator_of(const Request& request, Services& services);

// The name of the session that the operator has asked with; empty: there is none any more.
Task<Result<std::string, StoreFailure>> own_session(const Request& request, Services& services);

// Returns the events as ends that this operator has asked for.
[[nodiscard]] Events ended_by(const Operator& by, Events events);

}  // namespace session::gateway
