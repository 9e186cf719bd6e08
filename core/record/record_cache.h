#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/admission_policy.h"
#include "core/base/bytes.h"
#include "core/format/dialect.h"
#include "core/identity/identity.h"
#include "core/record/policy.h"

namespace session {

// What every check of a session needs, worked out once per record: decoding 350 bytes of JSON costs more than
// all else in a check together.
struct RecordSummary {
  Age age;
  Json format_fields;  // Record::format_fields
  std::optional<std::string> subject;
  std::string identity;      // header lines, from Identity::headers
  std::optional<Json> data;  // the attributes; kept only if asked for (rules read them)
};

struct RecordCacheOptions {
  std::size_t slots = 16384;                  // a power of two
  std::size_t bytes = std::size_t{32} << 20;  // of records and summaries together, about
  bool keep_data = false;                     // keep RecordSummary::data
};

// Decodes records, and remembers the summaries of some: as many as there is room for, and rather of those
// that it meets often.
//
// The memory can't be stale: a summary counts only for the very bytes that it was made from, and those come
// from the store every time. Not thread-safe: one per thread.
class RecordCache {
 public:
  using Summary = std::shared_ptr<const RecordSummary>;

  RecordCache(const Dialect& dialect, std::shared_ptr<const Identity> identity, RecordCacheOptions memory);

  // The summary of the record that `key` holds, or why it can't be read.
  [[nodiscard]] Result<Summary, RejectReason> summary(const std::string& key, const Bytes& bytes);
  // The whole record.
  [[nodiscard]] Result<Record, RejectReason> record(const Bytes& bytes) const {
    return dialect_.decode(bytes.view());
  }

  [[nodiscard]] const Identity& identity() const { return *identity_; }
  // About how many bytes it remembers: at most RecordCacheOptions::bytes.
  [[nodiscard]] std::size_t remembered_bytes() const { return held_; }

 private:
  // Of the key there is only a hash, to pick the slot, and to see without looking at the bytes that they are
  // another session's: what is made of equal bytes is equal, whoever's they are.
  struct Slot {
    std::size_t key_hash = 0;
    Bytes bytes;
    Summary summary;
    std::size_t cost = 0;
  };
  void remember(Slot& slot, std::size_t key_hash, const Bytes& bytes, Summary summary);
  void forget(Slot& slot);

  const Dialect& dialect_;
  std::shared_ptr<const Identity> identity_;
  RecordCacheOptions limits_;
  std::vector<Slot> slots_;
  AdmissionPolicy admission_;
  std::size_t held_ = 0;
  std::size_t hand_ = 0;  // the slot to be forgotten next when room is needed
};

}  // namespace session
