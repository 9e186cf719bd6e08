#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/admission_policy.h"
#include "core/base/bytes.h"
#include "core/base/cache_budget.h"
#include "core/base/clock.h"
#include "core/format/record_format.h"
#include "core/identity/identity.h"
#include "core/record/policy.h"

namespace session {

// The part of a record that each check of a session needs. It is made once per record, because decoding 350
// bytes of JSON costs more than the rest of a check.
struct RecordSummary {
  Age age;
  std::optional<std::string> migrated_from;  // RecordHead::migrated_from
  std::optional<std::string> subject;
  std::optional<seconds> authenticated;  // LoginFacts::authenticated
  std::string lifetime_name;             // RecordHead::lifetime_name
  std::string identity;                  // header lines, from Identity::headers
  std::optional<Json> data;              // the attributes; kept only if asked for (rules read them)
  // No touch is due before (RecordStore::note_rest), as far as this thread knows, which updates it.
  mutable Clock::Steady rests_until{};
  mutable bool was_loaded = false;  // with its time left, and is remembered since
  // Unix time until which the store's list of the subject's keys is known to have the record. Only for
  // records that others write; the one thread of the cache updates it.
  mutable milliseconds listed_until{};
};

using RecordSummaryPtr = std::shared_ptr<const RecordSummary>;

struct RecordCacheOptions {
  std::size_t slots = 16384;  // a power of two
  bool keep_data = false;     // keep RecordSummary::data
  // Shared with other caches. REQUIRES: not null.
  std::shared_ptr<CacheBudget> budget = std::make_shared<CacheBudget>(std::size_t{32} << 20);
};

// Decodes records, and caches their summaries: as many as the budget has room for, and preferably those of
// records that are checked often.
//
// A summary can't be stale: it counts only for exactly the bytes that it was made from, and these come from
// the store each time. Not thread-safe: each thread has its own.
class RecordCache {
  // The hash of the key picks the slot, and a different hash rules out a hit before any bytes are compared.
  // The key itself is not needed, because equal bytes have equal summaries.
  struct Slot {
    std::size_t key_hash = 0;
    Bytes bytes;
    RecordSummaryPtr summary;
    std::size_t cost = 0;
  };

 public:
  using Summary = RecordSummaryPtr;

  RecordCache(const RecordFormat& format, std::shared_ptr<const Identity> identity,
              RecordCacheOptions options);
  ~RecordCache();
  RecordCache(const RecordCache&) = delete;
  RecordCache& operator=(const RecordCache&) = delete;

  // Returns the summary of the record that `key` holds, or why it can't be decoded.
  [[nodiscard]] Result<Summary, RejectReason> summary(const std::string& key, const Bytes& bytes);
  // The summary that it remembers of the record that `key` held last; nullptr: none. Only the summary of the
  // bytes that the key holds now says what counts.
  [[nodiscard]] Summary remembered(const std::string& key) const;
  // Makes the summary of a record with these values, without RecordSummary::data.
  [[nodiscard]] std::shared_ptr<RecordSummary> describe(const RecordHead& head) const;

  [[nodiscard]] const std::shared_ptr<const Identity>& identity() const { return identity_; }
  // How many bytes of the budget it uses, approximately.
  [[nodiscard]] std::size_t remembered_bytes() const { return held_; }
  // Empties the cache, and frees its memory.
  void release();
  // The size of a table with this number of slots, without the entries.
  [[nodiscard]] static std::size_t table_bytes(std::size_t slots) { return slots * sizeof(Slot); }

 private:
  [[nodiscard]] Result<Summary, RejectReason> summarize(const std::string& key, const Bytes& bytes) const;
  void remember(Slot& slot, std::size_t key_hash, const Bytes& bytes, Summary summary);
  void forget(Slot& slot);
  // Forgets the next entry, in the order of the table. Returns false if there is none.
  bool forget_next();
  // Reserves that many bytes, and forgets entries for them. Returns false, and forgets nothing, if its own
  // entries would not free enough because other caches hold the room.
  [[nodiscard]] bool make_room(std::size_t bytes);
  // Returns true if there is a table; makes one if the budget has room for it.
  [[nodiscard]] bool has_table();

  const RecordFormat& format_;
  std::shared_ptr<const Identity> identity_;
  RecordCacheOptions options_;
  std::vector<Slot> slots_;  // empty: there is no table
  AdmissionPolicy admission_;
  std::size_t held_ = 0;
  std::size_t entries_ = 0;  // slots in use
  std::size_t hand_ = 0;     // the slot to be forgotten next when room is needed
};

}  // namespace session
