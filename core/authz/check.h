#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/authz/rule_set.h"
#include "core/session/session_manager.h"

namespace session {

// An auth check of nginx: may this request pass, and whose session does it belong to?
struct CheckRequest {
  std::span<const std::string_view> cookies;  // the request's Cookie headers
  std::string_view required;                  // the names of the rules, separated by commas
  Touch touch = Touch::on;
  // The store itself has to answer, and no copy (LoadTerms::Copy): also for rules that say so.
  bool fresh_only = false;
};

// The results. `Pass` requires a verified cookie and a session that the store holds, or held when it could be
// asked last, and then says so.
struct Pass {
  RecordCache::Summary summary;            // its identity headers go to the application
  std::optional<std::string> set_cookie;   // for the browser
  std::vector<SessionEvent> history = {};  // Session::history()
  bool stale = false;                      // Session::is_stale()
};
struct LoginNeeded {
  // `absent` also if there is a session without a subject, and a rule needs one. `stale`: there is a session,
  // and its user has to log in again.
  RejectReason reason;
  std::string corrupt_record = {};  // SessionManager::Named::corrupt_record
  std::string name = {};            // the log id of the session that the cookie names; empty: it names none
  std::vector<SessionEvent> history = {};
  std::string subject = {};  // of a `stale` one
};
struct Forbidden {
  std::string_view rule;  // the first unmet rule; points into CheckRequest::required
  bool unknown_rule;      // No rule has this name: nginx's configuration is wrong.
  std::string name = {};  // the log id of the session
  std::string subject = {};
  std::vector<SessionEvent> history = {};
};
struct Unavailable {
  StoreFailure failure;
};
using CheckResult = std::variant<Pass, LoginNeeded, Forbidden, Unavailable>;

// How the session of a request is opened for a check.
[[nodiscard]] OpenTerms terms_of(const CheckRequest& request, const RuleSet& rules);

// Decides about a request whose cookies have opened this. What is moved from it is gone. The result views
// `required`.
[[nodiscard]] CheckResult decide(Result<SessionManager::Opened, StoreFailure>& opened,
                                 std::string_view required, const RuleSet& rules, const Clock& clock);

// Opens the session of a request, and decides. What `request` points to must outlive the task.
Task<CheckResult> check(CheckRequest request, SessionManager& sessions, const RuleSet& rules);

}  // namespace session
