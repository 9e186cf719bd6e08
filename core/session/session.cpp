#include "core/session/session.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "core/session/environment.h"
#include "core/session/termination.h"
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

bool sets_reserved(const std::map<std::string, std::optional<Json>>& changes, const RecordFormat& format) {
  return std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
    return change.second.has_value() && format.reserves(change.first);
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
    : Session(environment, id, environment.format.cookies->store_key(id), issued, origin) {}

const Json& Session::attributes() {
  if (data_) return *data_;
  if (!base_) {
    data_ = Json::object();
  } else if (summary_ && summary_->data) {
    data_ = *summary_->data;
  } else {
    auto record = environment_->records.decode(key_, *base_);
    data_ = record ? std::move(record->attributes) : Json::object();  // adopt() has decoded it before
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
  co_return WriteOutcome();
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
  co_return WriteOutcome();
}

Session::Written Session::flush() {
  if (changes_.empty()) co_return WriteOutcome();
  if (ended_) co_return failed(WriteFailure::Kind::gone);
  const Unlock unlock{*this};
  if (!base_) co_return co_await create();
  co_return co_await update();
}

Session::Written Session::create() {
  RecordStore& records = environment_->records;
  auto prepared = prepare(key_, changed_record());
  if (!prepared) co_return prepared.error();
  auto created = co_await records.create(key_, *prepared, *prepared->time_to_live);
  if (!created) co_return failed(created.error());
  if (*created == CreateOutcome::exists) {
    // A new random id must never be merged into a record that may belong to another user.
    if (origin_ != Origin::named)
      throw std::runtime_error("a fresh id is taken: the random source is broken");
    auto reloaded = co_await reload();
    if (!reloaded) co_return reloaded;
    co_return co_await update();
  }
  cookie_ = Cookie::give;
  written(std::move(*prepared));
  note(SessionEvent::Kind::created);
  co_return WriteOutcome();
}

Session::Written Session::update() {
  const Attempts attempts(*environment_);
  for (;;) {
    if (subject_changes()) co_return co_await move(true, attempts);
    auto prepared = prepare(key_, changed_record());
    if (!prepared) co_return prepared.error();
    // If a location does not extend sessions, its writes don't either.
    const milliseconds ttl =
        untouched_ttl_ ? std::min(*untouched_ttl_, *prepared->time_to_live) : *prepared->time_to_live;
    auto replaced = co_await environment_->records.replace(key_, *base_, *prepared, ttl);
    if (!replaced) co_return failed(replaced.error());
    if (*replaced == ReplaceOutcome::replaced) {
      written(std::move(*prepared));
      co_return WriteOutcome();
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
    if (old.key == key_ || old.key == migrated_from_) continue;
    auto ended = co_await end_legacy(*environment_, old);
    if (!ended) co_return failed(ended.error());
    if (*ended == EraseOutcome::erased)
      history_.push_back({SessionEvent::Kind::destroyed, {}, env.log_ids.of(old.key)});
  }
  for (;;) {
    auto erased = co_await env.records.end(key_, *base_, migrated_from_);
    if (!erased) co_return failed(erased.error());
    if (*erased == EraseIfOutcome::erased) break;
    if (attempts.over()) co_return failed(contended());
    auto reloaded = co_await reload_locked(attempts);
    if (!reloaded) {
      if (reloaded.error().kind == WriteFailure::Kind::gone) end();
      co_return reloaded;
    }
  }
  note(SessionEvent::Kind::destroyed);
  end();
  co_return WriteOutcome();
}

bool Session::keeps_its_id() { return base_ && cookie_ == Cookie::keep && !subject_changes(); }

Result<void, WriteFailure> Session::writable() {
  auto prepared = prepare(key_, changed_record());
  if (!prepared) return prepared.error();
  return {};
}

std::string Session::log_id() const { return environment_->log_ids.of(key_); }

void Session::note(SessionEvent::Kind kind, std::string_view cause, std::string former) {
  const bool known = summary_ && summary_->subject;
  history_.push_back({kind, cause, log_id(), known ? *summary_->subject : std::string(), std::move(former)});
}

std::optional<std::string> Session::set_cookie() const {
  const SessionEnvironment& env = *environment_;
  switch (cookie_) {
    case Cookie::keep:
      return std::nullopt;
    case Cookie::clear:
      return clear_cookie(env.cookie);
    case Cookie::give:
      return session::set_cookie(env.cookie, env.format.cookies->cookie(id_, issued_));
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
  auto loaded = co_await environment_->records.load(key_);
  if (!loaded) co_return failed(loaded.error());
  if (!*loaded) co_return failed(WriteFailure::Kind::gone);
  if (untouched_ttl_) untouched_ttl_ = (*loaded)->time_left;
  const auto adopted = adopt(std::move((*loaded)->bytes));
  if (adopted) co_return WriteOutcome();
  const bool foreign = adopted.error() == RejectReason::malformed;
  co_return failed(foreign ? WriteFailure::Kind::malformed : WriteFailure::Kind::gone);
}

Result<void, RejectReason> Session::adopt(Bytes bytes) {
  auto summary = environment_->records.summary(key_, bytes);
  if (!summary) return summary.error();
  base_ = std::move(bytes);
  summary_ = std::move(*summary);
  age_ = summary_->age;
  migrated_from_ = summary_->migrated_from;
  data_.reset();
  return {};
}

Task<void> Session::erase_migrated_from(milliseconds time_left) {
  RecordStore& records = environment_->records;
  auto erased = co_await records.erase_migrated_from(*migrated_from_);
  if (!erased) co_return;
  Record record = changed_record();
  record.migrated_from.reset();
  // The record only gets smaller here, so Policy::max_bytes is not checked: a record that was too large when
  // it was migrated stays usable.
  auto prepared = prepare(key_, std::move(record), std::numeric_limits<std::size_t>::max());
  if (!prepared) co_return;
  const milliseconds ttl = std::min(time_left, *prepared->time_to_live);
  auto replaced = co_await records.replace(key_, *base_, *prepared, ttl);
  if (replaced && *replaced == ReplaceOutcome::replaced) written(std::move(*prepared));
}

Record Session::changed_record() const {
  Record record;
  record.created = age_.created;
  if (base_) {
    auto stored = environment_->records.decode(key_, *base_);
    if (stored) record = std::move(*stored);  // adopt() has decoded it before
  }
  record.apply(changes_);
  return record;
}

bool Session::subject_changes() {
  return environment_->records.identity().subject(attributes()) != summary_->subject;
}

Result<RecordWrite, WriteFailure> Session::prepare(std::string_view key, Record record) const {
  return prepare(key, std::move(record), environment_->records.policy().max_bytes);
}

Result<RecordWrite, WriteFailure> Session::prepare(std::string_view key, Record record,
                                                   std::size_t max_bytes) const {
  const RecordStore& records = environment_->records;
  if (sets_reserved(changes_, records.format())) return WriteFailure(WriteFailure::Kind::reserved);
  RecordWrite write = records.prepare(key, std::move(record));
  if (write.bytes.size() > max_bytes) return WriteFailure(WriteFailure::Kind::too_large);
  if (!write.time_to_live) return WriteFailure(WriteFailure::Kind::gone);
  return write;
}

void Session::written(RecordWrite write) {
  summary_ = environment_->records.summary_of(write.record);
  age_ = summary_->age;
  migrated_from_ = summary_->migrated_from;
  base_ = std::move(write.bytes);
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
