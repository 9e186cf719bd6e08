#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/format/record.h"
#include "core/format/reject_reason.h"
#include "core/json/partial_json.h"

namespace session {

// Encodes records as the bytes that the store holds, and decodes them. Each call gets the store key, so that
// a format can bind the bytes to it. Not thread-safe: one per thread, made from the same settings.
class RecordFormat {
 public:
  virtual ~RecordFormat() = default;

  // Updates the members that the format keeps beside the attributes in a record that is about to be written,
  // or makes them in a new one. `now` is Unix time.
  virtual void complete(Record& /*record*/, seconds /*now*/) const {}
  // Whether no attribute can have that name, because the format uses it itself.
  [[nodiscard]] virtual bool reserves(std::string_view /*attribute*/) const { return false; }

  // REQUIRES: complete() was called.
  [[nodiscard]] virtual std::string encode(std::string_view key, const Record& record) const = 0;
  // Returns the record. `revoked`: a tombstone that names a successor. `unknown`: bytes that stand for no
  // session. `malformed`: bytes that this format did not write.
  [[nodiscard]] virtual Result<Record, RejectReason> decode(std::string_view key,
                                                            std::string_view bytes) const = 0;
  // The same, but with the wanted attributes only. It may return others too, if that is no more work.
  [[nodiscard]] virtual Result<RecordHead, RejectReason> decode_head(std::string_view key,
                                                                     std::string_view bytes,
                                                                     const WantedMembers& wanted) const = 0;

  // Returns the tombstone that replaces the record of a replaced id for a short time, so that requests in
  // progress with the old cookie are refused as `revoked`. nullopt: the format has no tombstones
  // (FormatCapabilities::tombstones), and the record is erased instead. An empty successor means that the
  // session ended: decode() returns `unknown` for it.
  [[nodiscard]] virtual std::optional<std::string> tombstone(std::string_view /*successor*/) const {
    return std::nullopt;
  }
  // Returns other bytes for the record that `bytes` are, with the same meaning for whoever reads them.
  // `nonce`: four random bytes, which the result depends on. This one is for JSON: it ends in white space.
  [[nodiscard]] virtual std::string respelled(std::string_view bytes, std::string_view nonce) const;

  // The store key that a tombstone names; empty for all other bytes.
  [[nodiscard]] virtual std::string successor(std::string_view /*bytes*/) const { return {}; }
};

}  // namespace session
