#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/task.h"
#include "core/format/record_format.h"
#include "core/record/policy.h"
#include "core/record/record_cache.h"
#include "core/store/store.h"

namespace session {

// How long an id that was replaced is remembered as such: longer than a request that carries it can be under
// way.
inline constexpr milliseconds kTombstoneTime = seconds(60);

// A record as the store held it at one moment: its bytes, and for how long still. The bytes are its version:
// a write names the version that it replaces, and changes nothing if the store holds another one.
using StoredRecord = Entry;

// A record that is ready to be written under a key.
struct RecordWrite {
  Record record;
  Bytes bytes;
  // What it lives for from now on; nullopt: it is over already, and can't be written.
  std::optional<milliseconds> time_to_live = {};
};

// The records of one format in a store: the only caller of Store, so that whatever concerns every record has
// one place (what it is encoded as, what is remembered of it, and later what is indexed and what is sealed).
//
// Not thread-safe: one per thread over the same store. Errors: StoreFailure when the store can't say, never
// for absence.
class RecordStore {
 public:
  template <class T>
  using Answer = Store::Answer<T>;
  using Summary = RecordCache::Summary;

  // They outlive it.
  RecordStore(Store& store, const RecordFormat& format, std::shared_ptr<const Identity> identity,
              const Policy& policy, RecordCacheOptions cache, const Clock& clock);

  // --- What the store holds ---

  // nullopt: nothing, or something that has expired.
  Answer<std::optional<StoredRecord>> load(std::string key) { return store_.load(std::move(key)); }
  // What a check needs of a record; or why it can't be used: `revoked` and `unknown` for tombstones,
  // `malformed` for what is no record of this format.
  [[nodiscard]] Result<Summary, RejectReason> summary(const std::string& key, const Bytes& version) {
    return cache_.summary(key, version);
  }
  // All of it, to be changed and written.
  [[nodiscard]] Result<Record, RejectReason> decode(std::string_view key, const Bytes& version) const {
    return format_.decode(key, version.view());
  }
  // The store key that a tombstone names; empty for all other records.
  [[nodiscard]] std::string successor(const Bytes& version) const {
    return format_.successor(version.view());
  }

  // --- Writes ---

  // Completes and encodes a record. No I/O.
  [[nodiscard]] RecordWrite prepare(std::string_view key, Record record) const;
  // What summary() would say of it once it is written.
  [[nodiscard]] Summary summary_of(const Record& record) const { return cache_.describe(record); }

  // `exists` and `mismatch`: nothing was changed.
  Answer<CreateOutcome> create(std::string key, const RecordWrite& write, milliseconds time_to_live);
  Answer<ReplaceOutcome> replace(std::string key, Bytes version, const RecordWrite& write,
                                 milliseconds time_to_live);

  // Puts a tombstone in a record's place, which names its successor and lives for kTombstoneTime; where the
  // format has none, erases the record. `mismatch`: the store did not hold that version, and nothing was
  // changed.
  Answer<ReplaceOutcome> replace_with_tombstone(std::string key, Bytes version, std::string_view successor);
  // Whether a replaced id leaves a tombstone.
  [[nodiscard]] bool leaves_tombstones() const { return format_.tombstone({}).has_value(); }

  // Ends the session of a record if `key` still holds that version. One that was migrated takes along what
  // may be left of it under its former key, and leaves a tombstone: a request that is still migrating it
  // can't begin it anew.
  Answer<EraseIfOutcome> end(std::string key, Bytes version, std::optional<std::string> migrated_from);

  // Removes whatever the key holds, or only that version.
  Answer<EraseOutcome> erase(std::string key) { return store_.erase(std::move(key)); }
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes version) {
    return store_.erase_if(std::move(key), std::move(version));
  }
  // Sets the time to live; never brings an expired record back.
  Answer<TouchOutcome> touch(std::string key, milliseconds time_to_live) {
    return store_.touch(std::move(key), time_to_live);
  }

  // Does everything that requests ask of the store, under a key that no session has: a store may well answer
  // reads and refuse the rest. False: it answered, and lost what was written.
  Answer<bool> probe(std::string key);

  // --- What it works with ---

  [[nodiscard]] const RecordFormat& format() const { return format_; }
  [[nodiscard]] const Policy& policy() const { return policy_; }
  [[nodiscard]] const Identity& identity() const { return *cache_.identity(); }
  [[nodiscard]] const std::shared_ptr<const Identity>& shared_identity() const { return cache_.identity(); }
  // Forgets what is remembered of records.
  void release_cache() { cache_.release(); }

 private:
  Store& store_;
  const RecordFormat& format_;
  Policy policy_;
  RecordCache cache_;
  const Clock& clock_;
};

}  // namespace session
