#pragma once

#include <string>

#include "core/crypto/random.h"
#include "core/format/cookie_format.h"
#include "core/format/express/express.h"
#include "core/format/express/signed_cookies.h"

namespace session {

// The cookies of express-session 1.19.
//
//   cookie  "s:" + id + "." + signature, percent-encoded (signed_cookies.h). Ids may be any text.
//   key     prefix + id
class ExpressCookieFormat final : public CookieFormat {
 public:
  ExpressCookieFormat(const ExpressFormatOptions& options, const Random& random)
      : prefix_(options.store_prefix), cookies_(options.secrets), random_(random) {}

  Result<VerifiedCookie, RejectReason> verify(std::string_view value) override;
  std::string cookie(std::string_view id, seconds issued) override;
  std::string new_id() override;
  std::string store_key(std::string_view id) const override;
  bool is_store_key(std::string_view key) const override;

 private:
  std::string prefix_;
  SignedCookies cookies_;
  const Random& random_;
};

}  // namespace session
