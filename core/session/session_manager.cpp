#include "core/session/session_manager.h"

#include <utility>

#include "core/cookie/cookie_header.h"
#include "core/record/termination.h"

namespace session {
namespace {

// Of several reasons the one that came furthest.
Refusal stronger(Refusal a, Refusal b) {
  for (const Refusal reason : {Refusal::expired, Refusal::bad_signature}) {
    if (a == reason || b == reason) return reason;
  }
  return a;
}

}  // namespace

SessionManager::SessionManager(Store& store, std::unique_ptr<Dialect> dialect,
                               std::shared_ptr<const Identity> identity, SessionManagerOptions options,
                               const Clock& clock)
    : environment_{store,
                   std::move(dialect),
                   RecordReader(*environment_.dialect, std::move(identity), options.memory),
                   options.policy,
                   std::move(options.cookie),
                   options.write_deadline,
                   clock,
                   SessionNames(options.names_key)} {}

Result<VerifiedCookie, Refusal> SessionManager::verify(std::span<const std::string_view> cookie_headers) {
  const CookieCandidates candidates = cookies_named(cookie_headers, environment_.cookie.name);
  if (candidates.empty()) return Refusal::absent;
  std::optional<VerifiedCookie> verified;
  Refusal refusal = Refusal::malformed;
  for (const std::string_view value : candidates) {
    auto checked = environment_.dialect->verify(value);
    if (!checked) {
      refusal = stronger(refusal, checked.error());
    } else if (too_old(*checked)) {
      refusal =
          Refusal::expired;  // left over under another path or domain: no reason to refuse the living one
    } else if (verified && verified->id != checked->id) {
      return Refusal::malformed;  // two sessions: whichever we took, somebody could have planted it
    } else if (!verified || verified->outdated) {
      verified = std::move(*checked);
    }
  }
  if (!verified) return refusal;
  return std::move(*verified);
}

// The session can't be younger than its id was issued, so an old cookie is expired without asking the store.
bool SessionManager::too_old(const VerifiedCookie& cookie) const {
  return cookie.issued &&
         *cookie.issued + environment_.policy.absolute_timeout <= environment_.clock.unix_now();
}

// No coroutine itself: a check is worth a frame less.
SessionManager::Asked SessionManager::open(std::span<const std::string_view> cookie_headers, Touch touch) {
  auto cookie = verify(cookie_headers);
  if (!environment_.accepted.empty()) return open_any(std::move(cookie), cookie_headers, touch);
  if (!cookie) return no_session(cookie.error());
  return open_verified(std::move(*cookie), touch);
}

SessionManager::Asked SessionManager::no_session(Refusal refusal) { co_return Opened{std::nullopt, refusal}; }

SessionManager::Asked SessionManager::open_any(Result<VerifiedCookie, Refusal> cookie,
                                               std::span<const std::string_view> cookie_headers,
                                               Touch touch) {
  std::vector<OldCookie> old = old_cookies(environment_, cookie_headers);
  std::vector<OldKey> old_keys = keys_of(environment_, old);
  const bool absent = !cookie && cookie.error() == Refusal::absent;
  if (!cookie && !absent) co_return Opened{std::nullopt, cookie.error(), {}, {}, std::move(old_keys)};
  auto asked = absent ? open_old(std::move(old), touch) : open_verified(std::move(*cookie), touch);
  auto opened = co_await std::move(asked);
  if (!opened) co_return opened.error();
  if (opened->session) {
    opened->session->old_keys_ = std::move(old_keys);
  } else {
    opened->old_keys = std::move(old_keys);
  }
  co_return opened;
}

// The first that stands for a session counts; the reason is that of the last.
SessionManager::Asked SessionManager::open_old(std::vector<OldCookie> old, Touch touch) {
  Opened none{std::nullopt, Refusal::absent};
  for (const OldCookie& each : old) {
    if (!each.alone) continue;
    auto taken = co_await take_over(environment_, each);
    if (!taken) co_return taken.error();
    if (!*taken) {
      none.refusal = taken->error();
      none.name = name_for_log(each.cookie.store_key);
      if (none.refusal == Refusal::malformed) none.unreadable = none.name;
      continue;
    }
    VerifiedCookie cookie = std::move((*taken)->cookie);
    auto opened = co_await open_verified(std::move(cookie), touch);
    if (opened && opened->session) {
      opened->session->cookie_ = Session::Cookie::give;
      if ((*taken)->now)
        opened->session->note(SessionChange::Kind::moved, name_for_log(each.cookie.store_key));
    }
    if (!opened || opened->session || opened->refusal == Refusal::revoked) co_return opened;
    none.refusal = opened->refusal;
    none.unreadable = std::move(opened->unreadable);
    none.name = std::move(opened->name);
  }
  co_return none;
}

SessionManager::Opened SessionManager::refused(Refusal refusal, const Session& session) {
  Opened none{std::nullopt, refusal};
  none.name = session.log_name();
  return none;
}

SessionManager::Asked SessionManager::open_verified(VerifiedCookie cookie, Touch touch) {
  Session session(environment_, std::move(cookie.id), std::move(cookie.store_key),
                  cookie.issued.value_or(seconds(0)), Session::Origin::loaded);
  auto loaded = co_await environment_.store.load(session.key_);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return refused(Refusal::unknown, session);
  const auto adopted = session.adopt((*loaded)->bytes);
  if (!adopted) {
    Opened none = refused(adopted.error(), session);
    none.successor = environment_.dialect->successor((*loaded)->bytes.view());
    // A touch that came just after its id was replaced has prolonged the tombstone instead of the session.
    if (adopted.error() == Refusal::revoked && (*loaded)->time_left > kTombstoneTime) {
      (void)co_await environment_.store.touch(session.key_, kTombstoneTime);
    }
    if (adopted.error() == Refusal::malformed) none.unreadable = none.name;
    co_return none;
  }
  if (touch == Touch::off) session.kept_time_ = (*loaded)->time_left;
  if (settled(environment_, session.age_) && !former_key(session.envelope_).empty()) {
    co_await session.forget_former((*loaded)->time_left);
  }
  const auto target = time_to_live(environment_.policy, session.age_, environment_.clock.unix_now());
  if (!target) co_return refused(Refusal::expired, session);
  if (touch == Touch::on && touch_due(environment_.policy, session.age_, (*loaded)->time_left, *target)) {
    (void)co_await environment_.store.touch(session.key_, *target);
  }
  if (cookie.outdated) session.cookie_ = Session::Cookie::give;
  co_return Opened{std::move(session), {}};
}

Task<Result<EraseOutcome, StoreFailure>> SessionManager::end_successor(std::string successor) {
  co_return co_await end_session(environment_, std::move(successor));
}

Task<Result<std::vector<std::string>, StoreFailure>> SessionManager::end_old(std::vector<OldKey> old_keys) {
  std::vector<std::string> names;
  for (const OldKey& old : old_keys) {
    auto ended = co_await session::end_old(environment_, old);
    if (!ended) co_return ended.error();
    if (*ended == EraseOutcome::erased) names.push_back(name_for_log(old.key));
  }
  co_return names;
}

Session SessionManager::create() {
  return Session(environment_, environment_.dialect->new_id(), environment_.clock.unix_now(),
                 Session::Origin::made);
}

Task<Result<Session, WriteFailure>> SessionManager::at(std::string id) {
  Session session(environment_, std::move(id), environment_.clock.unix_now(), Session::Origin::named);
  auto reloaded = co_await session.reload();
  if (!reloaded && reloaded.error().kind != WriteFailure::Kind::gone) co_return reloaded.error();
  co_return session;
}

}  // namespace session
