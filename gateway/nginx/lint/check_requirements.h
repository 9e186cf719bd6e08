#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/model/gateway_usage.h"

namespace session::gateway {

// What the checks of locations ask of a session, to find those by which more people get in than by another
// one. Immutable; keeps a reference to the usage.
class CheckRequirements {
 public:
  // Names of rules, and `login`.
  using Rules = std::set<std::string>;

  explicit CheckRequirements(const GatewayUsage& usage);

  // Returns what the context's check asks of a session. nullptr: the gateway answers none, or nobody has what
  // it asks for, or that can't be told (it depends on an `if`, or on a `map`).
  [[nodiscard]] const Rules* of(const Context& context) const;
  // Returns the rules that a location of the endpoint admin or console asks for; nullptr: it is none, or they
  // are unknown.
  [[nodiscard]] const Rules* of_operators(const Context& location) const;
  // Returns the rules that the check of `guarded` asks for and that of `place` does not; none if one of both
  // is unknown.
  [[nodiscard]] Rules missing(const Context& place, const Context& guarded) const;
  // Returns true if a place lets in somebody whom `guarded` refuses: it asks nobody, or its check lacks a
  // rule. `deny` and a password close a place whoever comes.
  [[nodiscard]] bool is_weaker(const Context& place, const Context& guarded) const;
  // The same for a walk that starts from a guarded location. REQUIRES: both outlive it.
  [[nodiscard]] Admits admits_past(const Context& guarded) const;

  // For messages: "without a check", or "without asking for admin".
  [[nodiscard]] std::string without(const Context& place, const Context& guarded) const;
  // "no check", or "a check that does not ask for admin".
  [[nodiscard]] std::string lacking(const Context& place, const Context& guarded) const;
  // Returns the lines that close a place as much as `guarded` is: "include session-gateway-protect.conf;",
  // "set $session_require admin;", or for a check by HTTP "auth_request /_session/auth/admin;".
  [[nodiscard]] std::string line_to_add(const Context& place, const Context& guarded) const;

 private:
  const GatewayUsage& usage_;
  std::map<const Context*, Rules> rules_;
  std::map<const Context*, Rules> operators_;  // by the locations of the endpoints admin and console
};

}  // namespace session::gateway
