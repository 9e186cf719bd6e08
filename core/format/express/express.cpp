#include "core/format/express/express.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/crypto/base64url.h"

namespace session {
namespace {

constexpr std::size_t kIdBytes = 24;
constexpr std::size_t kMaxCookieBytes = 4096;  // no browser keeps a longer one
constexpr const char* kCookie = "cookie";
constexpr const char* kMaxAge = "originalMaxAge";
// What a record may say that a session lives; longer is cut.
constexpr milliseconds kMaxLifetime = std::chrono::hours(24 * 3650);

// As JavaScript's Date.toISOString() writes it.
std::string iso_date(milliseconds unix_time) {
  const auto day = std::chrono::floor<std::chrono::days>(unix_time);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const std::chrono::hh_mm_ss time(unix_time - day);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text.data();
}

const char* same_site_text(SameSite same_site) {
  switch (same_site) {
    case SameSite::strict:
      return "strict";
    case SameSite::lax:
      return "lax";
    case SameSite::none:
      return "none";
  }
  return "lax";
}

// How long the cookie lives from each use on; nullopt: until the browser closes. Nothing or less: it is over.
std::optional<milliseconds> max_age_of(const Json& cookie) {
  const auto found = cookie.find(kMaxAge);
  if (found == cookie.end() || !found->is_number()) return std::nullopt;
  const auto given = found->get<double>();
  const auto longest = static_cast<double>(kMaxLifetime.count());
  return milliseconds(static_cast<std::int64_t>(std::clamp(given, 0.0, longest)));
}

}  // namespace

ExpressDialect::ExpressDialect(ExpressDialectOptions options, const Random& random)
    : options_(std::move(options)), cookies_(options_.secrets), random_(random) {}

Result<VerifiedCookie, RejectReason> ExpressDialect::verify(std::string_view value) {
  if (value.size() > kMaxCookieBytes) return RejectReason::malformed;
  auto checked = cookies_.verify(value);
  if (!checked) return checked.error();
  std::string key = store_key(checked->text);
  return VerifiedCookie{std::move(checked->text), std::move(key), std::nullopt, checked->outdated};
}

std::string ExpressDialect::cookie(std::string_view id, seconds /*issued*/) { return cookies_.sign(id); }

std::string ExpressDialect::new_id() { return base64url(random_.bytes(kIdBytes)); }

std::string ExpressDialect::store_key(std::string_view id) const {
  return std::string(options_.store_prefix).append(id);
}

// The members that express-session's Cookie writes of itself.
Json ExpressDialect::new_cookie() const {
  const CookieAttributes& attributes = options_.cookie;
  Json cookie = {{kMaxAge, nullptr}, {"expires", nullptr}, {"httpOnly", true}, {"path", attributes.path}};
  if (attributes.lifetime) cookie[kMaxAge] = milliseconds(*attributes.lifetime).count();
  if (!attributes.domain.empty()) cookie["domain"] = attributes.domain;
  if (attributes.secure) cookie["secure"] = true;
  cookie["sameSite"] = same_site_text(attributes.same_site);
  return cookie;
}

// connect-redis counts in whole seconds.
milliseconds ExpressDialect::lifetime_of(const Json& cookie) const {
  return std::chrono::ceil<seconds>(max_age_of(cookie).value_or(options_.ttl));
}

void ExpressDialect::complete(Record& record, seconds now) const {
  if (!record.format_fields.is_object()) record.format_fields = new_cookie();
  if (const auto age = max_age_of(record.format_fields))
    record.format_fields["expires"] = iso_date(now + *age);
  record.lifetime = lifetime_of(record.format_fields);
}

bool ExpressDialect::reserves(std::string_view attribute) const {
  static constexpr std::array<std::string_view, 21> kNames = {"cookie",
                                                              "id",
                                                              "req",
                                                              "touch",
                                                              "save",
                                                              "reload",
                                                              "destroy",
                                                              "regenerate",
                                                              "resetMaxAge",
                                                              "constructor",
                                                              "hasOwnProperty",
                                                              "valueOf",
                                                              "toString",
                                                              "toLocaleString",
                                                              "isPrototypeOf",
                                                              "__proto__",
                                                              "__defineGetter__",
                                                              "__defineSetter__",
                                                              "__lookupGetter__",
                                                              "__lookupSetter__",
                                                              "propertyIsEnumerable"};
  return std::find(kNames.begin(), kNames.end(), attribute) != kNames.end();
}

std::string ExpressDialect::encode(const Record& record) const {
  Json all = record.data;
  all[kCookie] = record.format_fields;
  return to_text(all);
}

Result<Record, RejectReason> ExpressDialect::decode(std::string_view bytes) const {
  return decode_wanted(bytes, {});
}

Result<Record, RejectReason> ExpressDialect::decode_wanted(std::string_view bytes,
                                                           const WantedMembers& wanted) const {
  JsonLimits limits;
  limits.large_integers = JsonLimits::LargeIntegers::rounded;
  auto parsed = parser_.parse(bytes, limits, {.wanted = wanted, .always = kCookie});
  if (!parsed || !parsed->object.is_object()) return RejectReason::malformed;
  Json& root = parsed->object;
  const auto cookie = root.find(kCookie);
  if (cookie == root.end() || !cookie->is_object()) return RejectReason::malformed;
  Record record;
  record.format_fields = std::move(*cookie);
  root.erase(cookie);
  record.data = std::move(root);
  record.lifetime = lifetime_of(record.format_fields);
  return record;
}

std::optional<std::string> ExpressDialect::tombstone(std::string_view /*successor*/) const {
  return std::nullopt;
}

std::string ExpressDialect::successor(std::string_view /*bytes*/) const { return {}; }

}  // namespace session
