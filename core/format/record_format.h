#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/format/record.h"
#include "core/format/reject_reason.h"
#include "core/json/partial_json.h"

namespace session {

// How a record becomes the bytes that the store holds, and back. The store key goes along, so that a format
// can bind the bytes to it. Not thread-safe: one per thread, made from the same settings.
class RecordFormat {
 public:
  virtual ~RecordFormat() = default;

  // Brings what the format keeps beside the attributes up to date in a record that is about to be written, or
  // makes it in a new one. `now` is Unix time.
  virtual void complete(Record& /*record*/, seconds /*now*/) const {}
  // Whether an attribute of that name has no place in a record, because the format uses the name itself.
  [[nodiscard]] virtual bool reserves(std::string_view /*attribute*/) const { return false; }

  // REQUIRES: complete() was called.
  [[nodiscard]] virtual std::string encode(std::string_view key, const Record& record) const = 0;
  // The record, or `revoked` for a tombstone that names a successor, `unknown` for what stands for no
  // session, `malformed` for what this format did not write.
  [[nodiscard]] virtual Result<Record, RejectReason> decode(std::string_view key,
                                                            std::string_view bytes) const = 0;
  // The same, but only with those attributes that are wanted, or with more of them where that is no more
  // work.
  [[nodiscard]] virtual Result<RecordHead, RejectReason> decode_head(std::string_view key,
                                                                     std::string_view bytes,
                                                                     const WantedMembers& wanted) const = 0;

  // What stands for a short while in place of a record whose id was replaced, so that requests still under
  // way with the old cookie are told so. nullopt: the format has no room for that
  // (FormatCapabilities::tombstones), and the key is erased. An empty successor says that the session ended:
  // decode() calls that `unknown`.
  [[nodiscard]] virtual std::optional<std::string> tombstone(std::string_view /*successor*/) const {
    return std::nullopt;
  }
  // The store key that a tombstone names; empty for all other bytes.
  [[nodiscard]] virtual std::string successor(std::string_view /*bytes*/) const { return {}; }
};

}  // namespace session
