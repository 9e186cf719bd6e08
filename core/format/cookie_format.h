#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/format/reject_reason.h"

namespace session {

// A cookie that verified.
struct VerifiedCookie {
  std::string id;         // the session's id: secret, never logged
  std::string store_key;  // the store key of its record
  // Unix time when the id was issued; nullopt: the cookie does not contain it.
  std::optional<seconds> issued = {};
  bool outdated = false;  // signed by an older key, so it is issued again under the first
};

// Converts a cookie's value to a session id and its store key, and back. Not thread-safe: one per thread,
// made from the same settings.
class CookieFormat {
 public:
  virtual ~CookieFormat() = default;

  // Verifies one cookie value. It does no I/O, and compares secrets in constant time.
  [[nodiscard]] virtual Result<VerifiedCookie, RejectReason> verify(std::string_view value) = 0;
  // Returns the cookie value for an id, which verify() accepts.
  [[nodiscard]] virtual std::string cookie(std::string_view id, seconds issued) = 0;

  // Returns a new random id that can't be guessed.
  [[nodiscard]] virtual std::string new_id() = 0;
  // Returns the store key of this id's record. A cookie can't be derived from the store's content.
  [[nodiscard]] virtual std::string store_key(std::string_view id) const = 0;

  // Whether a record of this format can be under that store key. Keys that this format can't have made must
  // not be erased for it, whatever a record in the store says.
  [[nodiscard]] virtual bool is_store_key(std::string_view key) const = 0;

  // Empties the cache of verified cookies, and frees its memory. Later cookies fill it again.
  virtual void release_cache() {}
};

}  // namespace session
