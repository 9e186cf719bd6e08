#include "core/migration/migration.h"

#include <algorithm>
#include <utility>

#include "core/cookie/cookie_header.h"
#include "core/crypto/base64url.h"
#include "core/crypto/digest.h"

namespace session {
namespace {

using Taken = Result<Migrated, RejectReason>;
using Outcome = Result<Taken, StoreFailure>;

// So long after a move whoever made it is done.
constexpr seconds kMigrationGrace{60};
// How often somebody else may write the old session while it moves.
constexpr int kAttempts = 3;
constexpr std::size_t kIdCharacters = 32;  // of an id of ours

// The same for everyone who has the old id, and no more of a secret than that: what makes a cookie of ours is
// its signature.
std::string new_id_of(const LegacyCookie& old) {
  const std::string purpose = "session-gateway takeover v1|" + old.source->format.name + "|";
  const auto digest = sha256(purpose, old.cookie.id);
  return base64url({digest.data(), digest.size()}).substr(0, kIdCharacters);
}

// The different ids among a format's cookies.
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

// One move from its first look on.
class Migration {
 public:
  Migration(const MigrationTarget& target, const LegacyCookie& legacy)
      : target_(target), legacy_(*legacy.source), legacy_key_(legacy.cookie.store_key) {
    own_.id = new_id_of(legacy);
    own_.store_key = target.cookies.store_key(own_.id);
    own_.issued = target.clock.unix_now();
  }

  Task<Outcome> run() {
    auto moved = co_await moved_before();
    if (!moved) co_return moved.error();
    if (*moved) co_return Taken(taken());
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      auto tried = co_await attempt_once();
      if (!tried) co_return tried.error();
      if (*tried) co_return std::move(**tried);
    }
    auto last = co_await last_look();
    if (!last) co_return last.error();
    co_return std::move(**last);
  }

 private:
  using Attempt = std::optional<Taken>;  // nullopt: somebody wrote the old session meanwhile; look again

  [[nodiscard]] Migrated taken() const { return {own_, made_.has_value()}; }

  Task<Result<bool, StoreFailure>> moved_before() {
    auto there = co_await target_.records.load(own_.store_key);
    if (!there) co_return there.error();
    co_return there->has_value();
  }

  Task<Result<Attempt, StoreFailure>> attempt_once() {
    auto loaded = co_await legacy_.records.load(legacy_key_);
    if (!loaded) {
      co_await roll_back();
      co_return loaded.error();
    }
    if (!*loaded) co_return co_await nothing_left();
    const Bytes old_bytes = (*loaded)->bytes;
    auto record = legacy_.records.decode(legacy_key_, old_bytes);
    if (!record && record.error() == RejectReason::unknown) co_return co_await nothing_left();
    if (!record) {
      co_await roll_back();
      co_return Attempt(Taken(record.error()));
    }
    auto stored = co_await store(std::move(*record));
    if (!stored) {
      co_await roll_back();
      co_return stored.error();
    }
    // Another request was faster and sees to the rest, or has even changed it here.
    if (!*stored) co_return Attempt(Taken(taken()));
    auto erased = co_await legacy_.records.erase_if(legacy_key_, old_bytes);
    // It may have happened all the same, and then the new record is all that is left of the session.
    if (!erased) co_return erased.error();
    if (*erased == EraseIfOutcome::erased) co_return Attempt(Taken(taken()));
    co_return Attempt();
  }

  // After the last attempt: the old session may have kept changing, but it may also have ended. Never
  // nullopt.
  Task<Result<Attempt, StoreFailure>> last_look() {
    auto loaded = co_await legacy_.records.load(legacy_key_);
    if (loaded && !*loaded) co_return co_await nothing_left();
    if (loaded) {
      const auto record = legacy_.records.decode(legacy_key_, (*loaded)->bytes);
      if (!record && record.error() == RejectReason::unknown) co_return co_await nothing_left();
    }
    co_await roll_back();
    if (!loaded) co_return loaded.error();
    co_return StoreFailure(StoreFailure::Kind::contended, "the old session kept changing while it was moved");
  }

  // The old record is gone, or stands for no session any more.
  Task<Result<Attempt, StoreFailure>> nothing_left() {
    if (made_) co_return co_await end();
    auto moved = co_await moved_before();  // since the first look
    if (!moved) co_return moved.error();
    co_return Attempt(*moved ? Taken(taken()) : Taken(RejectReason::unknown));
  }

  // The new record was made here, so the old one has ended by itself. Only if the session has got another id
  // by now, it was that which erased the old record, and it goes on.
  Task<Result<Attempt, StoreFailure>> end() {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      auto loaded = co_await target_.records.load(own_.store_key);
      if (!loaded) co_return loaded.error();
      if (!*loaded) co_return Attempt(Taken(RejectReason::unknown));
      const Bytes bytes = (*loaded)->bytes;
      if (!target_.records.successor(bytes).empty()) co_return Attempt(Taken(taken()));
      auto ended = co_await target_.records.end(own_.store_key, bytes, legacy_key_);
      if (!ended) co_return ended.error();
      if (*ended == EraseIfOutcome::erased) co_return Attempt(Taken(RejectReason::unknown));
    }
    co_return StoreFailure(StoreFailure::Kind::contended, "a session that has ended kept changing");
  }

  // Makes the new record, or brings the one made before up to date. False: it is somebody else's. What is
  // too large for the policy moves all the same.
  Task<Result<bool, StoreFailure>> store(Record legacy) {
    const RecordWrite write = target_.records.prepare(own_.store_key, migrated(std::move(legacy)));
    const milliseconds ttl = write.time_to_live.value_or(kTombstoneTime);
    const std::optional<Bytes> before = std::exchange(made_, write.bytes);
    if (!before) {
      auto created = co_await target_.records.create(own_.store_key, write, ttl);
      if (!created) co_return created.error();
      if (*created == CreateOutcome::created) co_return true;
      made_.reset();
      co_return false;
    }
    auto replaced = co_await target_.records.replace(own_.store_key, *before, write, ttl);
    if (!replaced) {
      // If the new bytes are there, roll_back() sees to them.
      (void)co_await target_.records.erase_if(own_.store_key, *before);
      co_return replaced.error();
    }
    co_return *replaced == ReplaceOutcome::replaced;
  }

  // The attributes as they were written; of the legacy format's own members nothing comes along.
  [[nodiscard]] Record migrated(Record legacy) const {
    Record record;
    record.created = target_.clock.unix_now();
    record.migrated_from = legacy_key_;
    record.take_attributes(std::move(legacy));
    return record;
  }

  // REQUIRES: the old record was not erased here. Should this fail, the new one stands for the session as it
  // was read.
  Task<void> roll_back() {
    if (made_) (void)co_await target_.records.erase_if(own_.store_key, *made_);
  }

  MigrationTarget target_;
  LegacySource& legacy_;
  std::string legacy_key_;
  VerifiedCookie own_;
  std::optional<Bytes> made_;  // what was written under the new id
};

}  // namespace

std::vector<LegacyCookie> legacy_cookies(const std::vector<std::unique_ptr<LegacySource>>& sources,
                                         std::span<const std::string_view> cookie_headers) {
  std::vector<LegacyCookie> found;
  for (const auto& source : sources) {
    auto cookies = verified_of(*source->format.cookies, cookies_named(cookie_headers, source->cookie_name));
    const bool alone = cookies.size() == 1;
    for (VerifiedCookie& cookie : cookies) found.push_back({source.get(), std::move(cookie), alone});
  }
  return found;
}

std::vector<LegacyKey> legacy_keys_of(const MigrationTarget& target,
                                      const std::vector<LegacyCookie>& cookies) {
  std::vector<LegacyKey> keys;
  for (const LegacyCookie& each : cookies) {
    keys.push_back({&each.source->records, each.cookie.store_key});
    keys.push_back({&target.records, target.cookies.store_key(new_id_of(each))});
  }
  return keys;
}

bool migration_grace_over(const Age& age, seconds now) {
  return age.created && *age.created + kMigrationGrace <= now;
}

Task<Outcome> migrate(const MigrationTarget& target, const LegacyCookie& legacy) {
  Migration migration(target, legacy);
  co_return co_await migration.run();
}

}  // namespace session
