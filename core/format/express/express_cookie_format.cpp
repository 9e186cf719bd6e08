#include "core/format/express/express_cookie_format.h"

#include <utility>

#include "core/crypto/base64url.h"

namespace session {
namespace {

constexpr std::size_t kIdBytes = 24;
constexpr std::size_t kMaxCookieBytes = 4096;  // browsers don't keep a longer one

}  // namespace

Result<VerifiedCookie, RejectReason> ExpressCookieFormat::verify(std::string_view value) {
  if (value.size() > kMaxCookieBytes) return RejectReason::malformed;
  auto checked = cookies_.verify(value);
  if (!checked) return checked.error();
  std::string key = store_key(checked->text);
  return VerifiedCookie{std::move(checked->text), std::move(key), std::nullopt, checked->outdated};
}

std::string ExpressCookieFormat::cookie(std::string_view id, seconds /*issued*/) { return cookies_.sign(id); }

std::string ExpressCookieFormat::new_id() { return base64url(random_.bytes(kIdBytes)); }

std::string ExpressCookieFormat::store_key(std::string_view id) const {
  return std::string(prefix_).append(id);
}

// Ids may be any text, so the prefix is all that tells.
bool ExpressCookieFormat::is_store_key(std::string_view key) const {
  return key.size() > prefix_.size() && key.starts_with(prefix_);
}

}  // namespace session
