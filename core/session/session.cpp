#include "core/session/session.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/session/environment.h"
#include "core/session/termination.h"
#include "core/session/write.h"

namespace session {
namespace {

bool sets_reserved(const Record::Changes& changes, const RecordFormat& format) {
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

Json Session::stored_attributes() const {
  if (!base_) return Json::object();
  if (summary_ && summary_->data) return *summary_->data;
  auto record = environment_->records.decode(key_, *base_);
  return record ? std::move(record->attributes) : Json::object();  // adopt() has decoded it before
}

const Json& Session::attributes() {
  if (data_) return *data_;
  Json data = stored_attributes();
  if (!privilege_change_) privilege_change_ = environment_->privileges.change(data, changes_, same_subject_);
  apply_changes(changes_, data);
  for (const std::string& name : privilege_change_->forgotten) data.erase(name);
  data_ = std::move(data);
  return *data_;
}

const PrivilegeChange& Session::privilege_change() {
  if (!privilege_change_) {
    const Privileges& privileges = environment_->privileges;
    const bool concerned = std::any_of(changes_.begin(), changes_.end(),
                                       [&](const auto& change) { return privileges.concern(change.first); });
    privilege_change_ =
        concerned ? privileges.change(stored_attributes(), changes_, same_subject_) : PrivilegeChange();
  }
  return *privilege_change_;
}

void Session::changes_changed() {
  data_.reset();
  privilege_change_.reset();
}

const Json* Session::get(std::string_view key) {
  const Json& all = attributes();
  const auto found = all.find(std::string(key));
  return found == all.end() ? nullptr : &*found;
}

Session::Written Session::set(Json object, Flush when) {
  for (auto& [key, value] : object.get_ref<Json::object_t&>()) changes_[key] = std::move(value);
  changes_changed();
  if (when == Flush::now) co_return co_await flush();
  co_return WriteOutcome();
}

Session::Written Session::set(std::string key, Json value, Flush when) {
  Json object = Json::object();
  object[std::move(key)] = std::move(value);
  co_return co_await set(std::move(object), when);
}

Session::Written Session::unset(std::string key, Flush when) {
  changes_[std::move(key)] = std::nullopt;
  changes_changed();
  if (when == Flush::now) co_return co_await flush();
  co_return WriteOutcome();
}

void Session::set_client(ClientFacts client, SameSubject same) {
  client_ = std::move(client);
  same_subject_ = same;
  privilege_change_.reset();
}

void Session::set_lifetime(std::string name) {
  if (name == kDefaultLifetime) name.clear();
  lifetime_ = std::move(name);
}

bool Session::can_live_so() const {
  if (!lifetime_ || lifetime_->empty()) return true;
  return environment_->format.capabilities.login_facts &&
         environment_->records.policy().lifetimes.contains(*lifetime_);
}

Session::Written Session::flush() {
  if (changes_.empty() && !changes_lifetime()) co_return WriteOutcome();
  if (ended_) co_return failed(WriteFailure::Kind::gone);
  const Unlock unlock{*this};
  if (!base_) co_return co_await create();
  auto loaded = co_await load_for_write();
  if (!loaded) co_return loaded;
  co_return co_await update();
}

Session::Written Session::create() {
  auto prepared = prepare(key_, changed_record());
  if (!prepared) co_return prepared.error();
  auto created = co_await create_record(key_, *prepared, *prepared->time_to_live, prepared->has_subject);
  if (!created) co_return failed(created.error());
  if (*created == CreateOutcome::too_many) co_return failed(WriteFailure::Kind::too_many);
  if (*created == CreateOutcome::exists) {
    // A new random id must never be merged into a record that may belong to another user.
    if (origin_ != Origin::named)
      throw std::runtime_error("a fresh id is taken: the random source is broken");
    auto reloaded = co_await reload();
    if (!reloaded) co_return reloaded;
    co_return co_await update();
  }
  if (prepared->has_subject) {
    auto begun = co_await begin_login(key_, *prepared);
    if (!begun) {
      co_await roll_back(key_, *prepared);
      co_return begun;
    }
  }
  cookie_ = Cookie::give;
  const milliseconds ttl = *prepared->time_to_live;
  written(std::move(*prepared), ttl);
  note(SessionEvent::Kind::created);
  co_return WriteOutcome();
}

Session::Written Session::update() {
  const Attempts attempts(*environment_);
  for (;;) {
    const PrivilegeChange& change = privilege_change();
    if (change.subject || change.login || change.rights)
      co_return co_await move(SessionEvent::kRights, attempts);
    auto prepared = prepare(key_, changed_record());
    if (!prepared) co_return prepared.error();
    const milliseconds ttl = ttl_of(*prepared);
    auto replaced = co_await environment_->records.replace(key_, *base_, *prepared, ttl, time_left_);
    if (!replaced) co_return failed(replaced.error());
    if (*replaced == ReplaceOutcome::replaced) {
      written(std::move(*prepared), ttl);
      co_return WriteOutcome();
    }
    if (attempts.over()) co_return failed(contended());
    auto reloaded = co_await reload_locked(attempts);
    if (!reloaded) co_return reloaded;
  }
}

Session::Written Session::destroy() {
  const Unlock unlock{*this};
  auto own = co_await end_own();
  if (own) end();
  auto others = co_await end_others(Which::all);
  if (!others) cookie_ = Cookie::keep;  // so that the browser can try again
  if (!own) co_return own.error();
  if (!others) co_return others.error();
  if (!*own && !*others) co_return failed(WriteFailure::Kind::gone);
  co_return WriteOutcome();
}

Task<Result<bool, WriteFailure>> Session::end_own() {
  auto& env = *environment_;
  const Attempts attempts(env);
  if (!base_ || ended_) co_return false;
  for (;;) {
    auto erased = co_await env.records.end(key_, *base_, migrated_from_);
    if (!erased) co_return WriteFailure(erased.error());
    if (*erased == EraseIfOutcome::erased) {
      note(SessionEvent::Kind::destroyed);
      co_return true;
    }
    if (attempts.over()) co_return WriteFailure(contended());
    auto reloaded = co_await reload_locked(attempts);
    if (reloaded) continue;
    if (reloaded.error().kind == WriteFailure::Kind::store) co_return reloaded.error();
    // It has ended or got another id, or another program has written what this one can't read.
    std::string key = key_;
    auto ended = co_await end_session(env, std::move(key));
    if (!ended) co_return WriteFailure(ended.error());
    if (!ended->empty()) history_.push_back({SessionEvent::Kind::destroyed, {}, env.log_ids.of(*ended)});
    co_return !ended->empty();
  }
}

Task<Result<bool, WriteFailure>> Session::end_others(Which which) {
  auto& env = *environment_;
  std::vector<LegacyKey> keys;
  if (which == Which::all || !base_) keys = legacy_keys_;
  for (const Other& other : others_) {
    if (which == Which::all || other.live) keys.push_back({&env.records, other.key});
  }
  std::erase_if(keys, [&](const LegacyKey& each) { return each.key == key_; });
  const OnFailure on_failure = which == Which::all ? OnFailure::go_on : OnFailure::stop;
  EndedSessions ended = co_await end_sessions(env, std::move(keys), on_failure);
  for (const std::string& key : ended.keys)
    history_.push_back({SessionEvent::Kind::destroyed, {}, env.log_ids.of(key)});
  if (ended.failure) co_return WriteFailure(*ended.failure);
  co_return !ended.keys.empty();
}

bool Session::keeps_its_id() const {
  const Privileges& privileges = environment_->privileges;
  return base_ && cookie_ == Cookie::keep && !lifetime_ &&
         std::none_of(changes_.begin(), changes_.end(),
                      [&](const auto& change) { return privileges.concern(change.first); });
}

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

bool Session::endless() const {
  return time_left_ == milliseconds::max() && environment_->format.capabilities.own_lifetime;
}

bool Session::held() const {
  return touch_ == Touch::off || endless() || age_.end ||
         made_in_the_future(age_, environment_->clock.unix_now());
}

milliseconds Session::ttl_of(const RecordWrite& write) const {
  if (endless()) return milliseconds::max();
  return held() ? std::min(time_left_.value(), *write.time_to_live) : *write.time_to_live;
}

Task<bool> Session::extend(milliseconds time_to_live) {
  const auto touched =
      co_await environment_->records.touch(key_, *base_, summary_, time_left_.value(), time_to_live);
  if (touched && *touched == TouchOutcome::touched) time_left_ = time_to_live;
  co_return !touched || *touched == TouchOutcome::touched;
}

Session::Written Session::reload_locked(Attempts attempts) {
  if (!write_lock_) {
    std::optional<KeyedMutex::Lock> lock = co_await environment_->write_locks.lock(key_, attempts.left());
    if (!lock) co_return failed(contended());
    write_lock_ = std::make_shared<KeyedMutex::Lock>(std::move(*lock));
  }
  co_return co_await reload();
}

Session::Written Session::load_for_write() {
  if (time_left_) co_return WriteOutcome();
  co_return co_await reload();
}

Session::Written Session::reload() {
  auto loaded = co_await environment_->records.load(key_);
  if (!loaded) co_return failed(loaded.error());
  if (!*loaded) co_return failed(WriteFailure::Kind::gone);
  time_left_ = (*loaded)->time_left;
  const auto adopted = adopt(std::move((*loaded)->bytes));
  if (adopted) co_return WriteOutcome();
  const bool foreign = adopted.error() == RejectReason::malformed;
  co_return failed(foreign ? WriteFailure::Kind::malformed : WriteFailure::Kind::gone);
}

Result<void, RejectReason> Session::adopt(Bytes bytes, RecordStore::Summary known) {
  if (!known || known->record != bytes) {
    auto summary = environment_->records.summary(key_, bytes);
    if (!summary) return summary.error();
    known = std::move(*summary);
  }
  base_ = std::move(bytes);
  summary_ = std::move(known);
  age_ = summary_->age;
  migrated_from_ = summary_->migrated_from;
  changes_changed();
  return {};
}

Task<void> Session::erase_migrated_from(milliseconds time_left) {
  RecordStore& records = environment_->records;
  auto erased = co_await records.erase_migrated_from(*migrated_from_);
  if (!erased) co_return;
  Changed changed = changed_record();
  changed.record.migrated_from.reset();
  auto prepared = prepare(key_, std::move(changed));
  if (!prepared) co_return;
  const milliseconds ttl = std::min(time_left, *prepared->time_to_live);
  auto replaced = co_await records.replace(key_, *base_, *prepared, ttl, time_left);
  if (replaced && *replaced == ReplaceOutcome::replaced) written(std::move(*prepared), ttl);
}

Session::Changed Session::changed_record() {
  Changed changed;
  Record& record = changed.record;
  record.created = age_.created;
  if (base_) {
    auto stored = environment_->records.decode(key_, *base_);
    if (stored) record = std::move(*stored);  // adopt() has decoded it before
  }
  changed.attribute_bytes_before = record.attribute_bytes();
  const PrivilegeChange& change = privilege_change();
  if (change.forgotten.empty()) {
    record.apply(changes_);
  } else {
    Changes all = changes_;
    for (const std::string& name : change.forgotten) all.emplace(name, std::nullopt);
    record.apply(all);
  }
  apply_login(change, record);
  return changed;
}

void Session::apply_login(const PrivilegeChange& change, Record& record) const {
  if (change.subject) {
    record.login = {};
    record.lifetime_name.clear();
  }
  if (change.login) record.login = {environment_->clock.unix_now(), client_};
  if (lifetime_) record.lifetime_name = *lifetime_;
}

Result<RecordWrite, WriteFailure> Session::prepare(std::string_view key, Changed changed) const {
  RecordStore& records = environment_->records;
  if (sets_reserved(changes_, records.format())) return WriteFailure(WriteFailure::Kind::reserved);
  if (!can_live_so()) return WriteFailure(WriteFailure::Kind::unknown_lifetime);
  const std::size_t attribute_bytes = changed.record.attribute_bytes();
  RecordWrite write = records.prepare(key, std::move(changed.record));
  if (lifetime_ && !lifetime_->empty() && !write.has_subject)
    return WriteFailure(WriteFailure::Kind::lifetime_without_login);
  const bool too_large = write.bytes.size() > records.policy(write.has_subject).max_bytes;
  if (too_large && attribute_bytes > changed.attribute_bytes_before)
    return WriteFailure(WriteFailure::Kind::too_large);
  if (!write.time_to_live) return WriteFailure(WriteFailure::Kind::gone);
  return write;
}

void Session::written(RecordWrite write, milliseconds ttl) {
  time_left_ = ttl;
  if (changes_lifetime()) cookie_ = Cookie::give;
  lifetime_.reset();
  summary_ = environment_->records.summary_of(write.record);
  age_ = summary_->age;
  migrated_from_ = summary_->migrated_from;
  base_ = std::move(write.bytes);
  changes_.clear();
  changes_changed();
  data_ = std::move(write.record.attributes);
}

void Session::end() {
  ended_ = true;
  base_.reset();
  changes_.clear();
  changes_changed();
  cookie_ = Cookie::clear;
}

}  // namespace session
