#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/admission_policy.h"
#include "core/base/bytes.h"
#include "core/base/cache_budget.h"
#include "core/format/record_format.h"
#include "core/identity/identity.h"
#include "core/record/policy.h"

namespace session {

// What every check of a session needs, worked out once per record: decoding 350 bytes of JSON costs more than
// all else in a check together.
struct RecordSummary {
  Age age;
  std::optional<std::string> migrated_from;  // RecordHead::migrated_from
  std::optional<std::string> subject;
  std::string identity;      // header lines, from Identity::headers
  std::optional<Json> data;  // the attributes; kept only if asked for (rules read them)
};

using RecordSummaryPtr = std::shared_ptr<const RecordSummary>;

struct RecordCacheOptions {
  std::size_t slots = 16384;  // a power of two
  bool keep_data = false;     // keep RecordSummary::data
  // Shared with other caches. REQUIRES: not null.
  std::shared_ptr<CacheBudget> budget = std::make_shared<CacheBudget>(std::size_t{32} << 20);
};

// Decodes records, and remembers the summaries of some: as many as the budget has room for, and rather of
// those that it meets often.
//
// A summary can't be stale: it counts only for the very bytes that it was made from, and those come from the
// store every time. Not thread-safe: one per thread.
class RecordCache {
  // Of the key there is only a hash, to pick the slot, and to see without looking at the bytes that they are
  // another session's: what is made of equal bytes is equal, whoever's they are.
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

  // The summary of the record that `key` holds, or why it can't be read.
  [[nodiscard]] Result<Summary, RejectReason> summary(const std::string& key, const Bytes& bytes);
  // What summary() says of a record with these values, without RecordSummary::data.
  [[nodiscard]] std::shared_ptr<RecordSummary> describe(const RecordHead& head) const;

  [[nodiscard]] const std::shared_ptr<const Identity>& identity() const { return identity_; }
  // About how many bytes it holds of the budget.
  [[nodiscard]] std::size_t remembered_bytes() const { return held_; }
  // Forgets everything, and gives its memory back.
  void release();
  // What a table of so many slots takes, without what is in it.
  [[nodiscard]] static std::size_t table_bytes(std::size_t slots) { return slots * sizeof(Slot); }

 private:
  [[nodiscard]] Result<Summary, RejectReason> summarize(const std::string& key, const Bytes& bytes) const;
  void remember(Slot& slot, std::size_t key_hash, const Bytes& bytes, Summary summary);
  void forget(Slot& slot);
  // Forgets the next entry, in the order of the table. Returns false if there is none.
  bool forget_next();
  // Reserves that many bytes, and forgets entries for them. Returns false, and forgets nothing, if they would
  // not be enough: the room belongs to other caches.
  [[nodiscard]] bool make_room(std::size_t bytes);
  // Whether there is a table to remember in; makes one if there is room for it.
  [[nodiscard]] bool has_table();

  const RecordFormat& format_;
  std::shared_ptr<const Identity> identity_;
  RecordCacheOptions options_;
  std::vector<Slot> slots_;  // empty: nothing is remembered
  AdmissionPolicy admission_;
  std::size_t held_ = 0;
  std::size_t entries_ = 0;  // slots in use
  std::size_t hand_ = 0;     // the slot to be forgotten next when room is needed
};

}  // namespace session
