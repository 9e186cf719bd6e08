#include "core/authz/check.h"

namespace session {
namespace {

// What the reader remembers of the record saves decoding it. The session outlives the facts.
SessionFacts facts_of(Session& session) {
  return {session.summary()->subject.has_value(), [&session]() -> const Json& {
            const auto& remembered = session.summary()->data;
            return remembered ? *remembered : session.attributes();
          }};
}

}  // namespace

Task<Verdict> check(Visit visit, SessionManager& sessions, const RuleBook& rules) {
  auto opened = co_await sessions.open(visit.cookies, visit.touch);
  if (!opened) co_return Unavailable{opened.error()};
  if (!opened->session)
    co_return LoginNeeded{opened->refusal, std::move(opened->unreadable), std::move(opened->name)};
  Session& session = *opened->session;
  if (!visit.required.empty()) {
    const auto verdict = rules.check(visit.required, facts_of(session));
    if (verdict.login) co_return LoginNeeded{Refusal::absent, {}, {}, session.history()};
    if (!verdict.unmet.empty()) {
      co_return Forbidden{verdict.unmet, verdict.unknown, session.log_name(),
                          session.summary()->subject.value_or(""), session.history()};
    }
  }
  co_return Pass{session.summary(), session.set_cookie(), session.history()};
}

}  // namespace session
