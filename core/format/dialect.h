#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/format/record.h"
#include "core/format/reject_reason.h"
#include "core/json/partial_json.h"

namespace session {

// A cookie that verified.
struct VerifiedCookie {
  std::string id;         // the session's id: secret, never logged
  std::string store_key;  // where the store keeps its record
  // Unix time of the id's making; nullopt: the cookie does not say.
  std::optional<seconds> issued = {};
  bool outdated = false;  // signed by an older key: to be issued again under the first
};

// How a cookie becomes a store key and back, and how a record is read and written. A site that moves from
// another session library does so by choosing that library's dialect.
// Not thread-safe: one per thread, made from the same settings.
class Dialect {
 public:
  virtual ~Dialect() = default;

  // Checks one cookie value. No I/O; constant-time where it compares secrets.
  [[nodiscard]] virtual Result<VerifiedCookie, RejectReason> verify(std::string_view value) = 0;
  // The cookie value for an id; verify accepts it.
  [[nodiscard]] virtual std::string cookie(std::string_view id, seconds issued) = 0;

  // An id that nobody can guess.
  [[nodiscard]] virtual std::string new_id() = 0;
  // Where the store keeps this id's record. What stands in the store can't be turned into a cookie.
  [[nodiscard]] virtual std::string store_key(std::string_view id) const = 0;

  // Brings what the format keeps beside the attributes up to date in a record that is about to be written, or
  // makes it in a new one. `now` is Unix time.
  virtual void complete(Record& /*record*/, seconds /*now*/) const {}
  // Whether an attribute of that name has no place in a record, because the format uses the name itself.
  [[nodiscard]] virtual bool reserves(std::string_view /*attribute*/) const { return false; }
  // REQUIRES: complete() was called.
  [[nodiscard]] virtual std::string encode(const Record& record) const = 0;
  // The record, or `revoked` for a tombstone, `unknown` for what stands for no session, `malformed` for what
  // this dialect did not write.
  [[nodiscard]] virtual Result<Record, RejectReason> decode(std::string_view bytes) const = 0;
  // The same, but the record need not have attributes that are not wanted: to be looked at, and never to be
  // written.
  [[nodiscard]] virtual Result<Record, RejectReason> decode_wanted(std::string_view bytes,
                                                                   const WantedMembers& /*wanted*/) const {
    return decode(bytes);
  }

  // What stands for a short while in place of a record whose id was replaced, so that requests still under
  // way with the old cookie are told so. nullopt: the format has no room for that, and the key is erased.
  // An empty successor says that the session ended: decode() calls that `unknown`.
  [[nodiscard]] virtual std::optional<std::string> tombstone(std::string_view successor) const = 0;
  // The store key that a tombstone names; empty for all other bytes.
  [[nodiscard]] virtual std::string successor(std::string_view bytes) const = 0;
};

}  // namespace session
