#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"

namespace session {

enum class SameSite { strict, lax, none };

// The attributes of the session cookie. HttpOnly is always set; the rest is configured.
struct CookieAttributes {
  std::string name = "__Host-session";
  std::string path = "/";
  std::string domain;  // empty: only the host that set it
  bool secure = true;
  SameSite same_site = SameSite::lax;
  std::optional<seconds> lifetime;  // nullopt: until the browser closes
};

// The longest lifetime that browsers honour (RFC 6265bis, section 5.5: 400 days).
inline constexpr seconds kMaxCookieLifetime = std::chrono::hours(24 * 400);

// One problem: the `attribute` ("name", "path" ...) and a text. problems_of() returns all problems of these
// attributes; none if browsers accept and keep the cookie. It follows RFC 6265bis 4.1.3 (name prefixes) and
// 5.7.
struct CookieProblem {
  std::string attribute;
  std::string text;
};
[[nodiscard]] std::vector<CookieProblem> problems_of(const CookieAttributes& attributes);

// Return the value of the Set-Cookie header that sets or removes the cookie. REQUIRES:
// problems_of(attributes) is empty; `value` holds cookie-octets only (RFC 6265 4.1.1).
[[nodiscard]] std::string set_cookie(const CookieAttributes& attributes, std::string_view value);
[[nodiscard]] std::string clear_cookie(const CookieAttributes& attributes);

}  // namespace session
