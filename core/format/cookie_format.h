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
  std::string store_key;  // where the store keeps its record
  // Unix time when the id was made; nullopt: the cookie does not say.
  std::optional<seconds> issued = {};
  bool outdated = false;  // signed by an older key: to be issued again under the first
};

// How a cookie's value becomes the id of a session and its store key, and back. Not thread-safe: one per
// thread, made from the same settings.
class CookieFormat {
 public:
  virtual ~CookieFormat() = default;

  // Checks one cookie value. No I/O; constant-time where it compares secrets.
  [[nodiscard]] virtual Result<VerifiedCookie, RejectReason> verify(std::string_view value) = 0;
  // The cookie value for an id; verify accepts it.
  [[nodiscard]] virtual std::string cookie(std::string_view id, seconds issued) = 0;

  // An id that nobody can guess.
  [[nodiscard]] virtual std::string new_id() = 0;
  // Where the store keeps this id's record. What stands in the store can't be turned into a cookie.
  [[nodiscard]] virtual std::string store_key(std::string_view id) const = 0;

  // Forgets what it remembers of cookies that verified, and gives that memory back. It goes on remembering.
  virtual void release_cache() {}
};

}  // namespace session
