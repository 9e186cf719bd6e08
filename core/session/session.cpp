#include "core/session/session.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "core/record/environment.h"
#include "core/record/termination.h"
#include "core/session/write.h"

namespace session {
namespace {

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

}  // namespace

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
  const Unlock unlock{*this};
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
  note(SessionChange::Kind::created);
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
        untouched_ttl_ ? std::min(*untouched_ttl_, prepared->time_to_live) : prepared->time_to_live;
    auto replaced = co_await env.store.replace(key_, *base_, prepared->bytes, ttl);
    if (!replaced) co_return failed(replaced.error());
    if (*replaced == ReplaceOutcome::replaced) {
      written(std::move(*prepared));
      co_return Outcome();
    }
    if (attempts.over()) co_return failed(contended());
    auto reloaded = co_await reload_locked(attempts);
    if (!reloaded) co_return reloaded;
  }
}

Session::Written Session::destroy() {
  auto& env = *environment_;
  const Unlock unlock{*this};
  const Attempts attempts(env);
  if (!base_ || ended_) {
    end();
    co_return failed(WriteFailure::Kind::gone);
  }
  for (const LegacyKey& old : legacy_keys_) {
    if (old.key == key_ || old.key == migrated_from(format_fields_)) continue;
    auto ended = co_await end_legacy(*environment_, old);
    if (!ended) co_return failed(ended.error());
    if (*ended == EraseOutcome::erased)
      history_.push_back({SessionChange::Kind::ended, env.names.of(old.key), {}, {}});
  }
  for (;;) {
    std::string former = migrated_from(format_fields_);
    auto erased = co_await end_record(*environment_, key_, *base_, std::move(former));
    if (!erased) co_return failed(erased.error());
    if (*erased == EraseIfOutcome::erased) break;
    if (attempts.over()) co_return failed(contended());
    auto reloaded = co_await reload_locked(attempts);
    if (!reloaded) {
      if (reloaded.error().kind == WriteFailure::Kind::gone) end();
      co_return reloaded;
    }
  }
  note(SessionChange::Kind::ended);
  end();
  co_return Outcome();
}

bool Session::keeps_its_id() {
  return base_ && cookie_ == Cookie::keep && !subject_changes(changed_record());
}

Result<void, WriteFailure> Session::writable() {
  auto prepared = prepare(changed_record());
  if (!prepared) return prepared.error();
  return {};
}

std::string Session::log_id() const { return environment_->names.of(key_); }

void Session::note(SessionChange::Kind kind, std::string former) {
  const bool known = summary_ && summary_->subject;
  history_.push_back({kind, log_id(), std::move(former), known ? *summary_->subject : std::string()});
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

Session::Written Session::reload_locked(Attempts attempts) {
  if (!write_lock_) {
    std::optional<KeyedMutex::Lock> lock = co_await environment_->write_locks.lock(key_, attempts.left());
    if (!lock) co_return failed(contended());
    write_lock_ = std::make_shared<KeyedMutex::Lock>(std::move(*lock));
  }
  co_return co_await reload();
}

Session::Written Session::reload() {
  auto loaded = co_await environment_->store.load(key_);
  if (!loaded) co_return failed(loaded.error());
  if (!*loaded) co_return failed(WriteFailure::Kind::gone);
  if (untouched_ttl_) untouched_ttl_ = (*loaded)->time_left;
  const auto adopted = adopt(std::move((*loaded)->bytes));
  if (adopted) co_return Outcome();
  const bool foreign = adopted.error() == RejectReason::malformed;
  co_return failed(foreign ? WriteFailure::Kind::malformed : WriteFailure::Kind::gone);
}

Result<void, RejectReason> Session::adopt(Bytes bytes) {
  auto summary = environment_->reader.summary(key_, bytes);
  if (!summary) return summary.error();
  base_ = std::move(bytes);
  summary_ = std::move(*summary);
  age_ = summary_->age;
  format_fields_ = summary_->format_fields;
  data_.reset();
  return {};
}

Task<void> Session::erase_migrated_from(milliseconds time_left) {
  Store& store = environment_->store;
  std::string former = migrated_from(format_fields_);
  auto erased = co_await store.erase(std::move(former));
  if (!erased) co_return;
  Record record = changed_record();
  record.format_fields = nullptr;
  // It only gets smaller: what was too large for the policy when it moved stays, but is not asked for again.
  auto prepared = prepare(std::move(record), std::numeric_limits<std::size_t>::max());
  if (!prepared) co_return;
  const milliseconds ttl = std::min(time_left, prepared->time_to_live);
  auto replaced = co_await store.replace(key_, *base_, prepared->bytes, ttl);
  if (replaced && *replaced == ReplaceOutcome::replaced) written(std::move(*prepared));
}

Record Session::changed_record() { return Record{age_.created, attributes(), format_fields_, age_.lifetime}; }

bool Session::subject_changes(const Record& record) const {
  return environment_->reader.identity().subject(record.data) != summary_->subject;
}

// What a write needs; the reason if there may be none.
Result<Session::Prepared, WriteFailure> Session::prepare(Record record) const {
  return prepare(std::move(record), environment_->policy.max_bytes);
}

Result<Session::Prepared, WriteFailure> Session::prepare(Record record, std::size_t max_bytes) const {
  const auto& env = *environment_;
  const seconds now = env.clock.unix_now();
  if (sets_reserved(changes_, *env.dialect)) return WriteFailure(WriteFailure::Kind::reserved);
  env.dialect->complete(record, now);
  Bytes bytes(env.dialect->encode(record));
  if (bytes.size() > max_bytes) return WriteFailure(WriteFailure::Kind::too_large);
  const auto ttl = time_to_live(env.policy, {record.created, record.lifetime}, now);
  if (!ttl) return WriteFailure(WriteFailure::Kind::gone);
  return Prepared{std::move(record), std::move(bytes), *ttl};
}

void Session::written(Prepared prepared) {
  auto summary = std::make_shared<RecordSummary>();
  summary->age = {prepared.record.created, prepared.record.lifetime};
  summary->format_fields = prepared.record.format_fields;
  summary->subject = environment_->reader.identity().subject(prepared.record.data);
  summary->identity = environment_->reader.identity().headers(prepared.record.data);
  age_ = summary->age;
  format_fields_ = std::move(prepared.record.format_fields);
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
