#include "core/cookie/attributes.h"

#include <algorithm>

#include "core/base/text.h"

namespace session {
namespace {

// Whether the text is a token (RFC 9110 5.6.2), as a cookie's name must be.
bool is_token(std::string_view text) {
  constexpr std::string_view kSeparators = "()<>@,;:\\\"/[]?={} \t";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return c > 0x20 && c < 0x7f && kSeparators.find(c) == std::string_view::npos;
  });
}

// Whether an attribute's value may hold the text (RFC 6265 4.1.1, av-octets).
bool is_attribute_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != ';'; });
}

bool is_domain(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '.';
         });
}

// Compares without regard to case, as browsers do for name prefixes.
bool has_prefix(std::string_view name, std::string_view prefix) {
  return equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

const char* same_site_text(SameSite value) {
  switch (value) {
    case SameSite::strict:
      return "Strict";
    case SameSite::lax:
      return "Lax";
    case SameSite::none:
      return "None";
  }
  return "Lax";
}

std::string with_attributes(const CookieAttributes& attributes, std::string_view value) {
  std::string out = attributes.name;
  out.append("=").append(value).append("; Path=").append(attributes.path);
  if (!attributes.domain.empty()) out.append("; Domain=").append(attributes.domain);
  if (attributes.secure) out.append("; Secure");
  out.append("; HttpOnly; SameSite=").append(same_site_text(attributes.same_site));
  return out;
}

}  // namespace

std::vector<CookieProblem> problems_of(const CookieAttributes& a) {
  std::vector<CookieProblem> problems;
  const auto refuse_if = [&](bool wrong, const char* attribute, std::string text) {
    if (wrong) problems.push_back({attribute, std::move(text)});
  };
  const bool host = has_prefix(a.name, "__Host-");
  const bool prefixed = host || has_prefix(a.name, "__Secure-");
  refuse_if(!is_token(a.name), "name", "a cookie name is letters, digits and !#$%&'*+-.^_`|~");
  refuse_if(a.name.size() > 128, "name", "a cookie name has at most 128 characters");
  refuse_if(a.path.empty() || a.path.front() != '/' || !is_attribute_text(a.path), "path",
            "a path begins with / and holds printable ASCII without ;");
  refuse_if(!a.domain.empty() && !is_domain(a.domain), "domain", "not a domain name");
  refuse_if(host && !a.domain.empty(), "domain", "browsers refuse a __Host- cookie that has a domain");
  refuse_if(host && a.path != "/", "path", "browsers refuse a __Host- cookie whose path is not /");
  refuse_if(prefixed && !a.secure, "secure",
            "browsers refuse a __Host- or __Secure- cookie that is not secure");
  refuse_if(a.same_site == SameSite::none && !a.secure, "same_site",
            "browsers refuse SameSite=None on a cookie that is not secure");
  refuse_if(a.lifetime && *a.lifetime <= seconds(0), "lifetime", "a lifetime is longer than nothing");
  refuse_if(a.lifetime && *a.lifetime > kMaxCookieLifetime, "lifetime",
            "browsers keep a cookie for at most 400d");
  return problems;
}

std::string set_cookie(const CookieAttributes& attributes, std::string_view value) {
  std::string out = with_attributes(attributes, value);
  if (attributes.lifetime) out.append("; Max-Age=").append(std::to_string(attributes.lifetime->count()));
  return out;
}

std::string clear_cookie(const CookieAttributes& attributes) {
  return with_attributes(attributes, "").append("; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace session
