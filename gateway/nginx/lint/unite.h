#pragma once

#include <string>
#include <vector>

#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {

// Makes one finding of those that have the same place and the same include as their answer: it names all that
// is wrong there, is as severe as the worst of them, whose rule it has, and says to write the include. Keeps
// the order of the others.
void unite(std::vector<Finding>& findings);

// Returns the include that gives a location all that the project's files do for its protocol; "" if there is
// none, or if the include would not fit: the context is an `if`, or has it already, or sets identity headers
// or the Cookie itself, or has a check of its own.
[[nodiscard]] std::string include_that_mends(const Inspection& in, const Context& context,
                                             const UpstreamProtocol& protocol);

}  // namespace session::gateway
