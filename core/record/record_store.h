#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/task.h"
#include "core/format/format.h"
#include "core/format/record_format.h"
#include "core/record/owner_id.h"
#include "core/record/policy.h"
#include "core/record/record_cache.h"
#include "core/store/store.h"

namespace session {

// How long a replaced id keeps its tombstone: longer than a request that carries the id can take.
inline constexpr milliseconds kTombstoneTime = seconds(60);

// A record without an end is listed (RecordStore::list) as one that lives so long.
inline constexpr milliseconds kLongestListed = std::chrono::hours(24 * 365 * 100);

// A record as the store held it at one moment: its bytes and its remaining time. The bytes serve as its
// version: a write passes the version that it replaces, and changes nothing if the store holds another one.
using StoredRecord = Entry;

// A record that is ready to be written under a key.
struct RecordWrite {
  Record record;
  Bytes bytes;
  bool has_subject = false;
  std::string owner;                      // the subject's name in the store (OwnerId); empty: it has none
  Retention retention = Retention::keep;  // expendable: it has no subject
  // The time to live from now on; nullopt: the session has expired, and the record can't be written.
  std::optional<milliseconds> time_to_live = {};
};

// How a store keeps a tombstone.
struct TombstoneTerms {
  Retention retention = Retention::keep;
  std::optional<milliseconds> time_left = {};  // of the record that it replaces
  milliseconds time_to_live = kTombstoneTime;
};

// What became of a record that another store has had (RecordStore::create_copy).
enum class CopyOutcome {
  created,
  exists,      // the key holds something, which stays
  expired,     // there is no time left
  unreadable,  // it is no record of this format, or too large to be read
  no_room,     // it has no subject, and the share of those in the store is used up
};

// How a copy is kept.
struct CopyTerms {
  milliseconds time_left{};  // what it has; milliseconds::max(): no end
  // Only the gateway writes such records, so that none can have more time than the policy gives it.
  bool as_policy_allows = true;
};

// The records of one format in a store. This is the only caller of Store, so that everything that concerns
// all records is in one place, such as encoding, caching, and whose each record is: every write names the
// owner of the record, and of the one that it replaces (Store::owned).
//
// Not thread-safe: each thread has its own over the same store. Errors: StoreFailure if the store did not
// answer, never for an absent record.
class RecordStore {
 public:
  template <class T>
  using Answer = Store::Answer<T>;
  using Summary = RecordCache::Summary;

  // Loads no record above max_readable_bytes(policy) whose bytes the store would have to transfer: such a
  // record is `malformed`. `store`, `format` and `clock` must outlive it.
  RecordStore(Store& store, const RecordFormat& format, std::shared_ptr<const Identity> identity,
              const Policy& policy, RecordCacheOptions cache, const Clock& clock);

  // Names a legacy format whose sessions migrate to these records. Both formats must outlive this object.
  // `in_use` is the format of these records.
  void allow_migration(const CookieFormat& in_use, const Format& legacy);

  // Has the store list records by subject from now on. `others_write`: other programs write records of this
  // format, which are listed when they are read (list_if_new).
  void list_by_subject(OwnerId owners, bool others_write);

  // --- What the store holds ---

  // Loads a record. nullopt: the key holds nothing, or the record has expired. Its time left may be unknown
  // if it is not asked for.
  Answer<std::optional<StoredRecord>> load(std::string key, bool time_left = true,
                                           LoadTerms::Copy copy = LoadTerms::Copy::refused) {
    return store_.load(std::move(key), LoadTerms{max_load_bytes_, time_left, copy});
  }
  // The summary of a record that `key` was found to hold, if no touch of it can be due yet; else nullptr.
  // Whoever loads that very record need not ask for its time left, if that costs the store anything. It is
  // another record if summary() returns another summary: a write has come between, and the time left is not
  // known.
  [[nodiscard]] Summary resting(const std::string& key) const;
  // Notes that no touch of a record is due for that time, at most Policy::touch_every. If another program or
  // gateway shortens the record's time to live meanwhile, a touch is late by no more than that.
  void note_rest(const RecordSummary& summary, milliseconds rest) const;
  // Returns what a check needs of a record, or why the record can't be used: `revoked` and `unknown` for
  // tombstones, `malformed` for bytes that are no record of this format.
  [[nodiscard]] Result<Summary, RejectReason> summary(const std::string& key, const Bytes& version) {
    return cache_.summary(key, version);
  }
  // Returns the whole record, to change and write it.
  [[nodiscard]] Result<Record, RejectReason> decode(std::string_view key, const Bytes& version) const {
    return format_.decode(key, version.view());
  }
  // Where the last login came from; empty texts: not recorded. Decodes the record, since a check never asks.
  [[nodiscard]] ClientFacts client_of(std::string_view key, const Bytes& version) const;
  // The store key that a tombstone names; empty for all other records.
  [[nodiscard]] std::string successor(const Bytes& version) const {
    return format_.successor(version.view());
  }

  // --- Whose records they are ---

  // The keys of records that a subject may have, without repeats, at most `max` (or as many for each former
  // key of OwnerId). They may name what is gone or not there yet, and what is another subject's: the record
  // decides.
  Answer<std::vector<std::string>> keys_of(std::string subject, std::size_t max);
  // Removes a key from keys_of(), unless it has a record of this subject, which is returned: a login may have
  // created it meanwhile. One that was listed within the last minute stays (Store::disown).
  Answer<std::optional<StoredRecord>> unlist(std::string key, std::string subject);
  // Lists a record that another program may have written. Costs nothing for formats that only the gateway
  // writes, and little if it is listed already. A failure is no error: the next read repeats it.
  [[nodiscard]] bool must_list(const Summary& summary, milliseconds time_left) const {
    return others_write_ && summary->subject &&
           clock_.unix_now() + std::min(time_left, kLongestListed) > summary->listed_until;
  }
  Task<void> list(std::string key, Summary summary, milliseconds time_left);
  // Keys of the store (Store::keys), also of what is no record of this format.
  Answer<KeyPage> keys(std::string cursor, std::size_t max) { return store_.keys(std::move(cursor), max); }

  // --- Writes ---

  // Completes and encodes a record. No I/O.
  [[nodiscard]] RecordWrite prepare(std::string_view key, Record record);
  // Returns what summary() will return for the record once it is written.
  [[nodiscard]] Summary summary_of(const Record& record) const { return cache_.describe(record); }

  // `exists` and `mismatch` mean that nothing was changed.
  // `time_left` is that of the version that is replaced, as it was last loaded or written: a store that
  // bounds the expendable records needs it.
  // `too_many`: the subject has as many as the limit says, of which some may have just ended.
  Answer<CreateOutcome> create(std::string key, const RecordWrite& write, milliseconds time_to_live,
                               std::optional<StoreTerms::OwnerLimit> limit = {});
  Answer<ReplaceOutcome> replace(std::string key, Bytes version, const RecordWrite& write,
                                 milliseconds time_to_live, std::optional<milliseconds> time_left = {});

  // Replaces a record with a tombstone that names its successor, or erases it if the format has no
  // tombstones. `mismatch`: the store held another version, and nothing was changed.
  Answer<ReplaceOutcome> replace_with_tombstone(std::string key, Bytes version, std::string_view successor,
                                                TombstoneTerms kept = {});
  // Whether a replaced id leaves a tombstone.
  [[nodiscard]] bool leaves_tombstones() const { return format_.tombstone({}).has_value(); }

  // Ends the session of a record if `key` still holds that version. For a migrated session, it also erases
  // the record under the former key and leaves a tombstone, so that a request that is just migrating the
  // session can't create it again.
  Answer<EraseIfOutcome> end(std::string key, Bytes version, std::optional<std::string> migrated_from);

  // Leaves a tombstone for a minute under a key that no record has yet, but that a request may be about to
  // migrate a session to that ends. `exists`: there is something, and it stays.
  Answer<CreateOutcome> refuse_migration(std::string key);

  // Erases the legacy record under a key that a record names (RecordHead::migrated_from). Erases only a
  // session of a legacy format, under a key that this format can have, because whoever writes one record must
  // not be able to erase others: anything else is reported as `absent`. For any other key the store is not
  // asked.
  Answer<EraseOutcome> erase_migrated_from(std::string key);

  // Erases whatever the key holds, or only that version. `owner` is the record's (RecordWrite::owner), as far
  // as the caller knows: without it the key may be listed for a while.
  Answer<EraseOutcome> erase(std::string key, std::string owner = {}) {
    return store_.erase(std::move(key), std::move(owner));
  }
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes version);
  // Sets the time to live of a record, of which this is the summary, and `time_left` what it has; never
  // brings an expired record back. `full`: a session without a subject has no room to live longer, and keeps
  // its end.
  Answer<TouchOutcome> touch(std::string key, const Bytes& version, const Summary& summary,
                             milliseconds time_left, milliseconds time_to_live);
  // The same for a tombstone.
  Answer<TouchOutcome> touch_tombstone(std::string key) {
    return store_.touch(std::move(key), StoreTerms(kTombstoneTime));
  }

  // Gives a record other bytes that stand for the same, so that every write fails as `mismatch` that was to
  // replace that version.
  Answer<ReplaceOutcome> renew_version(std::string key, Bytes version, milliseconds time_left);

  // Creates a record with exactly these bytes. Whose it is, and whether it is expendable, they say
  // themselves.
  Answer<CopyOutcome> create_copy(std::string key, Bytes bytes, CopyTerms terms);
  // The same for a tombstone that names `successor`; empty: that of a session that ended.
  Answer<CopyOutcome> create_tombstone_copy(std::string key, std::string successor, milliseconds time_left);
  // Whether what the gateway keeps beside records has such a key, without the prefix of the format: lists of
  // owners, leases and notes. No record is ever written there.
  [[nodiscard]] static bool is_reserved(std::string_view key_behind_prefix);

  // Keeps a text for that time, in place of a former one under that name; nullopt: there is none. `prefix` is
  // that of the format.
  Answer<std::optional<std::string>> note(std::string prefix, std::string name);
  Answer<void> keep_note(std::string prefix, std::string name, std::string text, milliseconds time);

  // Takes the right to end sessions of a subject because they are too many, which one login at a time has, at
  // any gateway. False: another has it. It runs out after that time.
  Answer<bool> take_lease(std::string subject, Bytes token, milliseconds time);
  Answer<EraseIfOutcome> release_lease(std::string subject, Bytes token);

  // Tries every operation that requests need, under a key that no session has, because a store may serve
  // reads and reject writes. Returns false if the store answered, but lost what was written.
  Answer<bool> probe(std::string key);

  // --- What it works with ---

  [[nodiscard]] const RecordFormat& format() const { return format_; }
  // The policy of sessions that have a subject, or none. A lifetime counts only for those with a subject; a
  // name that is not configured (any more) counts as none.
  [[nodiscard]] const Policy& policy(bool has_subject = true, std::string_view lifetime = {}) const {
    if (!has_subject) return anonymous_;
    return lifetime.empty() ? policy_ : named_policy(lifetime);
  }
  // The age that no session can have, whatever its lifetime is.
  [[nodiscard]] seconds longest_absolute_timeout() const { return longest_absolute_timeout_; }
  [[nodiscard]] const Identity& identity() const { return *cache_.identity(); }
  [[nodiscard]] const std::shared_ptr<const Identity>& shared_identity() const { return cache_.identity(); }
  // Empties the cache of summaries.
  void release_cache() { cache_.release(); }

 private:
  [[nodiscard]] const Policy& named_policy(std::string_view lifetime) const;
  // The owner of a record; empty: it has none.
  [[nodiscard]] std::string owner_of(const std::string& key, const Bytes& version);
  [[nodiscard]] std::string owner_of(const std::optional<std::string>& subject) {
    return subject ? owners_.of(*subject) : std::string();
  }
  // Whether a legacy format can have the key, and the bytes are a session of it.
  [[nodiscard]] bool is_legacy_session(std::string_view key, const Bytes& bytes) const;

  Store& store_;
  const bool time_left_costs_;
  const RecordFormat& format_;
  Policy policy_;
  Policy anonymous_;
  std::map<std::string, Policy, std::less<>> named_;  // by the names of policy_.lifetimes
  seconds longest_absolute_timeout_;
  std::size_t max_load_bytes_;
  RecordCache cache_;
  const Clock& clock_;
  OwnerId owners_ = OwnerId(std::vector<Secret>());
  bool others_write_ = false;
  const CookieFormat* in_use_ = nullptr;    // set if a legacy format is allowed
  std::vector<const Format*> legacy_ = {};  // whose sessions migrate to these records
};

}  // namespace session
