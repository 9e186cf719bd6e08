#include "core/session/session.h"

#include <utility>

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

// Says when to stop trying to win a compare-and-set.
class Attempts {
 public:
  Attempts(const Clock& clock, milliseconds deadline)
      : clock_(clock), until_(clock.steady_now() + deadline) {}
  [[nodiscard]] bool over() const { return clock_.steady_now() >= until_; }

 private:
  const Clock& clock_;
  Clock::Steady until_;
};

StoreFailure contended() {
  return StoreFailure(StoreFailure::Kind::contended, "others kept changing the session until the deadline");
}

// A replaced id's key: told so for a while where the dialect can say it, else erased. True if it held
// `expected`.
Task<Result<bool, StoreFailure>> retire(Store& store, std::string key, Bytes expected,
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

Session::Session(SessionEnvironment& environment, std::string id, std::string key, seconds issued,
                 Origin origin)
    : environment_(&environment),
      id_(std::move(id)),
      key_(std::move(key)),
      issued_(issued),
      origin_(origin),
      created_(issued) {}

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
  if (!base_) co_return co_await create();
  co_return co_await update();
}

Session::Written Session::create() {
  const auto& env = *environment_;
  const Record record = changed_record();
  Bytes bytes(env.dialect->encode(record));
  if (bytes.size() > env.policy.max_bytes) co_return failed(WriteFailure::Kind::too_large);
  const auto ttl = time_to_live(env.policy, created_, env.clock.unix_now());
  if (!ttl) co_return failed(WriteFailure::Kind::gone);
  auto created = co_await env.store.create(key_, bytes, *ttl);
  if (!created) co_return failed(created.error());
  if (*created == CreateOutcome::exists) {
    // A fresh id that is taken means the random source is broken: never merge into somebody's session.
    if (origin_ != Origin::named) co_return failed(WriteFailure::Kind::malformed);
    auto reloaded = co_await reload();
    if (!reloaded) co_return reloaded;
    co_return co_await update();
  }
  cookie_ = Cookie::give;
  written(std::move(bytes), record);
  co_return Outcome();
}

Session::Written Session::update() {
  const auto& env = *environment_;
  const Attempts attempts(env.clock, env.write_deadline);
  for (;;) {
    const Record record = changed_record();
    if (subject_changes(record)) co_return co_await move(true);
    Bytes bytes(env.dialect->encode(record));
    if (bytes.size() > env.policy.max_bytes) co_return failed(WriteFailure::Kind::too_large);
    const auto ttl = time_to_live(env.policy, created_, env.clock.unix_now());
    if (!ttl) co_return failed(WriteFailure::Kind::gone);
    auto replaced = co_await env.store.replace(key_, *base_, bytes, *ttl);
    if (!replaced) co_return failed(replaced.error());
    if (*replaced == ReplaceOutcome::replaced) {
      written(std::move(bytes), record);
      co_return Outcome();
    }
    if (attempts.over()) co_return failed(contended());
    auto reloaded = co_await reload();
    if (!reloaded) co_return reloaded;
  }
}

// The new record is stored before the old one is retired, so that a crash in between logs nobody out; and
// retiring is a compare-and-set, so that of a destroy and a regenerate that race exactly one wins.
Session::Written Session::move(bool restart_age) {
  const auto& env = *environment_;
  const Attempts attempts(env.clock, env.write_deadline);
  const seconds now = env.clock.unix_now();
  const std::string new_id = env.dialect->new_id();
  const std::string new_key = env.dialect->store_key(new_id);
  std::optional<Bytes> stored;
  for (;;) {
    Record record = changed_record();
    if (restart_age) record.created = now;
    Bytes bytes(env.dialect->encode(record));
    const auto ttl = time_to_live(env.policy, record.created, now);
    std::optional<WriteFailure> failure;
    if (!ttl) {
      failure = WriteFailure(WriteFailure::Kind::gone);
    } else if (bytes.size() > env.policy.max_bytes) {
      failure = WriteFailure(WriteFailure::Kind::too_large);
    } else if (!stored) {
      auto created = co_await env.store.create(new_key, bytes, *ttl);
      if (!created) co_return failed(created.error());
      if (*created == CreateOutcome::exists) co_return failed(WriteFailure::Kind::malformed);
    } else {
      auto replaced = co_await env.store.replace(new_key, *stored, bytes, *ttl);
      if (!replaced) {
        failure = WriteFailure(replaced.error());
      } else if (*replaced != ReplaceOutcome::replaced) {
        stored.reset();  // the store lost the new record, as a full one may: store it again before the old
                         // one goes
        continue;
      }
    }
    if (!failure) {
      stored = bytes;
      auto retired = co_await retire(env.store, key_, *base_, env.dialect->tombstone());
      if (retired && *retired) {
        id_ = new_id;
        key_ = new_key;
        issued_ = now;
        created_ = record.created;
        cookie_ = Cookie::give;
        written(std::move(bytes), record);
        co_return Outcome();
      }
      if (!retired) {
        failure = WriteFailure(retired.error());
      } else if (attempts.over()) {
        failure = WriteFailure(contended());
      } else if (auto reloaded = co_await reload(); !reloaded) {
        failure = reloaded.error();
      }
    }
    if (failure) {
      // Nobody has the new id, so what is left of it if this fails too can't be used, and expires.
      if (stored) (void)co_await env.store.erase(new_key);
      co_return *failure;
    }
  }
}

Session::Written Session::destroy() {
  const auto& env = *environment_;
  const Attempts attempts(env.clock, env.write_deadline);
  if (!base_ || ended_) {
    end();
    co_return failed(WriteFailure::Kind::gone);
  }
  for (;;) {
    auto erased = co_await env.store.erase_if(key_, *base_);
    if (!erased) co_return failed(erased.error());
    if (*erased == EraseIfOutcome::erased) break;
    if (attempts.over()) co_return failed(contended());
    auto reloaded = co_await reload();
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
  if (!base_) co_return co_await create();
  bool restart_age = subject_changes(changed_record());
  co_return co_await move(restart_age);
}

bool Session::keeps_its_id() {
  return base_ && cookie_ == Cookie::keep && !subject_changes(changed_record());
}

bool Session::fits() {
  return environment_->dialect->encode(changed_record()).size() <= environment_->policy.max_bytes;
}

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

Session::Written Session::reload() {
  auto loaded = co_await environment_->store.load(key_);
  if (!loaded) co_return failed(loaded.error());
  if (!*loaded) co_return failed(WriteFailure::Kind::gone);
  const auto adopted = adopt(std::move((*loaded)->bytes));
  if (adopted) co_return Outcome();
  const bool moved = adopted.error() == Refusal::revoked;
  co_return failed(moved ? WriteFailure::Kind::gone : WriteFailure::Kind::malformed);
}

Result<void, Refusal> Session::adopt(Bytes bytes) {
  auto summary = environment_->reader.summary(key_, bytes);
  if (!summary) return summary.error();
  base_ = std::move(bytes);
  summary_ = std::move(*summary);
  created_ = summary_->created;
  data_.reset();
  return {};
}

Record Session::changed_record() { return Record{created_, attributes()}; }

bool Session::subject_changes(const Record& record) const {
  return environment_->reader.identity().subject(record.data) != summary_->subject;
}

void Session::written(Bytes bytes, const Record& record) {
  auto summary = std::make_shared<RecordSummary>();
  summary->created = record.created;
  summary->subject = environment_->reader.identity().subject(record.data);
  summary->identity = environment_->reader.identity().headers(record.data);
  summary_ = std::move(summary);
  base_ = std::move(bytes);
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
