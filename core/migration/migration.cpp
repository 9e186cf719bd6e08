#include "core/migration/migration.h"

#include <algorithm>
#include <utility>

#include "core/crypto/base64url.h"
#include "core/crypto/digest.h"

namespace session {
namespace {

using MigrationResult = Result<Migrated, RejectReason>;
using MigrationOutcome = Result<MigrationResult, StoreFailure>;

// A migration that began this long ago is over.
constexpr seconds kMigrationGrace{60};
// The number of attempts while other clients keep writing the legacy session.
constexpr int kMaxAttempts = 3;
constexpr std::size_t kIdCharacters = 32;  // the length of a native id

// Derives the new id from the legacy id, so every request with the same legacy cookie gets the same id. The
// result is no more secret than the legacy id: the signature is what protects the new cookie.
std::string migrated_id_of(const LegacyCookie& old) {
  const std::string purpose = "session-gateway takeover v1|" + old.source->format.name + "|";
  const auto digest = sha256(purpose, old.cookie.id);
  return base64url({digest.data(), digest.size()}).substr(0, kIdCharacters);
}

// Returns the cookies of a format that verify, one for each id.
std::vector<VerifiedCookie> verified_of(CookieFormat& format, const CookieCandidates& values) {
  std::vector<VerifiedCookie> found;
  for (const std::string_view value : values) {
    auto checked = format.verify(value);
    if (!checked) continue;
    const bool known = std::any_of(found.begin(), found.end(),
                                   [&](const VerifiedCookie& other) { return other.id == checked->id; });
    if (!known) found.push_back(std::move(*checked));
  }
  return found;
}

// Returns the legacy session that these bytes are, or why they are none. A record above the size limit of the
// policy is not migrated: it would take that much memory and network for each request of its session. One
// that is over by its own lifetime is not either, because it would live on as a session of the format in use.
Result<Record, RejectReason> decode_legacy(const MigrationTarget& target, const LegacyCookie& legacy,
                                           const Bytes& bytes) {
  const Policy& policy = target.records.policy();
  if (bytes.size() > policy.max_bytes) return RejectReason::malformed;
  auto record = legacy.source->records.decode(legacy.cookie.store_key, bytes);
  if (!record) return record.error();
  const Age age{record->created, record->lifetime, record->end};
  if (!time_to_live(policy, age, target.clock.unix_now())) return RejectReason::expired;
  return record;
}

// One migration.
class Migration {
 public:
  Migration(const MigrationTarget& target, const LegacyCookie& legacy)
      : target_(target), cookie_(legacy), legacy_(*legacy.source), legacy_key_(legacy.cookie.store_key) {
    target_cookie_.id = migrated_id_of(legacy);
    target_cookie_.store_key = target.cookies.store_key(target_cookie_.id);
    target_cookie_.issued = target.clock.unix_now();
  }

  Task<MigrationOutcome> run() {
    auto exists = co_await migrated_before();
    if (!exists) co_return exists.error();
    if (*exists) co_return MigrationResult(migrated_session());
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
      auto attempt_result = co_await attempt_once();
      if (!attempt_result) co_return attempt_result.error();
      if (*attempt_result) co_return std::move(**attempt_result);
    }
    auto outcome = co_await give_up();
    if (!outcome) co_return outcome.error();
    co_return std::move(**outcome);
  }

 private:
  // nullopt: another client has written the legacy session meanwhile; try again.
  using Attempt = std::optional<MigrationResult>;

  [[nodiscard]] Migrated migrated_session() const { return {target_cookie_, written_.has_value()}; }

  Task<Result<bool, StoreFailure>> migrated_before() {
    auto loaded = co_await target_.records.load(target_cookie_.store_key);
    if (!loaded) co_return loaded.error();
    co_return loaded->has_value();
  }

  Task<Result<Attempt, StoreFailure>> attempt_once() {
    auto loaded = co_await legacy_.records.load(legacy_key_);
    if (!loaded) {
      co_await roll_back();
      co_return loaded.error();
    }
    if (!*loaded) co_return co_await on_legacy_gone();
    const Bytes old_bytes = (*loaded)->bytes;
    auto record = decode_legacy(target_, cookie_, old_bytes);
    if (!record && record.error() == RejectReason::unknown) co_return co_await on_legacy_gone();
    if (!record) {
      co_await roll_back();
      co_return Attempt(MigrationResult(record.error()));
    }
    auto wrote = co_await write_target(std::move(*record));
    if (!wrote) {
      co_await roll_back();
      co_return wrote.error();
    }
    // Another request has created the record first, and completes the migration; or the record of an earlier
    // attempt was changed since.
    if (!*wrote) co_return Attempt(MigrationResult(migrated_session()));
    auto erased = co_await legacy_.records.erase_if(legacy_key_, old_bytes);
    // The new record stays: the legacy record may have been erased in spite of the error, and then the new
    // record is the only one left.
    if (!erased) co_return erased.error();
    if (*erased == EraseIfOutcome::erased) co_return Attempt(MigrationResult(migrated_session()));
    co_return Attempt();
  }

  // Called after the last attempt. Fails if the legacy session still exists; if it has ended, the migration
  // has a result. Never returns nullopt.
  Task<Result<Attempt, StoreFailure>> give_up() {
    auto loaded = co_await legacy_.records.load(legacy_key_);
    if (loaded && !*loaded) co_return co_await on_legacy_gone();
    if (loaded) {
      const auto record = decode_legacy(target_, cookie_, (*loaded)->bytes);
      if (!record && record.error() == RejectReason::unknown) co_return co_await on_legacy_gone();
    }
    co_await roll_back();
    if (!loaded) co_return loaded.error();
    co_return StoreFailure(StoreFailure::Kind::contended, "the old session kept changing while it was moved");
  }

  // Called when the legacy record is absent or a tombstone.
  Task<Result<Attempt, StoreFailure>> on_legacy_gone() {
    if (written_) co_return co_await end();
    auto exists = co_await migrated_before();  // by another request, since the check in run()
    if (!exists) co_return exists.error();
    co_return Attempt(*exists ? MigrationResult(migrated_session()) : MigrationResult(RejectReason::unknown));
  }

  // Ends the session that this migration has written: the legacy record was erased by its own application, so
  // the user has logged out. Exception: if the new session has a successor, its id rotation erased the legacy
  // record, and the session goes on.
  Task<Result<Attempt, StoreFailure>> end() {
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
      auto loaded = co_await target_.records.load(target_cookie_.store_key);
      if (!loaded) co_return loaded.error();
      if (!*loaded) co_return Attempt(MigrationResult(RejectReason::unknown));
      const Bytes bytes = (*loaded)->bytes;
      if (!target_.records.successor(bytes).empty()) co_return Attempt(MigrationResult(migrated_session()));
      auto ended = co_await target_.records.end(target_cookie_.store_key, bytes, legacy_key_);
      if (!ended) co_return ended.error();
      if (*ended == EraseIfOutcome::erased) co_return Attempt(MigrationResult(RejectReason::unknown));
    }
    co_return StoreFailure(StoreFailure::Kind::contended, "a session that has ended kept changing");
  }

  // Creates the new record, or updates the one that an earlier attempt has created. Returns false if the key
  // holds a record that this migration has not written. The new record may be larger than the legacy record,
  // so it may be a little above the size limit of the policy.
  Task<Result<bool, StoreFailure>> write_target(Record legacy) {
    RecordWrite write =
        target_.records.prepare(target_cookie_.store_key, to_target_record(std::move(legacy)));
    write.retention = Retention::keep;  // It begins nothing: the legacy record goes.
    const milliseconds ttl = write.time_to_live.value_or(kTombstoneTime);
    const std::optional<Bytes> before = std::exchange(written_, write.bytes);
    if (!before) {
      auto created = co_await target_.records.create(target_cookie_.store_key, write, ttl);
      if (!created) co_return created.error();
      if (*created == CreateOutcome::created) co_return true;
      written_.reset();
      co_return false;
    }
    auto replaced = co_await target_.records.replace(target_cookie_.store_key, *before, write, ttl, ttl);
    if (!replaced) {
      // The replace may have been executed in spite of the error; roll_back() erases those bytes.
      (void)co_await target_.records.erase_if(target_cookie_.store_key, *before);
      co_return replaced.error();
    }
    co_return *replaced == ReplaceOutcome::replaced;
  }

  // Copies the attributes byte by byte, without the members that belong to the legacy format.
  [[nodiscard]] Record to_target_record(Record legacy) const {
    Record record;
    record.created = target_.clock.unix_now();
    record.migrated_from = legacy_key_;
    record.take_attributes(std::move(legacy));
    return record;
  }

  // Erases the new record. REQUIRES: this migration has not erased the legacy record. If the erase fails, the
  // new record remains, with the session as it was read.
  Task<void> roll_back() {
    if (written_) (void)co_await target_.records.erase_if(target_cookie_.store_key, *written_);
  }

  MigrationTarget target_;
  const LegacyCookie& cookie_;
  LegacySource& legacy_;
  std::string legacy_key_;
  VerifiedCookie target_cookie_;
  std::optional<Bytes> written_;  // the bytes of the new record, if this migration has written one
};

}  // namespace

std::vector<LegacyCookie> legacy_cookies(const std::vector<std::unique_ptr<LegacySource>>& sources,
                                         const RequestCookies& cookies) {
  std::vector<LegacyCookie> found;
  for (const auto& source : sources) {
    auto verified = verified_of(*source->format.cookies, cookies.named(source->cookie_name));
    for (VerifiedCookie& cookie : verified) found.push_back({source.get(), std::move(cookie)});
  }
  return found;
}

std::vector<LegacyKey> legacy_keys_of(const MigrationTarget& target,
                                      const std::vector<LegacyCookie>& cookies) {
  std::vector<LegacyKey> keys;
  for (const LegacyCookie& each : cookies) {
    std::string migrated_key = target.cookies.store_key(migrated_id_of(each));
    keys.push_back({&each.source->records, each.cookie.store_key, migrated_key});
    keys.push_back({&target.records, std::move(migrated_key)});
  }
  return keys;
}

Task<Result<bool, StoreFailure>> has_session(const MigrationTarget& target, const LegacyCookie& legacy) {
  const std::string migrated_key = target.cookies.store_key(migrated_id_of(legacy));
  auto migrated = co_await target.records.load(migrated_key);
  if (!migrated) co_return migrated.error();
  if (*migrated) co_return target.records.decode(migrated_key, (*migrated)->bytes).has_value();
  auto loaded = co_await legacy.source->records.load(legacy.cookie.store_key);
  if (!loaded) co_return loaded.error();
  co_return *loaded&& decode_legacy(target, legacy, (*loaded)->bytes).has_value();
}

bool migration_grace_over(const Age& age, seconds now) {
  return age.created && *age.created + kMigrationGrace <= now;
}

Task<MigrationOutcome> migrate(const MigrationTarget& target, const LegacyCookie& legacy) {
  Migration migration(target, legacy);
  co_return co_await migration.run();
}

}  // namespace session
