#include "core/session/takeover.h"

#include <utility>

#include "core/cookie/cookie_header.h"
#include "core/crypto/base64url.h"
#include "core/crypto/digest.h"

namespace session {
namespace {

using Taken = Result<VerifiedCookie, Refusal>;
using Outcome = Result<Taken, StoreFailure>;

// So long after a move whoever made it is done: an old record that is still there was left by a crash.
constexpr seconds kSettled{60};
// How often somebody else may write the old session while it moves.
constexpr int kAttempts = 3;
constexpr std::size_t kIdCharacters = 32;  // of an id of ours

// The same for everyone who has the old id, and no more of a secret than that: what makes a cookie of ours is
// its signature.
std::string new_id_of(const OldCookie& old) {
  const std::string purpose = "session-gateway takeover v1|" + old.format->name + "|";
  const auto digest = sha256(purpose, old.cookie.id);
  return base64url({digest.data(), digest.size()}).substr(0, kIdCharacters);
}

Result<VerifiedCookie, Refusal> one_of(Dialect& dialect, const CookieCandidates& values) {
  std::optional<VerifiedCookie> verified;
  for (const std::string_view value : values) {
    auto checked = dialect.verify(value);
    if (!checked) continue;
    if (verified && verified->id != checked->id) return Refusal::malformed;
    verified = std::move(*checked);
  }
  if (!verified) return Refusal::absent;
  return std::move(*verified);
}

// One move from its first look on.
class Move {
 public:
  Move(SessionEnvironment& environment, const OldCookie& old)
      : environment_(environment),
        store_(environment.store),
        old_key_(old.cookie.store_key),
        format_(*old.format) {
    own_.id = new_id_of(old);
    own_.store_key = environment.dialect->store_key(own_.id);
    own_.issued = environment.clock.unix_now();
  }

  Task<Outcome> run() {
    auto there = co_await store_.load(own_.store_key);
    if (!there) co_return there.error();
    if (*there) co_return co_await settled(std::move((*there)->bytes));
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      auto moved = co_await attempt_once();
      if (!moved) co_return moved.error();
      if (*moved) co_return std::move(**moved);
    }
    co_return StoreFailure(StoreFailure::Kind::contended, "the old session kept changing while it was moved");
  }

 private:
  // It has moved before. What a crash left of the old one goes.
  Task<Outcome> settled(Bytes bytes) {
    const auto record = environment_.dialect->decode(bytes.view());
    const bool old =
        record && record->created && *record->created + kSettled <= environment_.clock.unix_now();
    if (old) {
      auto erased = co_await store_.erase(old_key_);
      if (!erased) co_return erased.error();
    }
    co_return Taken(own_);
  }

  // nullopt: somebody wrote the old session meanwhile; look again.
  Task<Result<std::optional<Taken>, StoreFailure>> attempt_once() {
    auto loaded = co_await store_.load(old_key_);
    if (!loaded) co_return loaded.error();
    if (!*loaded) co_return std::optional<Taken>(Taken(Refusal::unknown));
    const Bytes old_bytes = (*loaded)->bytes;
    auto record = format_.dialect->decode(old_bytes.view());
    if (!record) co_return std::optional<Taken>(Taken(record.error()));
    auto made = co_await make(std::move(record->data));
    if (!made) co_return made.error();
    if (!*made)
      co_return std::optional<Taken>(Taken(own_));  // another request was faster, and sees to the rest
    auto erased = co_await store_.erase_if(old_key_, old_bytes);
    if (!erased) co_return erased.error();
    if (*erased == EraseIfOutcome::erased) co_return std::optional<Taken>(Taken(own_));
    auto undone = co_await store_.erase(own_.store_key);
    if (!undone) co_return undone.error();
    co_return std::optional<Taken>();
  }

  // Whether the record under the new id is ours. What is too large for the policy moves all the same.
  Task<Result<bool, StoreFailure>> make(Json data) {
    const auto& env = environment_;
    const seconds now = env.clock.unix_now();
    Record record;
    record.created = now;
    record.data = std::move(data);
    env.dialect->complete(record, now);
    Bytes bytes(env.dialect->encode(record));
    const Age age = {record.created, record.lifetime};
    const auto ttl = time_to_live(env.policy, age, now);
    auto created = co_await store_.create(own_.store_key, std::move(bytes), ttl.value_or(kTombstoneTime));
    if (!created) co_return created.error();
    co_return *created == CreateOutcome::created;
  }

  SessionEnvironment& environment_;
  Store& store_;
  std::string old_key_;
  const Accepted& format_;
  VerifiedCookie own_;
};

}  // namespace

std::vector<OldCookie> old_cookies(const SessionEnvironment& environment,
                                   std::span<const std::string_view> cookie_headers) {
  std::vector<OldCookie> found;
  for (const Accepted& format : environment.accepted) {
    auto cookie = one_of(*format.dialect, cookies_named(cookie_headers, format.cookie_name));
    if (cookie) found.push_back({&format, std::move(*cookie)});
  }
  return found;
}

Task<Outcome> take_over(SessionEnvironment& environment, const OldCookie& old) {
  Move move(environment, old);
  co_return co_await move.run();
}

}  // namespace session
