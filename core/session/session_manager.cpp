#include "core/session/session_manager.h"

#include <utility>

#include "core/cookie/cookie_header.h"
#include "core/session/termination.h"

namespace session {
namespace {

// Returns the reason of the cookie that passed more checks.
RejectReason stronger(RejectReason a, RejectReason b) {
  for (const RejectReason reason : {RejectReason::expired, RejectReason::bad_signature}) {
    if (a == reason || b == reason) return reason;
  }
  return a;
}

}  // namespace

SessionManager::SessionManager(Store& store, Format format, std::shared_ptr<const Identity> identity,
                               SessionManagerOptions options, const Clock& clock)
    : environment_{store,
                   std::move(format),
                   RecordStore(store, *environment_.format.records, std::move(identity), options.policy,
                               std::move(options.cache), clock),
                   std::move(options.cookie),
                   options.write_deadline,
                   clock,
                   LogId(options.log_id_key)} {}

void SessionManager::accept(LegacyFormat legacy) {
  const RecordFormat& records = *legacy.format.records;
  // Legacy records are not cached, because each is read only once, for its migration.
  auto source = std::unique_ptr<LegacySource>(
      new LegacySource{std::move(legacy.format), std::move(legacy.cookie_name),
                       RecordStore(environment_.store, records, environment_.records.shared_identity(),
                                   environment_.records.policy(),
                                   RecordCacheOptions{.slots = 1, .keep_data = false}, environment_.clock)});
  environment_.records.allow_migration(*environment_.format.cookies, *source->format.cookies);
  environment_.legacy.push_back(std::move(source));
}

Result<VerifiedCookie, RejectReason> SessionManager::verify(
    std::span<const std::string_view> cookie_headers) {
  const CookieCandidates candidates = cookies_named(cookie_headers, environment_.cookie.name);
  if (candidates.empty()) return RejectReason::absent;
  std::optional<VerifiedCookie> verified;
  RejectReason refusal = RejectReason::malformed;
  for (const std::string_view value : candidates) {
    auto checked = environment_.format.cookies->verify(value);
    if (!checked) {
      refusal = stronger(refusal, checked.error());
    } else if (too_old(*checked)) {
      refusal = RejectReason::expired;  // an expired cookie beside a valid one does not refuse it
    } else if (verified && verified->id != checked->id) {
      return RejectReason::malformed;  // two sessions: either cookie may have been planted by an attacker
    } else if (!verified || verified->outdated) {
      verified = std::move(*checked);
    }
  }
  if (!verified) return refusal;
  return std::move(*verified);
}

// Whether the cookie's id was issued longer ago than the absolute timeout. The session is at least as old as
// its id, so the store need not be asked.
bool SessionManager::too_old(const VerifiedCookie& cookie) const {
  return cookie.issued &&
         *cookie.issued + environment_.records.policy().absolute_timeout <= environment_.clock.unix_now();
}

// Not a coroutine, which saves a frame for each check.
SessionManager::Asked SessionManager::open(std::span<const std::string_view> cookie_headers, Touch touch) {
  auto cookie = verify(cookie_headers);
  if (!environment_.legacy.empty()) return open_any(std::move(cookie), cookie_headers, touch);
  if (!cookie) return no_session(cookie.error());
  return open_verified(std::move(*cookie), touch);
}

SessionManager::Asked SessionManager::no_session(RejectReason refusal) {
  co_return Opened{std::nullopt, refusal};
}

SessionManager::Asked SessionManager::open_any(Result<VerifiedCookie, RejectReason> cookie,
                                               std::span<const std::string_view> cookie_headers,
                                               Touch touch) {
  std::vector<LegacyCookie> old = legacy_cookies(environment_.legacy, cookie_headers);
  std::vector<LegacyKey> legacy_keys = legacy_keys_of(environment_.migration_target(), old);
  const bool absent = !cookie && cookie.error() == RejectReason::absent;
  if (!cookie && !absent) co_return Opened{std::nullopt, cookie.error(), {}, {}, std::move(legacy_keys)};
  auto asked = absent ? open_old(std::move(old), touch) : open_verified(std::move(*cookie), touch);
  auto opened = co_await std::move(asked);
  if (!opened) co_return opened.error();
  if (opened->session) {
    opened->session->legacy_keys_ = std::move(legacy_keys);
  } else {
    opened->legacy_keys = std::move(legacy_keys);
  }
  co_return opened;
}

// Opens the session of the first legacy cookie that has one. If none has, the refusal is that of the last
// cookie.
SessionManager::Asked SessionManager::open_old(std::vector<LegacyCookie> old, Touch touch) {
  Opened none{std::nullopt, RejectReason::absent};
  const MigrationTarget target = environment_.migration_target();
  for (const LegacyCookie& each : old) {
    if (!each.alone) continue;
    auto taken = co_await migrate(target, each);
    if (!taken) co_return taken.error();
    if (!*taken) {
      none.refusal = taken->error();
      none.name = log_id_of(each.cookie.store_key);
      if (none.refusal == RejectReason::malformed) none.corrupt_record = none.name;
      continue;
    }
    VerifiedCookie cookie = std::move((*taken)->cookie);
    auto opened = co_await open_verified(std::move(cookie), touch);
    if (opened && opened->session) {
      opened->session->cookie_ = Session::Cookie::give;
      if ((*taken)->now)
        opened->session->note(SessionEvent::Kind::moved, {}, log_id_of(each.cookie.store_key));
    }
    if (!opened || opened->session || opened->refusal == RejectReason::revoked) co_return opened;
    none.refusal = opened->refusal;
    none.corrupt_record = std::move(opened->corrupt_record);
    none.name = std::move(opened->name);
  }
  co_return none;
}

SessionManager::Opened SessionManager::refused(RejectReason refusal, const Session& session) {
  Opened none{std::nullopt, refusal};
  none.name = session.log_id();
  return none;
}

SessionManager::Asked SessionManager::open_verified(VerifiedCookie cookie, Touch touch) {
  Session session(environment_, std::move(cookie.id), std::move(cookie.store_key),
                  cookie.issued.value_or(seconds(0)), Session::Origin::loaded);
  auto loaded = co_await environment_.records.load(session.key_);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return refused(RejectReason::unknown, session);
  const auto adopted = session.adopt((*loaded)->bytes);
  if (!adopted) {
    Opened none = refused(adopted.error(), session);
    none.successor = environment_.records.successor((*loaded)->bytes);
    // A touch right after the id was replaced has extended the tombstone instead of the session.
    if (adopted.error() == RejectReason::revoked && (*loaded)->time_left > kTombstoneTime) {
      (void)co_await environment_.records.touch(session.key_, kTombstoneTime);
    }
    if (adopted.error() == RejectReason::malformed) none.corrupt_record = none.name;
    co_return none;
  }
  if (touch == Touch::off) session.untouched_ttl_ = (*loaded)->time_left;
  if (session.migrated_from_ && migration_grace_over(session.age_, environment_.clock.unix_now())) {
    co_await session.erase_migrated_from((*loaded)->time_left);
  }
  const auto target =
      time_to_live(environment_.records.policy(), session.age_, environment_.clock.unix_now());
  if (!target) co_return refused(RejectReason::expired, session);
  if (touch == Touch::on &&
      touch_due(environment_.records.policy(), session.age_, (*loaded)->time_left, *target)) {
    (void)co_await environment_.records.touch(session.key_, *target);
  }
  if (cookie.outdated) session.cookie_ = Session::Cookie::give;
  co_return Opened{std::move(session), {}};
}

Task<Result<EraseOutcome, StoreFailure>> SessionManager::end_successor(std::string successor) {
  co_return co_await end_session(environment_, std::move(successor));
}

Task<Result<std::vector<std::string>, StoreFailure>> SessionManager::end_legacy(
    std::vector<LegacyKey> legacy_keys) {
  std::vector<std::string> names;
  for (const LegacyKey& old : legacy_keys) {
    auto ended = co_await session::end_legacy(environment_, old);
    if (!ended) co_return ended.error();
    if (*ended == EraseOutcome::erased) names.push_back(log_id_of(old.key));
  }
  co_return names;
}

std::vector<std::string_view> SessionManager::legacy_cookie_names() const {
  std::vector<std::string_view> names;
  for (const auto& source : environment_.legacy) names.push_back(source->cookie_name);
  return names;
}

Task<Result<bool, StoreFailure>> SessionManager::probe_store() {
  const CookieFormat& cookies = *environment_.format.cookies;
  return environment_.records.probe(cookies.store_key(environment_.format.cookies->new_id()));
}

void SessionManager::release_caches() {
  environment_.format.cookies->release_cache();
  environment_.records.release_cache();
}

Session SessionManager::create() {
  return Session(environment_, environment_.format.cookies->new_id(), environment_.clock.unix_now(),
                 Session::Origin::made);
}

Task<Result<Session, WriteFailure>> SessionManager::at(std::string id) {
  Session session(environment_, std::move(id), environment_.clock.unix_now(), Session::Origin::named);
  auto reloaded = co_await session.reload();
  if (!reloaded && reloaded.error().kind != WriteFailure::Kind::gone) co_return reloaded.error();
  co_return session;
}

}  // namespace session
