#include "core/session/session.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/crypto/digest.h"
#include "core/crypto/hex.h"
#include "core/session/ending.h"
#include "core/session/environment.h"

namespace session {
namespace {

using Outcome = Result<void, WriteFailure>;

Outcome failed(WriteFailure::Kind kind) { return WriteFailure(kind); }
Outcome failed(const StoreFailure& failure) { return WriteFailure(failure); }

void apply_changes(const std::map<std::string, std::optional<Json>>& changes, Json& data) {
  for (const auto& change : changes) {
    const auto& [key, value] = change;
    if (value.has_value()) {
      data[key] = value.value();
    } else {
      data.erase(key);
    }
  }
}

bool sets_reserved(const std::map<std::string, std::optional<Json>>& changes, const Dialect& dialect) {
  return std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
    return change.second.has_value() && dialect.reserves(change.first);
  });
}

StoreFailure contended() {
  return StoreFailure(StoreFailure::Kind::contended, "others kept changing the session until the deadline");
}

// A replaced id's key: told so for a while where the dialect can say it, else erased. True if it held
// `expected`.
Task<Result<bool, StoreFailure>> bury(Store& store, std::string key, Bytes expected,
                                      std::optional<std::string> tombstone) {
  if (!tombstone) {
    auto erased = co_await store.erase_if(std::move(key), std::move(expected));
    if (!erased) co_return erased.error();
    co_return *erased == EraseIfOutcome::erased;
  }
  Bytes grave(*tombstone);
  auto replaced =
      co_await store.replace(std::move(key), std::move(expected), std::move(grave), kTombstoneTime);
  if (!replaced) co_return replaced.error();
  co_return *replaced == ReplaceOutcome::replaced;
}

}  // namespace

std::string name_for_log(std::string_view store_key) {
  constexpr std::size_t kBytes = 8;
  const auto digest = sha256(store_key);
  return hex({digest.data(), kBytes});
}

// Says when to stop trying to win a compare-and-set.
class Session::Attempts {
 public:
  explicit Attempts(const SessionEnvironment& environment)
      : clock_(environment.clock), until_(clock_.steady_now() + environment.write_deadline) {}
  [[nodiscard]] bool over() const { return clock_.steady_now() >= until_; }
  [[nodiscard]] milliseconds left() const {
    return std::chrono::duration_cast<milliseconds>(until_ - clock_.steady_now());
  }

 private:
  const Clock& clock_;
  Clock::Steady until_;
};

// What became of the record under an id that was to be replaced.
struct Session::Retired {
  enum class How {
    done,
    changed,    // it was not what had been read
    unchanged,  // the store failed, and the record is there as it was
    unknown,    // the store failed, and can't say either what it holds
  };
  How how;
  StoreFailure failure = {};  // if the store failed
};

Session::Session(SessionEnvironment& environment, std::string id, std::string key, seconds issued,
                 Origin origin)
    : environment_(&environment),
      id_(std::move(id)),
      key_(std::move(key)),
      issued_(issued),
      origin_(origin),
      age_{issued, std::nullopt} {}

Session::Session(SessionEnvironment& environment, std::string id, seconds issued, Origin origin)
    : Session(environment, id, environment.dialect->store_key(id), issued, origin) {}

const Json& Session::attributes() {
  if (data_) return *data_;
  if (!base_) {
    data_ = Json::object();
  } else if (summary_ && summary_->data) {
    data_ = *summary_->data;
  } else {
    auto record = environment_->reader.record(*base_);
    data_ = record ? std::move(record->data) : Json::object();  // adopt() has seen that it can be read
  }
  apply_changes(changes_, *data_);
  return *data_;
}

const Json* Session::get(std::string_view key) {
  const Json& all = attributes();
  const auto found = all.find(std::string(key));
  return found == all.end() ? nullptr : &*found;
}

Session::Written Session::set(Json object, Flush when) {
  for (auto& [key, value] : object.get_ref<Json::object_t&>()) {
    if (data_) (*data_)[key] = value;
    changes_[key] = std::move(value);
  }
  if (when == Flush::now) co_return co_await flush();
  co_return Outcome();
}

Session::Written Session::set(std::string key, Json value, Flush when) {
  Json object = Json::object();
  object[std::move(key)] = std::move(value);
  co_return co_await set(std::move(object), when);
}

Session::Written Session::unset(std::string key, Flush when) {
  if (data_) data_->erase(key);
  changes_[std::move(key)] = std::nullopt;
  if (when == Flush::now) co_return co_await flush();
  co_return Outcome();
}

Session::Written Session::flush() {
  if (changes_.empty()) co_return Outcome();
  if (ended_) co_return failed(WriteFailure::Kind::gone);
  const TurnOver turn_over{*this};
  if (!base_) co_return co_await create();
  co_return co_await update();
}

Session::Written Session::create() {
  const auto& env = *environment_;
  auto prepared = prepare(changed_record());
  if (!prepared) co_return prepared.error();
  auto created = co_await env.store.create(key_, prepared->bytes, prepared->time_to_live);
  if (!created) co_return failed(created.error());
  if (*created == CreateOutcome::exists) {
    // Never merge into what may be somebody's session.
    if (origin_ != Origin::named)
      throw std::runtime_error("a fresh id is taken: the random source is broken");
    auto reloaded = co_await reload();
    if (!reloaded) co_return reloaded;
    co_return co_await update();
  }
  cookie_ = Cookie::give;
  written(std::move(*prepared));
  co_return Outcome();
}

Session::Written Session::update() {
  const auto& env = *environment_;
  const Attempts attempts(env);
  for (;;) {
    Record record = changed_record();
    if (subject_changes(record)) co_return co_await move(true, attempts);
    auto prepared = prepare(std::move(record));
    if (!prepared) co_return prepared.error();
    // A location that does not extend sessions does not do so by writing either.
    const milliseconds ttl =
        kept_time_ ? std::min(*kept_time_, prepared->time_to_live) : prepared->time_to_live;
    auto replaced = co_await env.store.replace(key_, *base_, prepared->bytes, ttl);
    if (!replaced) co_return failed(replaced.error());
    if (*replaced == ReplaceOutcome::replaced) {
      written(std::move(*prepared));
      co_return Outcome();
    }
    if (attempts.over()) co_return failed(contended());
    auto reloaded = co_await reload_in_turn(attempts);
    if (!reloaded) co_return reloaded;
  }
}

// The new record is stored before the old one is retired, so that a crash in between logs nobody out; and
// retiring is a compare-and-set, so that of a destroy and a regenerate that race exactly one wins.
Session::Written Session::move(bool restart_age, Attempts attempts) {
  const auto& env = *environment_;
  const seconds now = env.clock.unix_now();
  const std::string new_id = env.dialect->new_id();
  const std::string new_key = env.dialect->store_key(new_id);
  std::optional<Bytes> stored;
  for (;;) {
    Record record = changed_record();
    if (restart_age) record.created = now;
    auto prepared = prepare(std::move(record));
    if (!prepared) co_return co_await abandon(stored.has_value(), new_key, prepared.error());
    auto held = co_await store_moved(new_key, stored, prepared->bytes, prepared->time_to_live);
    if (!held) co_return co_await abandon(stored.has_value(), new_key, WriteFailure(held.error()));
    if (!*held) {
      stored
          .reset();  // lost again, as in a full store: the old record must not go before the new one is there
      if (attempts.over()) co_return failed(contended());
      continue;
    }
    stored = prepared->bytes;
    const Retired retired = co_await retire(new_key, attempts);
    if (retired.how == Retired::How::done) {
      moved_to(new_id, new_key, now);
      written(std::move(*prepared));
      // What a crash may have left of it in another format would outlive the tombstone. Should this fail,
      // forget_former() sees to it.
      std::string former = former_key(envelope_);
      if (!former.empty()) (void)co_await env.store.erase(std::move(former));
      co_return Outcome();
    }
    // It may have happened all the same, and then the new record is all that is left of the session.
    if (retired.how == Retired::How::unknown) co_return failed(retired.failure);
    if (retired.how == Retired::How::unchanged)
      co_return co_await abandon(true, new_key, WriteFailure(retired.failure));
    if (attempts.over()) co_return co_await abandon(stored.has_value(), new_key, WriteFailure(contended()));
    auto reloaded = co_await reload_in_turn(attempts);
    if (!reloaded) co_return co_await abandon(stored.has_value(), new_key, reloaded.error());
  }
}

// The store may do it and its answer be lost. A browser that is told nothing then keeps an id that is dead;
// so the store is asked what it holds. An erased key does not say who erased it: it counts as ended by
// another. What has not happened is tried once more: the first try may still be on its way, and of two one
// counts.
Task<Session::Retired> Session::retire(std::string new_key, Attempts attempts) {
  using How = Retired::How;
  Store& store = environment_->store;
  const auto tombstone = environment_->dialect->tombstone(new_key);
  StoreFailure failure;
  for (int attempt = 1; attempt <= 2; ++attempt) {
    auto buried = co_await bury(store, key_, *base_, tombstone);
    if (buried && *buried) co_return Retired{How::done};
    if (buried && attempt == 1) co_return Retired{How::changed};
    if (!buried) failure = buried.error();
    if (attempts.over()) co_return Retired{How::unknown, failure};
    auto held = co_await store.load(key_);
    if (!held) co_return Retired{How::unknown, failure};
    if (!*held) co_return Retired{How::changed};
    const Bytes& bytes = (*held)->bytes;
    if (environment_->dialect->successor(bytes.view()) == new_key) co_return Retired{How::done};
    if (bytes != *base_) co_return Retired{How::changed};
  }
  co_return Retired{How::unchanged, failure};
}

// Stores the record of a new id, or brings the one stored before up to date. False: that one is not there any
// more.
Task<Result<bool, StoreFailure>> Session::store_moved(std::string key, std::optional<Bytes> stored,
                                                      Bytes bytes, milliseconds ttl) {
  Store& store = environment_->store;
  if (!stored) {
    auto created = co_await store.create(std::move(key), std::move(bytes), ttl);
    if (!created) co_return created.error();
    if (*created == CreateOutcome::exists)
      throw std::runtime_error("a fresh id is taken: the random source is broken");
    co_return true;
  }
  auto replaced = co_await store.replace(std::move(key), std::move(*stored), std::move(bytes), ttl);
  if (!replaced) co_return replaced.error();
  co_return *replaced == ReplaceOutcome::replaced;
}

// Nobody has the new id, so what is left under it if this fails too can't be used, and expires.
Session::Written Session::abandon(bool stored, std::string new_key, WriteFailure failure) {
  if (stored) (void)co_await environment_->store.erase(std::move(new_key));
  co_return failure;
}

void Session::moved_to(const std::string& id, const std::string& key, seconds now) {
  id_ = id;
  key_ = key;
  issued_ = now;
  cookie_ = Cookie::give;
}

Session::Written Session::destroy() {
  const auto& env = *environment_;
  const TurnOver turn_over{*this};
  const Attempts attempts(env);
  if (!base_ || ended_) {
    end();
    co_return failed(WriteFailure::Kind::gone);
  }
  for (const std::string& key : old_keys_) {
    if (key == key_ || key == former_key(envelope_)) continue;
    auto erased = co_await env.store.erase(key);
    if (!erased) co_return failed(erased.error());
  }
  for (;;) {
    std::string former = former_key(envelope_);
    auto erased = co_await end_record(*environment_, key_, *base_, std::move(former));
    if (!erased) co_return failed(erased.error());
    if (*erased == EraseIfOutcome::erased) break;
    if (attempts.over()) co_return failed(contended());
    auto reloaded = co_await reload_in_turn(attempts);
    if (!reloaded) {
      if (reloaded.error().kind == WriteFailure::Kind::gone) end();
      co_return reloaded;
    }
  }
  end();
  co_return Outcome();
}

Session::Written Session::regenerate() {
  if (ended_) co_return failed(WriteFailure::Kind::gone);
  const TurnOver turn_over{*this};
  if (!base_) co_return co_await create();
  const Attempts attempts(*environment_);
  const bool restart_age = subject_changes(changed_record());
  co_return co_await move(restart_age, attempts);
}

bool Session::keeps_its_id() {
  return base_ && cookie_ == Cookie::keep && !subject_changes(changed_record());
}

Result<void, WriteFailure> Session::writable() {
  auto prepared = prepare(changed_record());
  if (!prepared) return prepared.error();
  return {};
}

std::string Session::log_name() const { return name_for_log(key_); }

std::optional<std::string> Session::set_cookie() const {
  const auto& env = *environment_;
  switch (cookie_) {
    case Cookie::keep:
      return std::nullopt;
    case Cookie::clear:
      return clear_cookie(env.cookie);
    case Cookie::give:
      return session::set_cookie(env.cookie, env.dialect->cookie(id_, issued_));
  }
  return std::nullopt;
}

Session::Written Session::reload_in_turn(Attempts attempts) {
  if (!turn_) {
    std::optional<Turns::Turn> turn = co_await environment_->turns.take(key_, attempts.left());
    if (!turn) co_return failed(contended());
    turn_ = std::make_shared<Turns::Turn>(std::move(*turn));
  }
  co_return co_await reload();
}

Session::Written Session::reload() {
  auto loaded = co_await environment_->store.load(key_);
  if (!loaded) co_return failed(loaded.error());
  if (!*loaded) co_return failed(WriteFailure::Kind::gone);
  if (kept_time_) kept_time_ = (*loaded)->time_left;
  const auto adopted = adopt(std::move((*loaded)->bytes));
  if (adopted) co_return Outcome();
  const bool foreign = adopted.error() == Refusal::malformed;
  co_return failed(foreign ? WriteFailure::Kind::malformed : WriteFailure::Kind::gone);
}

Result<void, Refusal> Session::adopt(Bytes bytes) {
  auto summary = environment_->reader.summary(key_, bytes);
  if (!summary) return summary.error();
  base_ = std::move(bytes);
  summary_ = std::move(*summary);
  age_ = summary_->age;
  envelope_ = summary_->envelope;
  data_.reset();
  return {};
}

Task<void> Session::forget_former(milliseconds time_left) {
  Store& store = environment_->store;
  std::string former = former_key(envelope_);
  auto erased = co_await store.erase(std::move(former));
  if (!erased) co_return;
  Record record = changed_record();
  record.envelope = nullptr;
  auto prepared = prepare(std::move(record));
  if (!prepared) co_return;
  const milliseconds ttl = std::min(time_left, prepared->time_to_live);
  auto replaced = co_await store.replace(key_, *base_, prepared->bytes, ttl);
  if (replaced && *replaced == ReplaceOutcome::replaced) written(std::move(*prepared));
}

Record Session::changed_record() { return Record{age_.created, attributes(), envelope_, age_.lifetime}; }

bool Session::subject_changes(const Record& record) const {
  return environment_->reader.identity().subject(record.data) != summary_->subject;
}

// What a write needs; the reason if there may be none.
Result<Session::Prepared, WriteFailure> Session::prepare(Record record) const {
  const auto& env = *environment_;
  const seconds now = env.clock.unix_now();
  if (sets_reserved(changes_, *env.dialect)) return WriteFailure(WriteFailure::Kind::reserved);
  env.dialect->complete(record, now);
  Bytes bytes(env.dialect->encode(record));
  if (bytes.size() > env.policy.max_bytes) return WriteFailure(WriteFailure::Kind::too_large);
  const auto ttl = time_to_live(env.policy, {record.created, record.lifetime}, now);
  if (!ttl) return WriteFailure(WriteFailure::Kind::gone);
  return Prepared{std::move(record), std::move(bytes), *ttl};
}

void Session::written(Prepared prepared) {
  auto summary = std::make_shared<RecordSummary>();
  summary->age = {prepared.record.created, prepared.record.lifetime};
  summary->envelope = prepared.record.envelope;
  summary->subject = environment_->reader.identity().subject(prepared.record.data);
  summary->identity = environment_->reader.identity().headers(prepared.record.data);
  age_ = summary->age;
  envelope_ = std::move(prepared.record.envelope);
  summary_ = std::move(summary);
  base_ = std::move(prepared.bytes);
  changes_.clear();
}

void Session::end() {
  ended_ = true;
  base_.reset();
  data_ = Json::object();
  changes_.clear();
  cookie_ = Cookie::clear;
}

}  // namespace session
