#include "gateway/config/sections.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/session/session.h"
#include "gateway/config/cross_field_checks.h"
#include "gateway/config/values.h"
#include "gateway/config/warnings.h"

namespace session::gateway {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::size_t kKiB = std::size_t{1} << 10;
constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kGiB = std::size_t{1} << 30;
constexpr std::size_t kMaxFormerCookies = 8;
constexpr hours kTenYears = hours(24 * 3650);

constexpr Choices<SameSite, 3> kSameSite = {
    {{"strict", SameSite::strict}, {"lax", SameSite::lax}, {"none", SameSite::none}}};
constexpr Choices<FlushMode, 2> kFlush = {{{"wait", FlushMode::wait}, {"behind", FlushMode::behind}}};
constexpr Choices<RegenerateOn, 2> kRegenerateOn = {
    {{"rules", RegenerateOn::rules}, {"off", RegenerateOn::off}}};
constexpr Choices<LogLevel, 4> kLogLevels = {{{"debug", LogLevel::debug},
                                              {"info", LogLevel::info},
                                              {"warning", LogLevel::warning},
                                              {"error", LogLevel::error}}};
constexpr Choices<LogFormat, 2> kLogFormats = {{{"text", LogFormat::text}, {"json", LogFormat::json}}};

constexpr Choices<Policy::PerSubject::WhenFull, 2> kWhenFull = {
    {{"end_oldest", Policy::PerSubject::WhenFull::end_oldest},
     {"refuse", Policy::PerSubject::WhenFull::refuse}}};
// A login reads them all.
constexpr std::size_t kMaxSessionsPerSubject = 1000;
constexpr std::size_t kMaxLifetimes = 32;

constexpr Choices<StoreType, 2> kStoreTypes = {{{"memory", StoreType::memory}, {"redis", StoreType::redis}}};

void read_limits(Section& section, Limits& to) {
  read_count(section["connections"], to.connections, {1, 1000000});
  read_size(section["request_bytes"], to.request_bytes, {kKiB, 16 * kMiB}, PlainBytes::allowed);
  read_size(section["remembered"], to.remembered, {0, 1024 * kGiB}, PlainBytes::allowed);
  read_duration(section["request_deadline"], to.request_deadline, {milliseconds(10), minutes(10)});
}

// Reports attributes that browsers would refuse.
void check_cookie(Section& section, const CookieAttributes& cookie) {
  CrossFieldChecks found;
  for (const CookieProblem& problem : problems_of(cookie))
    found.add(section[problem.attribute], problem.text);
  found.report();
}

// The places of former cookies: each `domain` and `path` that is not given is the default, and not that of
// the cookie in use.
void read_former(const Field& field, const CookieAttributes& cookie, std::vector<CookieAttributes>& to) {
  const CookieAttributes defaults;
  field.describe([] { return Json{{"maxItems", kMaxFormerCookies}}; });
  const std::vector<Field> items = items_of(field);
  if (items.size() > kMaxFormerCookies)
    field.problem("expected at most " + std::to_string(kMaxFormerCookies) + " places");
  for (const Field& item : items) {
    CookieAttributes former = cookie;
    former.domain = defaults.domain;
    former.path = defaults.path;
    former.lifetime = std::nullopt;
    read_map(item, [&](Section& place) {
      read_text(place["domain"], former.domain);
      read_text(place["path"], former.path);
    });
    for (const CookieProblem& problem : problems_of(former)) {
      if (problem.attribute == "domain" || problem.attribute == "path") item.problem(problem.text);
    }
    if (equal_ignoring_case(former.domain, cookie.domain) && former.path == cookie.path)
      item.problem("expected another place than that of the cookie in use, which would be removed");
    to.push_back(std::move(former));
  }
}

void read_cookie(Section& section, Settings& settings) {
  CookieAttributes& to = settings.cookie;
  read_text(section["name"], to.name);
  read_text(section["path"], to.path);
  read_text(section["domain"], to.domain);
  read_flag(section["secure"], to.secure);
  read_choice(section["same_site"], to.same_site, kSameSite);
  read_duration(section["lifetime"], to.lifetime, {seconds(1), kTenYears, "session"});
  check_cookie(section, to);
  read_former(section["former"], to, settings.former_cookies);
}

// Only settings from the file can contradict each other: a shorter timeout must be possible without a change
// of the others.
void check_timeouts(Policy& policy, const Field& idle, const Field& absolute, const Field& touch) {
  CrossFieldChecks found;
  if (idle.given() && absolute.given() && policy.idle_timeout > policy.absolute_timeout) {
    found.add(idle, absolute,
              "expected at most session.absolute_timeout (" + format_duration(policy.absolute_timeout) +
                  "), got " + format_duration(policy.idle_timeout));
  }
  if (!touch.given()) policy.touch_every = std::min(policy.touch_every, policy.idle_timeout / 4);
  if (policy.touch_every >= policy.idle_timeout) {
    found.add(touch, idle,
              "expected less than session.idle_timeout (" + format_duration(policy.idle_timeout) + "), got " +
                  format_duration(policy.touch_every) + of_default(touch));
  }
  found.report();
}

void read_anonymous(Section& section, Policy::Anonymous& to) {
  read_duration(section["idle_timeout"], to.idle_timeout, {seconds(1), kTenYears});
  read_size(section["max_bytes"], to.max_bytes, {kKiB, 16 * kMiB}, PlainBytes::allowed);
}

void read_per_subject(Section& section, Policy::PerSubject& to) {
  read_count(section["count"], to.count, {0, kMaxSessionsPerSubject});
  read_choice(section["when_full"], to.when_full, kWhenFull);
}

// A lifetime keeps the timeouts of all sessions that it does not name, and lasts in the browser as long as
// the cookie says, unless it has a word on that.
void read_lifetime(const NamedField& entry, const Settings& settings, Policy& to) {
  check_name(entry);
  Policy::Lifetime lifetime{to.idle_timeout, to.absolute_timeout, settings.cookie.lifetime};
  read_map(entry.field, [&](Section& section) {
    const Field idle = section["idle_timeout"];
    const Field absolute = section["absolute_timeout"];
    read_duration(idle, lifetime.idle_timeout, {seconds(1), kTenYears});
    read_duration(absolute, lifetime.absolute_timeout, {seconds(1), kTenYears});
    read_duration(section["cookie"], lifetime.cookie, {seconds(1), kMaxCookieLifetime, "session"});
    CrossFieldChecks found;
    if (idle.given() && lifetime.idle_timeout > lifetime.absolute_timeout) {
      found.add(idle, absolute,
                "expected at most absolute_timeout (" + format_duration(lifetime.absolute_timeout) +
                    "), got " + format_duration(lifetime.idle_timeout) + of_default(absolute));
    }
    found.report();
    if (entry.field.clean() && !lifetime.cookie && lifetime.idle_timeout > to.idle_timeout)
      entry.field.warn("browsers forget its cookie when they are closed: expected cookie with a duration");
  });
  if (entry.name == Session::kDefaultLifetime)
    entry.field.problem("default is the name of the timeouts of all sessions: expected another name");
  to.lifetimes.emplace(entry.name, lifetime);
}

void read_lifetimes(const Field& field, Settings& to) {
  field.describe(names_shape);
  const std::vector<NamedField> entries = entries_of(field);
  if (entries.size() > kMaxLifetimes)
    field.problem("expected at most " + std::to_string(kMaxLifetimes) + " lifetimes");
  for (const NamedField& entry : entries) read_lifetime(entry, to, to.session);
}

void read_record_client(const Field& field, RecordClient& to) {
  constexpr std::array<std::string_view, 2> kParts = {"address", "agent"};
  std::vector<std::string> parts;
  for (const auto& [name, on] : {std::pair(kParts[0], to.address), std::pair(kParts[1], to.agent)}) {
    if (on) parts.emplace_back(name);
  }
  read_texts(field, parts);
  for (const std::string& part : parts) {
    if (std::find(kParts.begin(), kParts.end(), part) == kParts.end() && field.clean())
      field.problem("expected address or agent, got " + shown(part) + suggestion(part, {"address", "agent"}));
  }
  const auto has = [&](std::string_view part) {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  to = {has(kParts[0]), has(kParts[1])};
}

void read_session(Section& section, Settings& to) {
  const Field idle = section["idle_timeout"];
  const Field absolute = section["absolute_timeout"];
  const Field touch = section["touch_every"];
  read_duration(idle, to.session.idle_timeout, {seconds(1), kTenYears});
  read_duration(absolute, to.session.absolute_timeout, {seconds(1), kTenYears});
  read_duration(touch, to.session.touch_every, {seconds(0), kTenYears});
  read_choice(section["flush"], to.flush, kFlush);
  read_size(section["max_bytes"], to.session.max_bytes, {kKiB, 16 * kMiB}, PlainBytes::allowed);
  check_timeouts(to.session, idle, absolute, touch);
  read_map(section["anonymous"],
           [&](Section& anonymous) { read_anonymous(anonymous, to.session.anonymous); });
  read_map(section["max_per_subject"],
           [&](Section& per_subject) { read_per_subject(per_subject, to.session.max_per_subject); });
  read_lifetimes(section["lifetimes"], to);
  read_record_client(section["record_client"], to.record_client);
  read_texts(section["forget_at_login"], to.forget_at_login);
  read_choice(section["regenerate_on"], to.regenerate_on, kRegenerateOn);
}

void read_store(Section& section, Settings& to) {
  read_choice(section["type"], to.store_type, kStoreTypes);
  read_map(section["memory"], [&](Section& memory) { read_memory(memory, to); });
  read_map(
      section["redis"], [&](Section& redis) { read_redis(redis, to); }, Section::Names::hidden);
}

void read_log(Section& section, LogSettings& to) {
  read_choice(section["level"], to.level, kLogLevels);
  read_choice(section["format"], to.format, kLogFormats);
  read_audit(section["audit"], to.audit);
}

void read_salt_and_keys(Section& top, Settings& to) {
  const Field salt = top["salt"];
  const Field keys = top["keys"];
  read_salt(salt, to.salt);
  read_keys(keys, to.keys);
  if (!to.format->capabilities.configured_keys) {
    if (keys.given()) keys.warn("not used: they sign the cookies of dialect native only");
    if (salt.given() && !to.format->top_level_salt)
      salt.warn("not used: dialect " + std::string(to.format->name) + " has none");
    return;
  }
  if (keys.given() && !salt.given()) keys.problem("keys need a salt beside them");
  if (salt.given() && !keys.given()) salt.problem("a salt needs keys beside it");
}

}  // namespace

void read_settings(Section& top, Settings& to) {
  read_listen(top["listen"], to);
  read_map(top["admin"], [&](Section& admin) { read_admin(admin, to); });
  read_count(top["workers"], to.workers, {1, 256, "auto"});
  read_map(top["limits"], [&](Section& limits) { read_limits(limits, to.limits); });
  read_dialect(top["dialect"], to);
  read_map(top["cookie"], [&](Section& cookie) { read_cookie(cookie, to); });
  read_formats(top, to);
  read_salt_and_keys(top, to);
  read_map(top["session"], [&](Section& session) { read_session(session, to); });
  read_map(top["store"], [&](Section& store) { read_store(store, to); });
  read_map(top["identity"], [&](Section& identity) { read_identity(identity, to.identity); });
  read_rules(top["rules"], to.rules);
  read_checks(top["checks"], to.checks);
  read_views(top["views"], to.views);
  check_required_rules(top["checks"], to);
  read_map(top["commit"], [&](Section& commit) { read_commit(commit, to.redirect_hosts); });
  read_map(top["log"], [&](Section& log) { read_log(log, to.log); });
  check_formats(top, to);
  check_memory(top, to);
  add_warnings(top, to);
}

}  // namespace session::gateway
