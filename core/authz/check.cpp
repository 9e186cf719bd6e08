#include "core/authz/check.h"

namespace session {
namespace {

// Uses the attributes in the cached summary, if there are any, and decodes the record only without them. The
// session must outlive the result.
RuleInput rule_input(Session& session, const Clock& clock) {
  const auto attributes = [&session]() -> const Json& {
    const auto& cached = session.summary()->data;
    return cached ? *cached : session.attributes();
  };
  const RecordSummary& summary = *session.summary();
  return {summary.subject.has_value(), attributes, summary.authenticated, clock};
}

}  // namespace

OpenTerms terms_of(const CheckRequest& request, const RuleSet& rules) {
  const bool fresh = request.fresh_only || rules.want_fresh(request.required);
  return OpenTerms(request.touch, true, fresh ? LoadTerms::Copy::refused : LoadTerms::Copy::will_do);
}

CheckResult decide(Result<SessionManager::Opened, StoreFailure>& opened, std::string_view required,
                   const RuleSet& rules, const Clock& clock) {
  if (!opened) return Unavailable{opened.error()};
  if (!opened->session)
    return LoginNeeded{opened->refusal, opened->named().corrupt_record, opened->named().name};
  Session& session = *opened->session;
  if (!required.empty()) {
    const auto decision = rules.check(required, rule_input(session, clock));
    if (session.is_stale() && !decision.unmet.empty()) return Unavailable{SessionManager::out_of_date()};
    if (decision.login) return LoginNeeded{RejectReason::absent, {}, {}, session.history()};
    if (decision.stale) {
      return LoginNeeded{RejectReason::stale,
                         {},
                         session.log_id(),
                         session.history(),
                         session.summary()->subject.value_or("")};
    }
    if (!decision.unmet.empty()) {
      return Forbidden{decision.unmet, decision.unknown, session.log_id(),
                       session.summary()->subject.value_or(""), session.history()};
    }
  }
  return Pass{session.summary(), session.set_cookie(), session.history(), session.is_stale()};
}

Task<CheckResult> check(CheckRequest request, SessionManager& sessions, const RuleSet& rules) {
  const OpenTerms terms = terms_of(request, rules);
  auto opened = co_await sessions.open(request.cookies, terms);
  co_return decide(opened, request.required, rules, sessions.clock());
}

}  // namespace session
