#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/crypto/mac.h"
#include "core/format/reject_reason.h"

namespace session {

// The signed cookies of express-session 1.19, which are those of the npm packages cookie 0.7 and
// cookie-signature 1.0: "s:" + text + "." + base64(HMAC-SHA256(secret, text)) without "=", percent-encoded.
// Not thread-safe.
class SignedCookies {
 public:
  // REQUIRES: at least one secret. The first signs, all verify.
  explicit SignedCookies(const std::vector<Secret>& secrets);

  [[nodiscard]] std::string sign(std::string_view text);

  struct Signed {
    std::string text;
    bool outdated = false;  // signed by another secret than the first
  };
  // Returns the text of a cookie value as sent; it is never empty. `malformed`: the value is no signed
  // cookie.
  [[nodiscard]] Result<Signed, RejectReason> verify(std::string_view value);

 private:
  [[nodiscard]] static std::string signature(Mac& secret, std::string_view text);
  std::vector<Mac> secrets_;
};

}  // namespace session
