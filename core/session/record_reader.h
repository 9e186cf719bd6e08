#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/auth/identity.h"
#include "core/auth/rules.h"
#include "core/bytes.h"
#include "core/dialect/dialect.h"

namespace session {

// What every check of a session needs, worked out once per record: decoding 350 bytes of JSON costs more than
// all else in a check together.
struct RecordSummary {
  seconds created{};
  std::optional<std::string> subject;
  std::string identity;  // header lines, from Identity::headers
};

// Decodes records, and remembers the summaries of those it met last.
//
// The memory can't be stale: a summary counts only for the very bytes that it was made from, and those come from the
// store every time.
// Not thread-safe: one per thread.
class RecordReader {
 public:
  // Remembers at most `slots` (a power of two) summaries, of which each replaces an older one.
  RecordReader(const Dialect& dialect, std::shared_ptr<const Identity> identity, std::size_t slots);

  using Summary = std::shared_ptr<const RecordSummary>;

  // The summary of the record that `key` holds, or why it can't be read.
  [[nodiscard]] Result<Summary, Refusal> summary(const std::string& key, const Bytes& bytes);
  // The whole record.
  [[nodiscard]] Result<Record, Refusal> record(const Bytes& bytes) const { return dialect_.decode(bytes.view()); }

  [[nodiscard]] const Identity& identity() const { return *identity_; }

 private:
  struct Slot {
    std::string key;
    Bytes bytes;
    Summary summary;
  };
  Slot& slot_of(const std::string& key);

  const Dialect& dialect_;
  std::shared_ptr<const Identity> identity_;
  std::vector<Slot> slots_;
};

}  // namespace session
