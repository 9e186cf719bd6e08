#include "core/session/session_manager.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/crypto/random.h"
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

// Whether `a` is told rather than `b`, as the reason why several cookies have no session.
bool counts_more(RejectReason a, RejectReason b) {
  for (const RejectReason reason : {RejectReason::revoked, RejectReason::malformed, RejectReason::expired}) {
    if (b == reason) return false;
    if (a == reason) return true;
  }
  return false;
}

// Adds a cookie of another session to `more`. Of two cookies of one session, the one that is not outdated
// counts.
void add_cookie(VerifiedCookie cookie, VerifiedCookie& first, std::vector<VerifiedCookie>& more) {
  VerifiedCookie* same = first.id == cookie.id ? &first : nullptr;
  for (VerifiedCookie& each : more) {
    if (each.id == cookie.id) same = &each;
  }
  if (same == nullptr) {
    more.push_back(std::move(cookie));
  } else if (same->outdated) {
    *same = std::move(cookie);
  }
}

// Removes the cookies of the first format from the list, and returns them.
std::vector<LegacyCookie> take_format(std::vector<LegacyCookie>& cookies) {
  const auto end = std::find_if(cookies.begin(), cookies.end(), [&](const LegacyCookie& each) {
    return each.source != cookies.front().source;
  });
  std::vector<LegacyCookie> taken(std::make_move_iterator(cookies.begin()), std::make_move_iterator(end));
  cookies.erase(cookies.begin(), end);
  return taken;
}

std::vector<std::string> clearing(const std::vector<CookieAttributes>& cookies) {
  std::vector<std::string> values;
  for (const CookieAttributes& cookie : cookies) values.push_back(clear_cookie(cookie));
  return values;
}

}  // namespace

SessionManager::SessionManager(Store& store, Format format, std::shared_ptr<const Identity> identity,
                               SessionManagerOptions options, const Clock& clock)
    : environment_{store,
                   std::move(format),
                   RecordStore(store, *environment_.format.records, identity, options.policy,
                               std::move(options.cache), clock),
                   std::move(options.cookie),
                   options.write_deadline,
                   clock,
                   LogId(options.log_id_key),
                   Privileges(identity, options.privileges),
                   clearing(options.former)} {
  std::vector<Secret> keys = std::move(options.owner_id_keys);
  if (keys.empty()) keys.emplace_back(system_random().bytes(32));
  environment_.records.list_by_subject(OwnerId(keys, environment_.format.store_prefix),
                                       environment_.format.capabilities.others_write);
}

void SessionManager::accept(LegacyFormat legacy) {
  const RecordFormat& records = *legacy.format.records;
  // Legacy records are not cached, because each is read only once, for its migration.
  auto source = std::unique_ptr<LegacySource>(new LegacySource{
      std::move(legacy.format), std::move(legacy.cookie_name),
      RecordStore(environment_.store, records, environment_.records.shared_identity(),
                  environment_.records.policy(),
                  RecordCacheOptions{.budget = std::make_shared<CacheBudget>(0)}, environment_.clock)});
  environment_.records.allow_migration(*environment_.format.cookies, source->format);
  environment_.legacy.push_back(std::move(source));
}

SessionManager::Cookies SessionManager::verify(const RequestCookies& request) {
  Cookies cookies;
  const CookieCandidates candidates = request.named(environment_.cookie.name);
  if (candidates.empty()) return cookies;
  cookies.refusal = RejectReason::malformed;
  for (const std::string_view value : candidates) {
    auto checked = environment_.format.cookies->verify(value);
    if (!checked) {
      cookies.refusal = stronger(cookies.refusal, checked.error());
    } else if (too_old(*checked)) {
      cookies.refusal = RejectReason::expired;  // an expired cookie beside a valid one does not refuse it
      cookies.ended.push_back({std::move(checked->store_key)});
    } else if (!cookies.first) {
      cookies.first = std::move(*checked);
    } else {
      add_cookie(std::move(*checked), *cookies.first, cookies.more);
    }
  }
  return cookies;
}

// Whether the cookie's id was issued longer ago than the absolute timeout. The session is at least as old as
// its id, so the store need not be asked.
bool SessionManager::too_old(const VerifiedCookie& cookie) const {
  return cookie.issued &&
         *cookie.issued + environment_.records.longest_absolute_timeout() <= environment_.clock.unix_now();
}

SessionManager::Asked SessionManager::open(const RequestCookies& request, OpenTerms terms) {
  Cookies cookies = verify(request);
  if (environment_.legacy.empty()) return open_ours(std::move(cookies), terms);
  return open_any(std::move(cookies), legacy_cookies(environment_.legacy, request), terms);
}

SessionManager::Asked SessionManager::open_ours(Cookies&& cookies, OpenTerms terms) {
  if (!cookies.first) return no_session(std::move(cookies));
  if (!cookies.more.empty()) return open_several(std::move(cookies), terms);
  if (!cookies.ended.empty()) return open_beside(std::move(cookies.ended), std::move(*cookies.first), terms);
  return open_verified(std::move(*cookies.first), terms);
}

SessionManager::Asked SessionManager::no_session(Cookies cookies) {
  Opened none{std::nullopt, cookies.refusal};
  if (!cookies.ended.empty()) none.mutable_named().others = std::move(cookies.ended);
  co_return none;
}

// Asks the store for the session of each cookie, without extending any: only then is it known which one
// counts. A session that has ended does not count, whatever the order of the cookies is.
SessionManager::Asked SessionManager::open_several(Cookies cookies, OpenTerms terms) {
  std::vector<VerifiedCookie> all = std::move(cookies.more);
  all.insert(all.begin(), std::move(*cookies.first));
  std::vector<Session::Other> others = std::move(cookies.ended);
  Opened none{std::nullopt, RejectReason::unknown};
  std::vector<VerifiedCookie> live;
  const OpenTerms looks(Touch::off, true, terms.copy);
  bool stale = false;
  for (VerifiedCookie& each : all) {
    VerifiedCookie cookie = each;
    auto opened = co_await open_verified(std::move(cookie), looks);
    if (!opened) co_return opened.error();
    const bool lives = opened->session.has_value();
    others.push_back({each.store_key, lives || opened->refusal == RejectReason::malformed});
    stale = stale || (lives && opened->session->is_stale());
    if (lives) {
      live.push_back(std::move(each));
    } else if (counts_more(opened->refusal, none.refusal) || none.named().name.empty()) {
      none = std::move(*opened);
    }
  }
  if (live.size() == 1) co_return co_await open_beside(std::move(others), std::move(live.front()), terms);
  if (stale) co_return out_of_date();
  if (live.size() > 1) none = Opened{std::nullopt, RejectReason::ambiguous};
  none.mutable_named().others = std::move(others);
  co_return none;
}

SessionManager::Asked SessionManager::open_beside(std::vector<Session::Other> others, VerifiedCookie cookie,
                                                  OpenTerms terms) {
  const std::string key = cookie.store_key;
  auto opened = co_await open_verified(std::move(cookie), terms);
  if (!opened) co_return opened.error();
  std::erase_if(others, [&](const Session::Other& other) { return other.key == key; });
  if (opened->session) {
    opened->session->others_ = std::move(others);
  } else {
    std::vector<Session::Other>& all = opened->mutable_named().others;
    all.insert(all.end(), std::make_move_iterator(others.begin()), std::make_move_iterator(others.end()));
  }
  co_return opened;
}

SessionManager::Asked SessionManager::open_any(Cookies cookies, std::vector<LegacyCookie> old,
                                               OpenTerms terms) {
  std::vector<LegacyKey> legacy_keys = legacy_keys_of(environment_.migration_target(), old);
  const bool absent = !cookies.first && cookies.refusal == RejectReason::absent;
  auto asked = absent ? open_old(std::move(old), terms) : open_ours(std::move(cookies), terms);
  auto opened = co_await std::move(asked);
  if (!opened) co_return opened.error();
  if (opened->session) {
    opened->session->legacy_keys_ = std::move(legacy_keys);
  } else {
    opened->mutable_named().legacy_keys = std::move(legacy_keys);
  }
  co_return opened;
}

// Several cookies of one format are resolved like several of ours.
Task<Result<std::vector<LegacyCookie>, StoreFailure>> SessionManager::living(
    std::vector<LegacyCookie> cookies) {
  if (cookies.size() < 2) co_return cookies;
  const MigrationTarget target = environment_.migration_target();
  std::vector<LegacyCookie> live;
  for (const LegacyCookie& each : cookies) {
    auto lives = co_await has_session(target, each);
    if (!lives) co_return lives.error();
    if (*lives) live.push_back(each);
  }
  co_return live;
}

// Opens the session of the first format that has a legacy cookie with one. If none has, the refusal is that
// of the last cookie.
SessionManager::Asked SessionManager::open_old(std::vector<LegacyCookie> old, OpenTerms terms) {
  Opened none{std::nullopt, RejectReason::absent};
  const MigrationTarget target = environment_.migration_target();
  while (!old.empty()) {
    auto lives = co_await living(take_format(old));
    if (!lives) co_return lives.error();
    if (lives->size() != 1) {
      none = Opened{std::nullopt, lives->empty() ? RejectReason::unknown : RejectReason::ambiguous};
      continue;
    }
    const LegacyCookie& each = lives->front();
    auto taken = co_await migrate(target, each);
    if (!taken) co_return taken.error();
    if (!*taken) {
      none = Opened{std::nullopt, taken->error()};
      Named& named = none.mutable_named();
      named.name = log_id_of(each.cookie.store_key);
      if (none.refusal == RejectReason::malformed) named.corrupt_record = named.name;
      continue;
    }
    VerifiedCookie cookie = std::move((*taken)->cookie);
    auto opened = co_await open_verified(std::move(cookie), terms);
    if (opened && opened->session) {
      opened->session->cookie_ = Session::Cookie::give;
      if ((*taken)->now) {
        opened->session->note(SessionEvent::Kind::moved, {}, log_id_of(each.cookie.store_key));
        // It was logged in before, so it is not refused; after a failure the next login ends what is too
        // much.
        std::optional<std::string> subject = opened->session->summary_->subject;
        (void)co_await opened->session->keep_limit(opened->session->key_, std::move(subject));
      }
    }
    if (!opened || opened->session || opened->refusal == RejectReason::revoked) co_return opened;
    none = std::move(*opened);
    none.mutable_named().others.clear();  // The legacy keys name it.
  }
  co_return none;
}

Task<Result<SessionManager::LookedUp, StoreFailure>> SessionManager::look_up(
    std::span<const std::string_view> cookie_headers) {
  const RequestCookies request(cookie_headers);
  Cookies cookies = verify(request);
  std::vector<LegacyKey> keys =
      legacy_keys_of(environment_.migration_target(), legacy_cookies(environment_.legacy, request));
  if (cookies.first) keys = {{&environment_.records, cookies.first->store_key}};
  for (const VerifiedCookie& more : cookies.more) keys.push_back({&environment_.records, more.store_key});
  LookedUp found;
  found.refusal = keys.empty() ? cookies.refusal : RejectReason::unknown;
  for (const LegacyKey& each : keys) {
    auto loaded = co_await each.records->load(each.key);
    if (!loaded) co_return loaded.error();
    if (!*loaded) continue;
    auto record = each.records->decode(each.key, (*loaded)->bytes);
    auto summary = each.records->summary(each.key, (*loaded)->bytes);
    if (!record || !summary) {
      found.refusal = record ? summary.error() : record.error();
      continue;
    }
    found.session =
        LiveSession{each.key, (*loaded)->bytes, std::move(*summary), (*loaded)->time_left.value()};
    found.attributes = std::move(record->attributes);
    break;
  }
  co_return found;
}

Task<SessionManager::Ended> SessionManager::end(std::vector<Session::Other> others,
                                                std::vector<LegacyKey> legacy_keys) {
  std::vector<LegacyKey> keys = std::move(legacy_keys);
  for (Session::Other& other : others) keys.push_back({&environment_.records, std::move(other.key)});
  EndedSessions all = co_await end_sessions(environment_, std::move(keys), OnFailure::go_on);
  Ended ended;
  for (const std::string& key : all.keys) ended.names.push_back(log_id_of(key));
  ended.failure = std::move(all.failure);
  co_return ended;
}

std::vector<std::string> SessionManager::clearing_cookies() const {
  std::vector<std::string> values = environment_.former_cookies;
  values.insert(values.begin(), clear_cookie(environment_.cookie));
  return values;
}

bool SessionManager::names_legacy_sessions(std::string_view cookie_name) const {
  return std::any_of(environment_.legacy.begin(), environment_.legacy.end(),
                     [&](const auto& source) { return source->cookie_name == cookie_name; });
}

Task<Result<bool, StoreFailure>> SessionManager::probe_store() {
  const CookieFormat& cookies = *environment_.format.cookies;
  return environment_.records.probe(cookies.store_key(environment_.format.cookies->new_id()));
}

void SessionManager::release_caches() {
  environment_.format.cookies->release_cache();
  environment_.records.release_cache();
}

Session SessionManager::create(std::vector<Session::Other> others, std::vector<LegacyKey> legacy_keys) {
  Session session(environment_, environment_.format.cookies->new_id(), environment_.clock.unix_now(),
                  Session::Origin::made);
  session.others_ = std::move(others);
  session.legacy_keys_ = std::move(legacy_keys);
  return session;
}

Task<Result<Session, WriteFailure>> SessionManager::at(std::string id) {
  Session session(environment_, std::move(id), environment_.clock.unix_now(), Session::Origin::named);
  auto reloaded = co_await session.reload();
  if (!reloaded && reloaded.error().kind != WriteFailure::Kind::gone) co_return reloaded.error();
  co_return session;
}

}  // namespace session
