#include "core/authz/check.h"

namespace session {
namespace {

// What the reader remembers of the record saves decoding it. The session outlives the facts.
RuleInput facts_of(Session& session) {
  return {session.summary()->subject.has_value(), [&session]() -> const Json& {
            const auto& remembered = session.summary()->data;
            return remembered ? *remembered : session.attributes();
          }};
}

}  // namespace

Task<CheckResult> check(CheckRequest visit, SessionManager& sessions, const RuleSet& rules) {
  auto opened = co_await sessions.open(visit.cookies, visit.touch);
  if (!opened) co_return Unavailable{opened.error()};
  if (!opened->session)
    co_return LoginNeeded{opened->refusal, std::move(opened->corrupt_record), std::move(opened->name)};
  Session& session = *opened->session;
  if (!visit.required.empty()) {
    const auto verdict = rules.check(visit.required, facts_of(session));
    if (verdict.login) co_return LoginNeeded{RejectReason::absent, {}, {}, session.history()};
    if (!verdict.unmet.empty()) {
      co_return Forbidden{verdict.unmet, verdict.unknown, session.log_id(),
                          session.summary()->subject.value_or(""), session.history()};
    }
  }
  co_return Pass{session.summary(), session.set_cookie(), session.history()};
}

}  // namespace session
