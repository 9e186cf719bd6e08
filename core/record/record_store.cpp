#include "core/record/record_store.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "core/crypto/random.h"

namespace session {
namespace {

// How often a legacy record is erased that another program writes meanwhile.
constexpr int kMaxErasures = 4;

StoreTerms terms(const RecordWrite& write, milliseconds time_to_live) {
  StoreTerms terms(time_to_live, write.retention);
  terms.owner = write.owner;
  return terms;
}

// How far ahead a record is taken to be listed that has just been listed: as long as it had left, and a
// minute.
constexpr milliseconds kListedLonger = std::chrono::minutes(1);

// How the keys of leases end, behind the owner's name.
constexpr const char* kLease = ":lease";
// How the keys of notes begin, behind the prefix.
constexpr const char* kNote = "note:";
// How often a note is written that somebody else writes meanwhile.
constexpr int kMaxNoteWrites = 8;

bool has_room_problem(const StoreFailure& failure, const RecordWrite& write) {
  return failure.kind == StoreFailure::Kind::full && write.retention == Retention::expendable;
}

CopyOutcome outcome_of(CreateOutcome created) {
  return created == CreateOutcome::created ? CopyOutcome::created : CopyOutcome::exists;
}

}  // namespace

RecordStore::RecordStore(Store& store, const RecordFormat& format, std::shared_ptr<const Identity> identity,
                         const Policy& policy, RecordCacheOptions cache, const Clock& clock)
    : store_(store),
      time_left_costs_(store.time_left_costs()),
      format_(format),
      policy_(policy),
      anonymous_(policy.of(false)),
      longest_absolute_timeout_(policy.longest_absolute_timeout()),
      max_load_bytes_(max_readable_bytes(policy)),
      cache_(format, std::move(identity), std::move(cache)),
      clock_(clock) {
  for (const auto& [name, lifetime] : policy_.lifetimes) named_.emplace(name, policy_.of(lifetime));
}

const Policy& RecordStore::named_policy(std::string_view lifetime) const {
  const auto found = named_.find(lifetime);
  return found == named_.end() ? policy_ : found->second;
}

void RecordStore::allow_migration(const CookieFormat& in_use, const Format& legacy) {
  in_use_ = &in_use;
  legacy_.push_back(&legacy);
}

void RecordStore::list_by_subject(OwnerId owners, bool others_write) {
  owners_ = std::move(owners);
  others_write_ = others_write;
}

std::string RecordStore::owner_of(const std::string& key, const Bytes& version) {
  const auto found = cache_.summary(key, version);
  return found ? owner_of((*found)->subject) : std::string();
}

// The list of others' records has to hear how long each lives, each time it is read (must_list), and the end
// of a migration keeps the time that the record has left.
RecordStore::Summary RecordStore::resting(const std::string& key) const {
  if (!time_left_costs_) return nullptr;
  Summary known = cache_.remembered(key);
  if (!known || known->migrated_from || (others_write_ && known->subject)) return nullptr;
  return known->rests_until > clock_.steady_now() ? known : nullptr;
}

// A record that changes with every request never rests: each load would find another one, and be repeated to
// ask for its time left.
void RecordStore::note_rest(const RecordSummary& summary, milliseconds rest) const {
  if (!time_left_costs_) return;
  if (std::exchange(summary.was_loaded, true)) summary.rests_until = clock_.steady_now() + rest;
}

RecordStore::Answer<std::vector<std::string>> RecordStore::keys_of(std::string subject, std::size_t max) {
  std::vector<std::string> owners = owners_.all_of(subject);
  // A touch lists under the name in use what was listed under a former one, so that one is read last.
  std::reverse(owners.begin(), owners.end());
  std::vector<std::string> all;
  std::unordered_set<std::string> seen;
  for (const std::string& owner : owners) {
    auto owned = co_await store_.owned(owner, max);
    if (!owned) co_return owned.error();
    for (std::string& key : owned->keys) {
      if (seen.insert(key).second) all.push_back(std::move(key));
    }
  }
  co_return all;
}

// The order matters: the lists first, and then the record, which was not there after them. Nothing but room
// is lost if a list can't be changed.
RecordStore::Answer<std::optional<StoredRecord>> RecordStore::unlist(std::string key, std::string subject) {
  std::vector<std::pair<std::string, seconds>> lists;
  for (const std::string& owner : owners_.all_of(subject)) {
    const auto owned = co_await store_.owned(owner, 1);
    if (!owned) co_return owned.error();
    lists.emplace_back(owner, owned->as_of);
  }
  auto loaded = co_await load(key);
  if (!loaded) co_return loaded;
  const std::string owner = *loaded ? owner_of(key, (*loaded)->bytes) : std::string();
  if (!owner.empty() && owner == owners_.of(subject)) co_return loaded;
  for (const auto& [list, as_of] : lists) (void)co_await store_.disown(key, list, as_of);
  co_return std::optional<StoredRecord>();
}

Task<void> RecordStore::list(std::string key, Summary summary, milliseconds time_left) {
  const milliseconds left = std::min(time_left, kLongestListed);
  auto listed = co_await store_.own(std::move(key), owner_of(summary->subject), left);
  if (listed) summary->listed_until = clock_.unix_now() + left + kListedLonger;
}

ClientFacts RecordStore::client_of(std::string_view key, const Bytes& version) const {
  static const WantedMembers none{.all = false};
  auto head = format_.decode_head(key, version.view(), none);
  return head ? std::move(head->login.client) : ClientFacts();
}

RecordWrite RecordStore::prepare(std::string_view key, Record record) {
  const seconds now = clock_.unix_now();
  format_.complete(record, now);
  RecordWrite write;
  write.bytes = Bytes(format_.encode(key, record));
  const std::optional<std::string> subject = identity().subject(record.attributes);
  write.has_subject = subject.has_value();
  write.owner = owner_of(subject);
  write.retention = write.has_subject ? Retention::keep : Retention::expendable;
  const Policy& policy_of_it = policy(write.has_subject, record.lifetime_name);
  write.time_to_live = time_to_live(policy_of_it, {record.created, record.lifetime, record.end}, now);
  write.record = std::move(record);
  return write;
}

RecordStore::Answer<CreateOutcome> RecordStore::create(std::string key, const RecordWrite& write,
                                                       milliseconds time_to_live,
                                                       std::optional<StoreTerms::OwnerLimit> limit) {
  StoreTerms with = terms(write, time_to_live);
  with.owner_limit = std::move(limit);
  return store_.create(std::move(key), write.bytes, std::move(with));
}

RecordStore::Answer<ReplaceOutcome> RecordStore::replace(std::string key, Bytes version,
                                                         const RecordWrite& write, milliseconds time_to_live,
                                                         std::optional<milliseconds> time_left) {
  StoreTerms with = terms(write, time_to_live);
  if (time_left) with.former = StoreTerms::Former{version.size(), *time_left, owner_of(key, version)};
  return store_.replace(std::move(key), std::move(version), write.bytes, with);
}

RecordStore::Answer<ReplaceOutcome> RecordStore::replace_with_tombstone(std::string key, Bytes version,
                                                                        std::string_view successor,
                                                                        TombstoneTerms kept) {
  if (const auto tombstone = format_.tombstone(successor)) {
    Bytes bytes(*tombstone);
    StoreTerms terms(kept.time_to_live, kept.retention);
    std::string owner = owner_of(key, version);
    // The time counts for expendable records alone, and those have no owner.
    if (kept.time_left || !owner.empty())
      terms.former =
          StoreTerms::Former{version.size(), kept.time_left.value_or(kTombstoneTime), std::move(owner)};
    co_return co_await store_.replace(std::move(key), std::move(version), std::move(bytes), terms);
  }
  auto erased = co_await erase_if(std::move(key), std::move(version));
  if (!erased) co_return erased.error();
  co_return *erased == EraseIfOutcome::erased ? ReplaceOutcome::replaced : ReplaceOutcome::mismatch;
}

RecordStore::Answer<EraseIfOutcome> RecordStore::end(std::string key, Bytes version,
                                                     std::optional<std::string> migrated_from) {
  if (!migrated_from || !leaves_tombstones()) co_return co_await erase_if(std::move(key), std::move(version));
  auto erased = co_await erase_migrated_from(std::move(*migrated_from));
  if (!erased) co_return erased.error();
  auto ended = co_await replace_with_tombstone(std::move(key), std::move(version), std::string_view());
  if (!ended) co_return ended.error();
  co_return *ended == ReplaceOutcome::replaced ? EraseIfOutcome::erased : EraseIfOutcome::mismatch;
}

RecordStore::Answer<CreateOutcome> RecordStore::refuse_migration(std::string key) {
  const auto tombstone = format_.tombstone({});
  if (!tombstone) co_return CreateOutcome::exists;
  Bytes bytes(*tombstone);
  co_return co_await store_.create(std::move(key), std::move(bytes), kTombstoneTime);
}

RecordStore::Answer<EraseIfOutcome> RecordStore::erase_if(std::string key, Bytes version) {
  std::string owner = owner_of(key, version);
  return store_.erase_if(std::move(key), std::move(version), std::move(owner));
}

RecordStore::Answer<TouchOutcome> RecordStore::touch(std::string key, const Bytes& version,
                                                     const Summary& summary, milliseconds time_left,
                                                     milliseconds time_to_live) {
  StoreTerms terms(time_to_live, summary->subject ? Retention::keep : Retention::expendable);
  terms.owner = owner_of(summary->subject);
  terms.former = StoreTerms::Former{version.size(), time_left, terms.owner};
  return store_.touch(std::move(key), std::move(terms));
}

RecordStore::Answer<EraseOutcome> RecordStore::erase_migrated_from(std::string key) {
  const bool possible = std::any_of(legacy_.begin(), legacy_.end(),
                                    [&](const Format* legacy) { return legacy->cookies->is_store_key(key); });
  // The ids of express can be any text, and its prefix may be empty: a key of this format is no legacy one.
  if (!possible || in_use_->is_store_key(key)) co_return EraseOutcome::absent;
  for (int attempt = 0; attempt < kMaxErasures; ++attempt) {
    auto loaded = co_await load(key);
    if (!loaded) co_return loaded.error();
    if (!*loaded || !is_legacy_session(key, (*loaded)->bytes)) co_return EraseOutcome::absent;
    auto erased = co_await store_.erase_if(key, (*loaded)->bytes);
    if (!erased) co_return erased.error();
    if (*erased == EraseIfOutcome::erased) co_return EraseOutcome::erased;
  }
  co_return StoreFailure(StoreFailure::Kind::contended, "another program kept writing a session that moved");
}

bool RecordStore::is_legacy_session(std::string_view key, const Bytes& bytes) const {
  static const WantedMembers all;
  return std::any_of(legacy_.begin(), legacy_.end(), [&](const Format* legacy) {
    return legacy->cookies->is_store_key(key) && legacy->records->decode_head(key, bytes.view(), all);
  });
}

RecordStore::Answer<ReplaceOutcome> RecordStore::renew_version(std::string key, Bytes version,
                                                               milliseconds time_left) {
  constexpr std::size_t kNonceBytes = 4;
  Bytes renewed(format_.respelled(version.view(), system_random().bytes(kNonceBytes)));
  StoreTerms terms(time_left);
  terms.owner = owner_of(key, version);
  terms.former = StoreTerms::Former{version.size(), time_left, terms.owner};
  return store_.replace(std::move(key), std::move(version), std::move(renewed), std::move(terms));
}

RecordStore::Answer<CopyOutcome> RecordStore::create_copy(std::string key, Bytes bytes, CopyTerms terms) {
  if (bytes.size() > max_load_bytes_) co_return CopyOutcome::unreadable;
  const auto record = format_.decode(key, bytes.view());
  if (!record) co_return CopyOutcome::unreadable;
  const std::optional<std::string> subject = identity().subject(record->attributes);
  RecordWrite write;
  write.bytes = std::move(bytes);
  write.has_subject = subject.has_value();
  write.owner = owner_of(subject);
  write.retention = write.has_subject ? Retention::keep : Retention::expendable;
  milliseconds left = terms.time_left;
  if (terms.as_policy_allows) {
    const Policy& policy_of_it = policy(write.has_subject, record->lifetime_name);
    const Age age{record->created, record->lifetime, record->end};
    left =
        std::min(left, session::time_to_live(policy_of_it, age, clock_.unix_now()).value_or(milliseconds(0)));
  }
  if (left <= milliseconds(0)) co_return CopyOutcome::expired;
  const auto created = co_await create(std::move(key), write, left);
  if (!created && has_room_problem(created.error(), write)) co_return CopyOutcome::no_room;
  if (!created) co_return created.error();
  co_return outcome_of(*created);
}

RecordStore::Answer<CopyOutcome> RecordStore::create_tombstone_copy(std::string key, std::string successor,
                                                                    milliseconds time_left) {
  const auto tombstone = format_.tombstone(successor);
  if (!tombstone) co_return CopyOutcome::unreadable;
  const milliseconds most = std::max<milliseconds>(kTombstoneTime, longest_absolute_timeout_);
  const milliseconds left = std::min(time_left, most);
  if (left <= milliseconds(0)) co_return CopyOutcome::expired;
  Bytes bytes(*tombstone);
  const auto created = co_await store_.create(std::move(key), std::move(bytes), left);
  if (!created) co_return created.error();
  co_return outcome_of(*created);
}

bool RecordStore::is_reserved(std::string_view key_behind_prefix) {
  return OwnerId::begins(key_behind_prefix) || key_behind_prefix.starts_with(kNote);
}

RecordStore::Answer<std::optional<std::string>> RecordStore::note(std::string prefix, std::string name) {
  const auto loaded = co_await load(prefix + kNote + name);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return std::optional<std::string>();
  co_return std::optional(std::string((*loaded)->bytes.view()));
}

RecordStore::Answer<void> RecordStore::keep_note(std::string prefix, std::string name, std::string text,
                                                 milliseconds time) {
  const std::string key = prefix + kNote + name;
  const Bytes bytes(text);
  for (int attempt = 0; attempt < kMaxNoteWrites; ++attempt) {
    const auto loaded = co_await load(key);
    if (!loaded) co_return loaded.error();
    if (!*loaded) {
      const auto created = co_await store_.create(key, bytes, time);
      if (!created) co_return created.error();
      if (*created == CreateOutcome::created) co_return Result<void, StoreFailure>();
      continue;
    }
    const auto replaced = co_await store_.replace(key, (*loaded)->bytes, bytes, time);
    if (!replaced) co_return replaced.error();
    if (*replaced == ReplaceOutcome::replaced) co_return Result<void, StoreFailure>();
  }
  co_return StoreFailure(StoreFailure::Kind::contended, "a note kept changing");
}

RecordStore::Answer<bool> RecordStore::take_lease(std::string subject, Bytes token, milliseconds time) {
  auto created = co_await store_.create(owners_.of(subject) + kLease, std::move(token), time);
  if (!created) co_return created.error();
  co_return *created == CreateOutcome::created;
}

RecordStore::Answer<EraseIfOutcome> RecordStore::release_lease(std::string subject, Bytes token) {
  return store_.erase_if(owners_.of(subject) + kLease, std::move(token));
}

RecordStore::Answer<bool> RecordStore::probe(std::string key) {
  constexpr milliseconds kProbeTime = seconds(10);
  const Bytes probe("ready");
  StoreTerms terms(kProbeTime);
  terms.owner = owners_.of(key);
  auto created = co_await store_.create(key, probe, terms);
  if (!created) co_return created.error();
  auto loaded = co_await load(key);
  if (!loaded) co_return loaded.error();
  auto erased = co_await store_.erase_if(key, probe, terms.owner);
  if (!erased) co_return erased.error();
  co_return *created == CreateOutcome::created&&* loaded &&
      (*loaded)->bytes == probe&&* erased == EraseIfOutcome::erased;
}

}  // namespace session
