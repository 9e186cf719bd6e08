#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/base/cache_budget.h"
#include "core/base/clock.h"
#include "core/base/set_associative_cache.h"
#include "core/format/record_format.h"
#include "core/identity/identity.h"
#include "core/record/policy.h"

namespace session {

// The part of a record that each check of a session needs. It is made once per record, because decoding 350
// bytes of JSON costs more than the rest of a check.
struct RecordSummary {
  // The record that it was made from, and a hash of its key: part of the summary is about this very session.
  // Empty if it was made of values (RecordCache::describe).
  Bytes record;
  std::size_t key_hash = 0;
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
  bool keep_data = false;  // keep RecordSummary::data
  // Shared with other caches. REQUIRES: not null.
  std::shared_ptr<CacheBudget> budget = std::make_shared<CacheBudget>(std::size_t{32} << 20);
};

// Decodes records, and caches their summaries, as many as the budget has room for.
//
// A summary can't be stale: it counts only for exactly the bytes that it was made from, and these come from
// the store each time. Not thread-safe: each thread has its own.
class RecordCache {
 public:
  using Summary = RecordSummaryPtr;

  RecordCache(const RecordFormat& format, std::shared_ptr<const Identity> identity,
              RecordCacheOptions options);

  // Returns the summary of the record that `key` holds, or why it can't be decoded.
  [[nodiscard]] Result<Summary, RejectReason> summary(const std::string& key, const Bytes& bytes);
  // The summary that it remembers of the record that `key` held last; nullptr: none. Only the summary of the
  // bytes that the key holds now says what counts.
  [[nodiscard]] Summary remembered(const std::string& key) const;
  // Makes the summary of a record with these values, without RecordSummary::data.
  [[nodiscard]] std::shared_ptr<RecordSummary> describe(const RecordHead& head) const;

  [[nodiscard]] const std::shared_ptr<const Identity>& identity() const { return identity_; }
  // How many bytes of the budget it uses, approximately.
  [[nodiscard]] std::size_t remembered_bytes() const { return cache_.held_bytes(); }
  // Empties the cache, and frees its memory.
  void release() { cache_.release(); }

 private:
  [[nodiscard]] Result<Summary, RejectReason> summarize(const std::string& key, std::size_t key_hash,
                                                        const Bytes& bytes) const;

  const RecordFormat& format_;
  std::shared_ptr<const Identity> identity_;
  bool keep_data_;
  // By 32 bits of the hash of the key. The summary has all 64, so that sessions with equal records are told
  // apart; the key itself is not needed.
  SetAssociativeCache<Summary> cache_;
};

}  // namespace session
