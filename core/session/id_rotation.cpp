// How a session gets another id.

#include <stdexcept>
#include <utility>

#include "core/session/write.h"

namespace session {

// The new record is stored before the old one is retired, so that a crash in between logs nobody out; and
// retiring is a compare-and-set, so that of a destroy and a regenerate that race exactly one wins.
Session::Written Session::move(bool restart_age, Attempts attempts) {
  SessionEnvironment& env = *environment_;
  const seconds now = env.clock.unix_now();
  const std::string new_id = env.format.cookies->new_id();
  const std::string new_key = env.format.cookies->store_key(new_id);
  std::optional<Bytes> stored;
  for (;;) {
    Record record = changed_record();
    if (restart_age) record.created = now;
    auto prepared = prepare(new_key, std::move(record));
    if (!prepared) co_return co_await roll_back(stored.has_value(), new_key, prepared.error());
    auto held = co_await store_moved(new_key, stored, *prepared);
    if (!held) co_return co_await roll_back(stored.has_value(), new_key, WriteFailure(held.error()));
    if (!*held) {
      stored
          .reset();  // lost again, as in a full store: the old record must not go before the new one is there
      if (attempts.over()) co_return failed(contended());
      continue;
    }
    stored = prepared->bytes;
    const OldId retired = co_await retire_old_id(new_key, attempts);
    if (retired.how == OldId::How::done) {
      std::string former_name = log_id();
      moved_to(new_id, new_key, now);
      written(std::move(*prepared));
      note(SessionEvent::Kind::regenerated, restart_age ? SessionEvent::kLogin : SessionEvent::kAsked,
           std::move(former_name));
      // What a crash may have left of it in another format would outlive the tombstone. Should this fail,
      // erase_migrated_from() sees to it.
      if (migrated_from_) (void)co_await env.records.erase(*migrated_from_);
      co_return WriteOutcome();
    }
    // It may have happened all the same, and then the new record is all that is left of the session.
    if (retired.how == OldId::How::unknown) co_return failed(retired.failure);
    if (retired.how == OldId::How::unchanged)
      co_return co_await roll_back(true, new_key, WriteFailure(retired.failure));
    if (attempts.over()) co_return co_await roll_back(stored.has_value(), new_key, WriteFailure(contended()));
    auto reloaded = co_await reload_locked(attempts);
    if (!reloaded) co_return co_await roll_back(stored.has_value(), new_key, reloaded.error());
  }
}

// The store may do it and its answer be lost. A browser that is told nothing then keeps an id that is dead;
// so the store is asked what it holds. A key that is gone says nothing where there are no tombstones: the
// copy under the new id, which nobody has, is left to expire. What has not happened is tried once more: the
// first try may still be on its way, and of two one counts.
Task<Session::OldId> Session::retire_old_id(std::string new_key, Attempts attempts) {
  using How = OldId::How;
  RecordStore& records = environment_->records;
  StoreFailure failure;
  for (int attempt = 1; attempt <= 2; ++attempt) {
    auto replaced = co_await records.replace_with_tombstone(key_, *base_, new_key);
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

// Stores the record of a new id, or brings the one stored before up to date. False: that one is not there any
// more.
Task<Result<bool, StoreFailure>> Session::store_moved(std::string key, std::optional<Bytes> stored,
                                                      RecordWrite write) {
  RecordStore& records = environment_->records;
  const milliseconds ttl = *write.time_to_live;
  if (!stored) {
    auto created = co_await records.create(std::move(key), write, ttl);
    if (!created) co_return created.error();
    if (*created == CreateOutcome::exists)
      throw std::runtime_error("a fresh id is taken: the random source is broken");
    co_return true;
  }
  auto replaced = co_await records.replace(std::move(key), std::move(*stored), write, ttl);
  if (!replaced) co_return replaced.error();
  co_return *replaced == ReplaceOutcome::replaced;
}

// Nobody has the new id, so what is left under it if this fails too can't be used, and expires.
Session::Written Session::roll_back(bool stored, std::string new_key, WriteFailure failure) {
  if (stored) (void)co_await environment_->records.erase(std::move(new_key));
  co_return failure;
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
  const Attempts attempts(*environment_);
  const bool restart_age = subject_changes();
  co_return co_await move(restart_age, attempts);
}

}  // namespace session
