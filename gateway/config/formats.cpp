#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gateway/config/cross_field_checks.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

const FormatRegistry& registry_of(Section& top) { return top.field().context().formats(); }

// The format that the field names; nullptr, with a problem, if there is none.
const FormatRow* read_format(const Field& field, const FormatRegistry& registry, bool foreign_only) {
  std::vector<std::string_view> names;
  for (const FormatRow& row : registry.rows()) {
    if (row.foreign || !foreign_only) names.push_back(row.name);
  }
  field.describe([&] { return choice_shape(names); });
  const auto text = field.text(any_of(names));
  if (!text) return nullptr;
  const FormatRow* row = registry.find(*text);
  if (row != nullptr && (row->foreign || !foreign_only)) return row;
  field.expected(any_of(names), suggestion(*text, names));
  return nullptr;
}

void read_accept(const Field& field, const FormatRegistry& registry, std::vector<const FormatRow*>& to) {
  for (const Field& item : items_of(field)) {
    const FormatRow* row = read_format(item, registry, true);
    if (row == nullptr) continue;
    if (std::find(to.begin(), to.end(), row) != to.end()) item.problem("given twice");
    to.push_back(row);
  }
}

void read_sections(Section& top, Settings& to) {
  for (const FormatRow& row : registry_of(top).rows()) {
    if (row.read == nullptr) continue;
    std::unique_ptr<FormatSettings> own = row.defaults();
    read_map(
        top[row.section], [&](Section& section) { row.read(section, *own); }, Section::Names::hidden);
    to.formats.insert_or_assign(std::string(row.name), std::move(own));
  }
}

// The field with the cookie name of an accepted format.
Field cookie_name_field(Section& top, const FormatRow& row) {
  return within(top[row.section], "cookie_name");
}

void check_accept(Section& top, const Settings& settings, CrossFieldChecks& found) {
  const Field accept = top["accept"];
  if (settings.accept.empty()) return;
  if (settings.format->foreign)
    return found.add(accept, top["dialect"], "expected only with dialect native, to which sessions move");
  for (const FormatRow* row : settings.accept) {
    const std::string& value = settings.format_settings(*row).cookie_name;
    const Field name = cookie_name_field(top, *row);
    if (value == settings.cookie.name)
      found.add(name, accept,
                "expected another name than cookie.name, got " + shown(value) + of_default(name));
  }
}

// Reports two accepted formats with one cookie name, at the format whose section comes later.
void check_accepted_names(Section& top, const Settings& settings, CrossFieldChecks& found) {
  if (settings.format->foreign) return;
  const auto& rows = registry_of(top).rows();
  for (auto later = rows.begin(); later != rows.end(); ++later) {
    for (auto earlier = std::next(later); earlier != rows.end(); ++earlier) {
      if (!settings.accepts(later->name) || !settings.accepts(earlier->name)) continue;
      const std::string& value = settings.format_settings(*later).cookie_name;
      if (value != settings.format_settings(*earlier).cookie_name) continue;
      const Field name = cookie_name_field(top, *later);
      const Field other = cookie_name_field(top, *earlier);
      found.add(name, other,
                "expected another name than " + other.key() + ", got " + shown(value) + of_default(name));
    }
  }
}

// Reports cookie_name in the section of the format in use, which has cookie.name.
void check_name_in_use(Section& top, const Settings& settings, CrossFieldChecks& found) {
  if (settings.format->section.empty()) return;
  const Field name = cookie_name_field(top, *settings.format);
  if (name.given())
    found.add(name, "expected cookie.name instead, with dialect " + std::string(settings.format->name));
}

// With random keys neither the gateway after a restart nor another gateway would know the migrated sessions,
// and the old records are gone.
void check_keys(Section& top, const Settings& settings, CrossFieldChecks& found) {
  const bool kept = top["keys"].given() && top["salt"].given();
  if (!settings.accept.empty() && !kept) found.add(top["accept"], "expected salt and keys beside it");
}

void warn_of_memory(Section& top, const Settings& settings) {
  if (settings.store_type != StoreType::memory) return;
  const std::string text = "with store.type memory there are no sessions of others: they are in Redis";
  if (settings.format->foreign) top["dialect"].warn(text);
  if (!settings.accept.empty()) top["accept"].warn(text);
}

void warn_of_timeouts(Section& top, const Settings& settings) {
  const FormatRow& format = *settings.format;
  const std::string text = "does not count with dialect " + std::string(format.name);
  const Field absolute = within(top["session"], "absolute_timeout");
  const Field idle = within(top["session"], "idle_timeout");
  if (absolute.given() && !format.capabilities.absolute_timeout)
    absolute.warn(text + ": its records don't say when a session began");
  if (idle.given() && format.capabilities.own_lifetime)
    idle.warn(text + ": " + std::string(format.no_idle_timeout));
}

// What only records with the facts of the login can do.
void check_login_facts(Section& top, const Settings& settings, CrossFieldChecks& found) {
  if (settings.format->capabilities.login_facts) return;
  const std::string text = ": the records of dialect " + std::string(settings.format->name);
  const Field lifetimes = within(top["session"], "lifetimes");
  if (!settings.session.lifetimes.empty())
    found.add(lifetimes, "expected dialect native" + text + " keep no lifetime that a login has asked for");
  for (const Rule& rule : settings.rules) {
    if (!rule.authenticated_within) continue;
    found.add(within(top["rules"], rule.name), "authenticated_within: expected dialect native" + text +
                                                   " don't say when somebody has logged in");
  }
  const Field client = within(top["session"], "record_client");
  if (client.given() && (settings.record_client.address || settings.record_client.agent))
    client.warn("does not count" + text + " have no place for it");
}

void warn_of_unsigned(Section& top, const Settings& settings) {
  const auto warn = [](const FormatRow& row, const Field& field) {
    if (row.capabilities.signed_cookies) return;
    field.warn("the cookies of " + std::string(row.name) +
               " are not signed: whoever guesses one, or plants one, has the session");
  };
  warn(*settings.format, top["dialect"]);
  for (const FormatRow* row : settings.accept) warn(*row, top["accept"]);
}

}  // namespace

// The name of a cookie that another library sets: a name prefix does not constrain the gateway's attributes.
void read_cookie_name(const Field& field, std::string& to) {
  read_text(field, to);
  CookieAttributes cookie;
  cookie.name = to;
  for (const CookieProblem& problem : problems_of(cookie)) field.problem(problem.text);
}

Field within(const Field& map, std::string_view name) { return Section(map, Section::Names::hidden)[name]; }

void add_missing(const std::vector<std::string>& names, std::vector<std::string>& to) {
  for (const std::string& name : names) {
    if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
  }
}

void read_dialect(const Field& field, Settings& to) {
  const FormatRegistry& registry = field.context().formats();
  to.format = &registry.rows().front();
  to.formats = registry.defaults();
  if (const FormatRow* row = read_format(field, registry, false)) to.format = row;
  // The library's default name for its cookie.
  if (!to.format->cookie_name.empty()) to.cookie.name = to.format->cookie_name;
  to.forget_at_login = to.format->forget_at_login;
}

void read_formats(Section& top, Settings& to) {
  read_accept(top["accept"], registry_of(top), to.accept);
  // The attributes of accepted sessions come along when these move.
  for (const FormatRow* row : to.accept) add_missing(row->forget_at_login, to.forget_at_login);
  read_sections(top, to);
  CrossFieldChecks found;
  check_accept(top, to, found);
  check_accepted_names(top, to, found);
  check_name_in_use(top, to, found);
  for (const FormatRow& row : registry_of(top).rows()) {
    if (row.validate != nullptr) row.validate(top, to, found);
  }
  found.report();
  warn_of_unsigned(top, to);
}

void check_formats(Section& top, const Settings& settings) {
  CrossFieldChecks found;
  check_keys(top, settings, found);
  check_login_facts(top, settings, found);
  for (const FormatRow& row : registry_of(top).rows()) {
    if (row.validate_with_store != nullptr) row.validate_with_store(top, settings, found);
  }
  found.report();
  warn_of_memory(top, settings);
  warn_of_timeouts(top, settings);
}

}  // namespace session::gateway
