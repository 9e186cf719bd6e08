// Gives a session another id.

#include <iterator>
#include <stdexcept>
#include <utility>

#include "core/session/subject_sessions.h"
#include "core/session/write.h"

namespace session {
namespace {

// Creates a record. If that fails, the store may have it all the same, or get it later: so it is erased once.
// Nobody has its id, but it would take a place of its subject until it expires.
RecordStore::Answer<CreateOutcome> create_or_erase(RecordStore& records, std::string key,
                                                   const RecordWrite& write, milliseconds ttl,
                                                   std::optional<StoreTerms::OwnerLimit> limit) {
  auto created = co_await records.create(key, write, ttl, std::move(limit));
  if (!created && write.has_subject) (void)co_await records.erase_if(std::move(key), write.bytes);
  co_return created;
}

}  // namespace

// The new record is stored before the old one is retired, so that a crash between the two steps does not lose
// the session. The old one is retired by a compare-and-set, so that exactly one of a concurrent destroy and
// regenerate succeeds. After a lost one, the next attempt takes another new id: whoever ends the other
// sessions of the subject may have ended the one before, and relies on that (end_sessions_of).
Session::Written Session::move(std::string_view cause, Attempts attempts) {
  for (;;) {
    const std::string new_id = environment_->format.cookies->new_id();
    const std::string new_key = environment_->format.cookies->store_key(new_id);
    auto moved = co_await move_to(new_id, new_key, cause, attempts);
    if (!moved) co_return moved.error();
    if (*moved) co_return WriteOutcome();
    if (attempts.over()) co_return failed(contended());
    auto reloaded = co_await reload_locked(attempts);
    if (!reloaded) co_return reloaded.error();
  }
}

// False: the old record has changed meanwhile, and nothing is left of the new one.
Task<Result<bool, WriteFailure>> Session::move_to(std::string new_id, std::string new_key,
                                                  std::string_view cause, Attempts attempts) {
  SessionEnvironment& env = *environment_;
  const seconds now = env.clock.unix_now();
  const bool restart_age = privilege_change().subject || privilege_change().login;
  Changed changed = changed_record();
  if (restart_age) changed.record.created = now;
  auto prepared = prepare(new_key, std::move(changed));
  if (!prepared) co_return prepared.error();
  const bool anew = restart_age && !endless() && !age_.end;
  // Who was or becomes somebody has a place in the store, whatever strangers have taken.
  if (had_subject()) prepared->retention = Retention::keep;
  const milliseconds ttl = anew ? *prepared->time_to_live : ttl_of(*prepared);
  const bool login = restart_age && prepared->has_subject;
  auto stored = co_await store_moved(new_key, *prepared, ttl, login);
  if (!stored) co_return stored.error();
  if (restart_age) {
    auto begun = co_await begin_login(new_key, *prepared);
    if (!begun) {
      co_await roll_back(new_key, *prepared);
      co_return begun.error();
    }
  }
  const OldId retired = co_await retire_old_id(new_key, prepared->retention, attempts);
  if (retired.how == OldId::How::done) {
    std::string former_name = log_id();
    std::string former_key = key_;
    moved_to(new_id, new_key, now);
    written(std::move(*prepared), ttl);
    note(SessionEvent::Kind::regenerated, restart_age ? SessionEvent::kLogin : cause, std::move(former_name));
    if (migrated_from_) co_await forget_migration(std::move(former_key));
    co_return true;
  }
  // The old record may have been replaced all the same. The new record is then the only one of the session,
  // so it is kept.
  if (retired.how == OldId::How::unknown) co_return WriteFailure(retired.failure);
  co_await roll_back(new_key, *prepared);
  if (retired.how == OldId::How::changed) co_return false;
  co_return WriteFailure(retired.failure);
}

// After a crash or a failure, a record in another format may be left. If it can't be erased now either, its
// cookie must not migrate it again as long as this session may live: the user would have two sessions then,
// and a logout with that cookie would end one of them. So the tombstone of the former id stays until the
// record is known to be gone (retire_old_id). If this erase fails, erase_migrated_from() repeats it.
Task<void> Session::forget_migration(std::string former_key) {
  RecordStore& records = environment_->records;
  const auto erased = co_await records.erase_migrated_from(*migrated_from_);
  if (erased) (void)co_await records.touch_tombstone(std::move(former_key));
}

Session::Written Session::begin_login(std::string new_key, const RecordWrite& write) {
  auto ended = co_await end_others(Which::live);
  if (!ended) co_return ended.error();
  std::optional<std::string> subject = environment_->records.identity().subject(write.record.attributes);
  co_return co_await keep_limit(std::move(new_key), std::move(subject));
}

// The store may have replaced the record although its reply was lost, and the browser would then keep an
// invalid id. So the record is loaded again after a failure. Without tombstones a missing key proves nothing,
// and the copy under the new id, which no browser has, is left to expire. If the record is unchanged, the
// replacement is tried once more. The first attempt may still arrive, but only one of the two succeeds.
Task<Session::OldId> Session::retire_old_id(std::string new_key, Retention retention, Attempts attempts) {
  using How = OldId::How;
  RecordStore& records = environment_->records;
  TombstoneTerms kept{retention, time_left_};
  if (migrated_from_) kept.time_to_live = records.longest_absolute_timeout() + kTombstoneTime;
  StoreFailure failure;
  for (int attempt = 1; attempt <= 2; ++attempt) {
    auto replaced = co_await records.replace_with_tombstone(key_, *base_, new_key, kept);
    if (replaced && *replaced == ReplaceOutcome::replaced) co_return OldId{How::done};
    if (replaced && attempt == 1) co_return OldId{How::changed};
    if (!replaced) failure = replaced.error();
    if (attempts.over()) co_return OldId{How::unknown, failure};
    auto held = co_await records.load(key_);
    if (!held) co_return OldId{How::unknown, failure};
    if (!*held && !replaced && !records.leaves_tombstones()) co_return OldId{How::unknown, failure};
    if (!*held) co_return OldId{How::changed};
    const Bytes& bytes = (*held)->bytes;
    if (records.successor(bytes) == new_key) co_return OldId{How::done};
    if (bytes != *base_) co_return OldId{How::changed};
  }
  co_return OldId{How::unchanged, failure};
}

Session::Written Session::store_moved(std::string key, const RecordWrite& write, milliseconds ttl,
                                      bool login) {
  auto created = co_await create_record(std::move(key), write, ttl, login);
  if (!created) co_return WriteFailure(created.error());
  if (*created == CreateOutcome::exists)
    throw std::runtime_error("a fresh id is taken: the random source is broken");
  if (*created == CreateOutcome::too_many) co_return failed(WriteFailure::Kind::too_many);
  co_return WriteOutcome();
}

// The store counts what it has listed, and some of that may have ended since: reading the list repairs it.
RecordStore::Answer<CreateOutcome> Session::create_record(std::string key, const RecordWrite& write,
                                                          milliseconds ttl, bool login) {
  RecordStore& records = environment_->records;
  const Policy::PerSubject most = records.policy().max_per_subject;
  std::optional<StoreTerms::OwnerLimit> limit;
  if (login && most.count > 0 && most.when_full == Policy::PerSubject::WhenFull::refuse)
    limit = StoreTerms::OwnerLimit{most.count, base_ ? key_ : std::string()};
  auto created = co_await create_or_erase(records, key, write, ttl, limit);
  if (!created || *created != CreateOutcome::too_many) co_return created;
  std::string subject = records.identity().subject(write.record.attributes).value_or("");
  TakeSession take_none;
  const auto repaired =
      co_await sessions_of(*environment_, std::move(subject), kMaxSubjectSessions, std::move(take_none));
  if (!repaired) co_return repaired.error();
  co_return co_await create_or_erase(records, std::move(key), write, ttl, std::move(limit));
}

Session::Written Session::keep_limit(std::string new_key, std::optional<std::string> subject) {
  const Policy::PerSubject most = environment_->records.policy().max_per_subject;
  if (!subject || most.count == 0 || most.when_full != Policy::PerSubject::WhenFull::end_oldest)
    co_return WriteOutcome();
  LoginKeys login{new_key, base_ && key_ != new_key ? key_ : std::string()};
  EndedOfSubject ended =
      co_await end_oldest(*environment_, std::move(*subject), most.count, std::move(login));
  history_.insert(history_.end(), std::make_move_iterator(ended.events.begin()),
                  std::make_move_iterator(ended.events.end()));
  if (ended.failure) co_return WriteFailure(*ended.failure);
  co_return WriteOutcome();
}

// Erases the record of a new id. If that fails too, the record is harmless: no browser has its id, and it
// expires.
Task<void> Session::roll_back(std::string new_key, const RecordWrite& write) {
  (void)co_await environment_->records.erase(std::move(new_key), write.owner);
}

void Session::moved_to(const std::string& id, const std::string& key, seconds now) {
  id_ = id;
  key_ = key;
  issued_ = now;
  cookie_ = Cookie::give;
}

Session::Written Session::regenerate() {
  if (ended_) co_return failed(WriteFailure::Kind::gone);
  const Unlock unlock{*this};
  if (!base_) co_return co_await create();
  auto loaded = co_await load_for_write();
  if (!loaded) co_return loaded;
  const Attempts attempts(*environment_);
  co_return co_await move(SessionEvent::kAsked, attempts);
}

}  // namespace session
