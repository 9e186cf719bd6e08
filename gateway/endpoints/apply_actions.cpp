#include "gateway/endpoints/apply_actions.h"

#include "gateway/endpoints/corrupt_record.h"

namespace session::gateway {
namespace {

// If a session ends while it is being changed, the cookies are opened again, as for a request that came
// later. That recurs only as often as other requests replace the session meanwhile.
constexpr int kAttempts = 3;

Session::Written apply(const Actions& actions, Session& session) {
  Json set = actions.set;
  auto changed = co_await session.set(std::move(set));
  if (actions.lifetime) session.set_lifetime(*actions.lifetime);
  for (const std::string& key : actions.unset) {
    if (changed) changed = co_await session.unset(key);
  }
  co_return changed;
}

Task<void> write_behind(Session session, Log& log) {
  auto written = co_await session.flush();
  if (written) co_return;
  log.error(Message::write_behind_failed, "a session write failed after its response was sent: {}",
            for_log(written.error()));
}

// Whether the write may follow the response (session.flush: behind). That is for changes without a new cookie
// only: a browser may use a new cookie at once, so the store must have its session.
bool may_write_behind(const Actions& actions, const Session& session, const Services& services) {
  return services.flush == FlushMode::behind && !actions.flush && !actions.regenerate &&
         session.keeps_its_id();
}

Session::Written write(const Actions& actions, Session& session, Services& services) {
  if (actions.destroy) co_return co_await session.destroy();
  auto applied = co_await apply(actions, session);
  if (!applied) co_return applied;
  if (actions.regenerate) co_return co_await session.regenerate();
  if (!may_write_behind(actions, session, services)) co_return co_await session.flush();
  auto writable = session.writable();
  if (!writable) co_return writable;
  services.in_background(write_behind(session, services.telemetry.log()));
  co_return Result<void, WriteFailure>();
}

bool may_begin(const Actions& actions, RejectReason refusal, const Services& services) {
  if (actions.set.empty()) return false;
  const bool only_login = refusal == RejectReason::revoked || refusal == RejectReason::ambiguous;
  return !only_login || services.sessions.name_a_subject(actions.set);
}

// Creates a session, which ends others if it begins as a login. That is not the newer session of a revoked
// cookie: of two logins at once, each would end the other's.
//
// Known limit: a login again of the same subject, sent twice at once, begins a second session, with what the
// second commit sets. To go on with the newer session instead would not be safe: its tombstone does not say
// whose the replaced session was. If it was nobody's, an attacker may have planted its cookie. If it was the
// subject's own, the newer one may have got rights with its new id (a second factor) that this commit does
// not prove: the new id is there to keep them from whoever has the former cookie.
Session begin(const SessionManager::Opened& opened, Services& services) {
  switch (opened.refusal) {
    case RejectReason::ambiguous:
      return services.sessions.create(opened.named().others, opened.named().legacy_keys);
    case RejectReason::malformed:
      return services.sessions.create(opened.named().others);
    default:
      return services.sessions.create();
  }
}

// Removes the cookie only from a browser that asked for `destroy`, and not if it may have a newer one.
std::vector<std::string> cookies_for(const ActionOutcome& outcome, bool destroy, const Services& services) {
  if (const auto* done = std::get_if<Done>(&outcome)) return done->session.set_cookies();
  if (std::holds_alternative<EndedOthers>(outcome)) return services.sessions.clearing_cookies();
  const auto* none = std::get_if<NoSession>(&outcome);
  const bool useless =
      none != nullptr && none->reason != RejectReason::absent && none->reason != RejectReason::revoked;
  return destroy && useless ? services.sessions.clearing_cookies() : std::vector<std::string>();
}

void add_destroyed(Events& events, std::string name) {
  events.push_back({SessionEvent::Kind::destroyed, {}, std::move(name), {}, {}});
}

// Applies the actions when there is no session and none may be created.
Task<ActionOutcome> without_session(const Actions& actions, const SessionManager::Opened& opened,
                                    Services& services, Events& events) {
  if (actions.destroy) {
    auto ended = co_await services.sessions.end(opened.named().others, opened.named().legacy_keys);
    for (std::string& name : ended.names) add_destroyed(events, std::move(name));
    if (ended.failure) co_return WriteFailure(*ended.failure);
    if (!ended.names.empty()) co_return EndedOthers();
  }
  add_refusal(events, opened.refusal, opened.named().name);
  co_return NoSession{opened.refusal};
}

// Applies the actions to the session of the cookies, or to a new one. nullopt: the session ended meanwhile.
Task<std::optional<ActionOutcome>> attempt(const Actions& actions, const ActionSource& source,
                                           Services& services, Events& events) {
  const OpenTerms terms(source.touch, false, LoadTerms::Copy::ends);
  auto opened = co_await services.sessions.open(source.cookies, terms);
  if (!opened) co_return WriteFailure(opened.error());
  if (!opened->session) {
    warn_of_corrupt_record(opened->named().corrupt_record, services.telemetry);
    if (!may_begin(actions, opened->refusal, services)) {
      co_return co_await without_session(actions, *opened, services, events);
    }
    add_refusal(events, opened->refusal, opened->named().name);
    opened->session = begin(*opened, services);
  }
  Session& session = *opened->session;
  session.set_client(source.client, source.same_subject);
  auto written = co_await write(actions, session, services);
  add_changes(events, session.history());
  if (written) co_return Done{std::move(session)};
  if (written.error().kind == WriteFailure::Kind::malformed)
    warn_of_corrupt_record(session.log_id(), services.telemetry);
  if (written.error().kind == WriteFailure::Kind::gone) co_return std::nullopt;
  co_return written.error();
}

}  // namespace

std::string for_log(const WriteFailure& failure) {
  switch (failure.kind) {
    case WriteFailure::Kind::store:
      return failure.store.detail;
    case WriteFailure::Kind::gone:
      return "the session ended or got another id meanwhile";
    case WriteFailure::Kind::too_large:
      return "the session would exceed session.max_bytes";
    case WriteFailure::Kind::malformed:
      return "the store holds another record under its key";
    case WriteFailure::Kind::reserved:
      return "an attribute name is reserved by its format";
    case WriteFailure::Kind::too_many:
      return "the user has as many sessions as session.max_per_subject allows";
    case WriteFailure::Kind::unknown_lifetime:
      return "session.lifetimes has no lifetime of that name";
    case WriteFailure::Kind::lifetime_without_login:
      return "a lifetime was asked for, and nobody is logged in";
  }
  return {};
}

ActionSource source_of(const Request& request, std::span<const std::string_view> cookies,
                       const Services& services, SameSubject same_subject) {
  const RecordClient& record = services.record_client;
  const std::string_view address = record.address ? request.client.address : std::string_view();
  const std::string_view agent = record.agent ? request.headers.get("User-Agent") : std::string_view();
  return {cookies, request.settings.touch(), client_facts(address, agent), same_subject};
}

Task<Applied> apply_actions(Actions actions, ActionSource source, Services& services) {
  Events events;
  for (int tried = 0; tried < kAttempts; ++tried) {
    auto outcome = co_await attempt(actions, source, services, events);
    if (!outcome) continue;
    auto set_cookies = cookies_for(*outcome, actions.destroy, services);
    co_return Applied{std::move(*outcome), std::move(events), std::move(set_cookies)};
  }
  co_return Applied{WriteFailure(WriteFailure::Kind::gone), std::move(events)};
}

}  // namespace session::gateway
