#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/authz/rule_set.h"
#include "core/session/session_manager.h"

namespace session {

// One question of nginx: may this request pass, and whose is it?
struct CheckRequest {
  std::span<const std::string_view> cookies;  // the request's Cookie headers
  std::string_view required;                  // names of rules, separated by commas
  Touch touch = Touch::on;
};

// The answers. There is no other way to `Pass` than a verified cookie and a session from the store.
struct Pass {
  RecordCache::Summary summary;            // its identity lines go to the application
  std::optional<std::string> set_cookie;   // for the browser
  std::vector<SessionEvent> history = {};  // Session::history()
};
struct LoginNeeded {
  RejectReason
      reason;  // absent also where a session is there, but `login` is required and nobody has logged in
  std::string corrupt_record = {};  // SessionManager::Opened::unreadable
  std::string name = {};            // what stands in a log for the session that the cookie names, if it does
  std::vector<SessionEvent> history = {};
};
struct Forbidden {
  std::string_view rule;  // the first that the session does not satisfy; part of CheckRequest::required
  bool unknown_rule;      // there is no such rule: a mistake in nginx's configuration
  std::string name = {};  // what stands in a log for the session
  std::string subject = {};
  std::vector<SessionEvent> history = {};
};
struct Unavailable {
  StoreFailure failure;
};
using CheckResult = std::variant<Pass, LoginNeeded, Forbidden, Unavailable>;

// Decides. What `visit` views is the caller's until the task ends.
Task<CheckResult> check(CheckRequest visit, SessionManager& sessions, const RuleSet& rules);

}  // namespace session
