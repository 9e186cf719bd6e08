#include "core/auth/check.h"

namespace session {

Task<Verdict> check(Visit visit, SessionManager& sessions, const RuleBook& rules) {
  auto opened = co_await sessions.open(visit.cookies, visit.touch);
  if (!opened) co_return Unavailable{opened.error()};
  if (!opened->session) co_return LoginNeeded{opened->refusal};
  Session& session = *opened->session;
  if (!visit.required.empty()) {
    const auto& remembered = session.summary()->data;
    const auto verdict = rules.check(visit.required, remembered ? *remembered : session.attributes());
    if (!verdict.unmet.empty()) co_return Forbidden{verdict.unmet, verdict.unknown};
  }
  co_return Pass{session.summary(), session.set_cookie()};
}

}  // namespace session
