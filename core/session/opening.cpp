// SessionManager: the session of one verified cookie.

#include <memory>
#include <utility>

#include "core/session/session_manager.h"

namespace session {

SessionManager::Opened SessionManager::refused(RejectReason refusal, const Session& session) {
  Opened none{std::nullopt, refusal};
  SessionManager::Named& named = none.mutable_named();
  named.name = session.log_id();
  const bool malformed = refusal == RejectReason::malformed;
  named.others.push_back({session.key_, malformed});
  if (malformed) named.corrupt_record = named.name;
  return none;
}

// A copy that is out of date may be no reason to refuse anybody: an outage is no logout.
StoreFailure SessionManager::out_of_date() {
  return StoreFailure(StoreFailure::Kind::unavailable,
                      "the store can't be asked, and its copy lets nobody pass");
}

// Every check passes here. Its frame has room for all that it may ever hold, so what is rare and large is in
// coroutines of its own: mimalloc has a short way for blocks of up to a kilobyte (MI_SMALL_SIZE_MAX).
SessionManager::Asked SessionManager::open_verified(VerifiedCookie cookie, OpenTerms terms) {
  RecordStore& records = environment_.records;
  Boxed<Session> opened(
      std::unique_ptr<Session>(new Session(environment_, std::move(cookie.id), std::move(cookie.store_key),
                                           cookie.issued.value_or(seconds(0)), Session::Origin::loaded)));
  Session& session = *opened;
  const RecordStore::Summary resting = terms.to_read ? records.resting(session.key_) : nullptr;
  auto loaded = co_await records.load(session.key_, resting == nullptr, terms.copy);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return refused(RejectReason::unknown, session);
  session.time_left_ = (*loaded)->time_left;
  session.stale_ = (*loaded)->stale;
  const auto adopted = session.adopt(std::move((*loaded)->bytes), resting);
  if (session.time_left_ || session.summary_ == resting) {
    if (session.stale_ && !adopted) co_return out_of_date();
    if (!adopted) {
      if (adopted.error() == RejectReason::revoked) co_await keep_tombstone(session);
      co_return refused(adopted.error(), session);
    }
    session.touch_ = terms.touch;
    if (session.migrated_from_ && !session.stale_ &&
        migration_grace_over(session.age_, environment_.clock.unix_now())) {
      co_await session.erase_migrated_from(session.time_left_.value());
    }
    const RecordSummary& summary = *session.summary_;
    const Policy& policy = records.policy(summary.subject.has_value(), summary.lifetime_name);
    const auto target = time_to_live(policy, session.age_, environment_.clock.unix_now());
    if (session.stale_ && !target) co_return out_of_date();
    if (!target) co_return refused(RejectReason::expired, session);
    if (session.stale_) co_return Opened{std::move(opened), {}};  // Every write would fail.
    const bool to_list = session.time_left_ && records.must_list(session.summary_, *session.time_left_);
    if (to_list) co_await list(session);
    const bool due = session.time_left_ && touch_due(policy, session.age_, *session.time_left_, *target) &&
                     !session.held();
    bool lives = true;
    if (due) lives = co_await session.extend(*target);
    if (lives) {
      if (!resting)
        records.note_rest(summary, time_to_touch(policy, session.age_, *session.time_left_, *target));
      if (cookie.outdated) session.cookie_ = Session::Cookie::give;
      co_return Opened{std::move(opened), {}};
    }
  }
  // Another record than the one whose time left is known, or it has gone meanwhile: what the store says now
  // counts.
  cookie.id = std::move(session.id_);
  cookie.store_key = std::move(session.key_);
  co_return co_await open_verified(std::move(cookie), terms.touch);
}

// A touch right after the id was replaced has extended the tombstone instead of the session. Where sessions
// migrate, some are to stay (Session::forget_migration).
Task<void> SessionManager::keep_tombstone(Session& session) {
  if (session.time_left_ > kTombstoneTime && environment_.legacy.empty())
    (void)co_await environment_.records.touch_tombstone(session.key_);
}

Task<void> SessionManager::list(Session& session) {
  co_await environment_.records.list(session.key_, session.summary_, session.time_left_.value());
}

}  // namespace session
