#include "core/format/express/express_record_format.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/json/member_texts.h"

namespace session {
namespace {

constexpr const char* kCookie = "cookie";
constexpr const char* kMaxAge = "originalMaxAge";
constexpr const char* kExpires = "expires";
// The longest lifetime of a record; a longer one is cut to this.
constexpr milliseconds kMaxLifetime = std::chrono::hours(24 * 3650);

JsonLimits limits() {
  JsonLimits limits;
  limits.large_integers = JsonLimits::LargeIntegers::rounded;
  return limits;
}

// Formats a time as JavaScript's Date.toISOString() does.
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

// Returns the cookie's lifetime from each use on; nullopt: until the browser closes; zero: expired.
std::optional<milliseconds> max_age_of(const Json& cookie) {
  const auto found = cookie.find(kMaxAge);
  if (found == cookie.end() || !found->is_number()) return std::nullopt;
  const auto given = found->get<double>();
  const auto longest = static_cast<double>(kMaxLifetime.count());
  return milliseconds(static_cast<std::int64_t>(std::clamp(given, 0.0, longest)));
}

// Returns the time, in Unix time, at which the cookie expires: a Date as JSON.stringify writes it, which is
// the format of iso_date(). nullopt: it has none, or no date, which counts as none in connect-redis, too.
std::optional<milliseconds> end_of(const Json& cookie) {
  const auto found = cookie.find(kExpires);
  if (found == cookie.end() || !found->is_string()) return std::nullopt;
  const auto& text = found->get_ref<const std::string&>();
  std::array<int, 6> parts{};
  int millis = 0;
  int length = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &parts[0], &parts[1], &parts[2], &parts[3],
                  &parts[4], &parts[5], &millis, &length) != 7)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(parts[0]),
                                         std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!date.ok()) return std::nullopt;
  const milliseconds time = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(parts[3]) +
                            std::chrono::minutes(parts[4]) + seconds(parts[5]) + milliseconds(millis);
  // Rejects every other spelling, and times such as 25:00.
  return iso_date(time) == text ? std::optional(time) : std::nullopt;
}

// Returns the cookie with another `expires`. All other members keep their bytes and places.
std::string with_expires(std::string_view cookie, std::string_view expires) {
  const std::string text = to_text(Json(std::string(expires)));
  std::string out = "{";
  bool had_one = false;
  for (const MemberText& member : member_texts(cookie)) {
    const bool is_expires = member.name == kExpires;
    had_one = had_one || is_expires;
    append_member(out, member.name_text, is_expires ? std::string_view(text) : member.text);
  }
  if (!had_one) append_member(out, R"("expires")", text);
  return out + "}";
}

}  // namespace

// Returns the members that express-session's Cookie writes, in its order.
std::string ExpressRecordFormat::new_cookie() const {
  const CookieAttributes& attributes = options_.cookie;
  std::string out = "{";
  const auto add = [&out](const char* name, const Json& value) {
    append_member(out, to_text(Json(name)), to_text(value));
  };
  add(kMaxAge, attributes.lifetime ? Json(milliseconds(*attributes.lifetime).count()) : Json(nullptr));
  add(kExpires, nullptr);
  if (attributes.secure) add("secure", true);
  add("httpOnly", true);
  if (!attributes.domain.empty()) add("domain", attributes.domain);
  add("path", attributes.path);
  add("sameSite", same_site_text(attributes.same_site));
  return out + "}";
}

// Rounds a lifetime up to whole seconds, as connect-redis does.
void ExpressRecordFormat::read_life(const Json& cookie, RecordHead& head) const {
  const auto max_age = max_age_of(cookie);
  head.end = max_age ? std::nullopt : end_of(cookie);
  head.lifetime.reset();
  if (!head.end) head.lifetime = std::chrono::ceil<seconds>(max_age.value_or(options_.ttl));
}

void ExpressRecordFormat::complete(Record& record, seconds now) const {
  // An attribute of that name comes from another format. It is removed, because one object can't hold both.
  if (record.attributes.contains(kCookie)) record.apply({{kCookie, std::nullopt}});
  const std::string* found = record.format_member(kCookie);
  std::string text = found == nullptr ? new_cookie() : *found;
  const auto cookie = parse_json(text, limits());  // valid: decoded or made here
  if (const auto age = max_age_of(*cookie)) text = with_expires(text, iso_date(now + *age));
  read_life(*cookie, record);
  record.set_format_member(kCookie, std::move(text), Record::Place::front);
}

bool ExpressRecordFormat::reserves(std::string_view attribute) const {
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

std::string ExpressRecordFormat::encode(std::string_view /*key*/, const Record& record) const {
  std::string out = "{";
  for (const RecordMember& member : record.members()) append_member(out, member.name_text, member.text);
  return out + "}";
}

Result<Record, RejectReason> ExpressRecordFormat::decode(std::string_view key, std::string_view bytes) const {
  auto head = decode_head(key, bytes, {});
  if (!head) return head.error();
  Record record;
  static_cast<RecordHead&>(record) = std::move(*head);
  for (const MemberText& member : member_texts(bytes)) {
    const auto owner = member.name == kCookie ? Record::Owner::format : Record::Owner::session;
    record.add(member, owner);
  }
  return record;
}

Result<RecordHead, RejectReason> ExpressRecordFormat::decode_head(std::string_view /*key*/,
                                                                  std::string_view bytes,
                                                                  const WantedMembers& wanted) const {
  auto parsed = parser_.parse(bytes, limits(), {.wanted = wanted, .always = kCookie});
  if (!parsed || !parsed->object.is_object()) return RejectReason::malformed;
  Json& root = parsed->object;
  const auto cookie = root.find(kCookie);
  if (cookie == root.end() || !cookie->is_object()) return RejectReason::malformed;
  RecordHead head;
  read_life(*cookie, head);
  root.erase(cookie);
  head.attributes = std::move(root);
  return head;
}

}  // namespace session
