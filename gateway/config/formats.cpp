#include <algorithm>
#include <string>
#include <vector>

#include "gateway/config/cross_field_checks.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

constexpr Choices<DialectType, 3> kDialects = {{{"native", DialectType::native},
                                                {"session-store", DialectType::session_store},
                                                {"express", DialectType::express}}};
constexpr Choices<DialectType, 2> kAccepted = {
    {{"session-store", DialectType::session_store}, {"express", DialectType::express}}};

void read_accept(const Field& field, std::vector<DialectType>& to) {
  for (const Field& item : items_of(field)) {
    DialectType type = DialectType::native;
    read_choice(item, type, kAccepted);
    if (std::find(to.begin(), to.end(), type) != to.end()) item.problem("given twice");
    if (type != DialectType::native) to.push_back(type);
  }
}

// Of cookies that somebody else sets; a name with a prefix is no promise that the gateway could break.
void read_cookie_name(const Field& field, std::string& to) {
  read_text(field, to);
  CookieAttributes cookie;
  cookie.name = to;
  for (const CookieProblem& problem : problems_of(cookie)) field.problem(problem.text);
}

void read_express(Section& section, ExpressSettings& to) {
  read_secrets(section["secrets"], to.secrets);
  read_prefix(section["prefix"], to.prefix);
  read_duration(section["ttl"], to.ttl, {seconds(1), std::chrono::hours(24 * 3650)});
  read_cookie_name(section["cookie_name"], to.cookie_name);
}

void read_session_store(Section& section, SessionStoreSettings& to) {
  read_salt(section["salt"], to.salt);
  read_cookie_name(section["cookie_name"], to.cookie_name);
}

bool accepts(const Settings& settings, DialectType type) {
  return std::find(settings.accept.begin(), settings.accept.end(), type) != settings.accept.end();
}

bool uses(const Settings& settings, DialectType type) {
  return settings.dialect == type || accepts(settings, type);
}

std::string_view name_of(DialectType type) {
  const auto* row = std::find_if(kDialects.begin(), kDialects.end(),
                                 [type](const auto& choice) { return choice.second == type; });
  return row->first;
}

// A key of a section that read_map has been through.
Field within(const Field& map, std::string_view name) { return Section(map, Section::Names::hidden)[name]; }

void check_accept(Section& top, const Settings& settings, CrossFieldChecks& found) {
  const Field accept = top["accept"];
  if (settings.accept.empty()) return;
  if (settings.dialect != DialectType::native)
    return found.add(accept, top["dialect"], "expected only with dialect native, to which sessions move");
  const Field express = within(top["express"], "cookie_name");
  const Field session_store = within(top["session_store"], "cookie_name");
  const auto check = [&](DialectType type, const Field& name, const std::string& value) {
    if (!accepts(settings, type) || value != settings.cookie.name) return;
    found.add(name, accept, "expected another name than cookie.name, got " + shown(value) + of_default(name));
  };
  check(DialectType::express, express, settings.express.cookie_name);
  check(DialectType::session_store, session_store, settings.session_store.cookie_name);
  const bool alike = settings.express.cookie_name == settings.session_store.cookie_name;
  if (alike && accepts(settings, DialectType::express) && accepts(settings, DialectType::session_store)) {
    found.add(session_store, express,
              "expected another name than express.cookie_name, got " +
                  shown(settings.session_store.cookie_name) + of_default(session_store));
  }
}

// A name for sessions to be accepted is no name for sessions in use.
void check_names(Section& top, const Settings& settings, CrossFieldChecks& found) {
  const auto check = [&](DialectType type, std::string_view section) {
    const Field name = within(top[section], "cookie_name");
    if (settings.dialect == type && name.given())
      found.add(name, "expected cookie.name instead, with dialect " + std::string(name_of(type)));
  };
  check(DialectType::express, "express");
  check(DialectType::session_store, "session_store");
}

// With random keys a restart, or another gateway, would not know the sessions that have moved; and the old
// ones are gone.
void check_keys(Section& top, const Settings& settings, CrossFieldChecks& found) {
  const bool kept = top["keys"].given() && top["salt"].given();
  if (!settings.accept.empty() && !kept) found.add(top["accept"], "expected salt and keys beside it");
}

// Who cleans up after a migration deletes all keys with the old prefix.
void check_prefixes(Section& top, const Settings& settings, CrossFieldChecks& found) {
  const std::string& native = settings.redis.prefix;
  if (!accepts(settings, DialectType::express) || !native.starts_with(settings.express.prefix)) return;
  found.add(top["accept"], "expected a store.redis.prefix that does not begin with express.prefix (" +
                               shown(settings.express.prefix) + ")");
}

void check_secrets(Section& top, const Settings& settings, CrossFieldChecks& found) {
  const bool used = uses(settings, DialectType::express);
  const Field secrets = within(top["express"], "secrets");
  const Field user = settings.dialect == DialectType::express ? top["dialect"] : top["accept"];
  if (used && settings.express.secrets.empty() && top["express"].clean())
    found.add(user, secrets, "express needs express.secrets beside it");
  if (!used && secrets.given())
    found.add(secrets, "expected only with dialect express, or to accept express");
  const Field salt = within(top["session_store"], "salt");
  if (!salt.given() || accepts(settings, DialectType::session_store)) return;
  const bool in_use = settings.dialect == DialectType::session_store;
  found.add(salt,
            in_use
                ? "expected only to accept session-store; with dialect session-store the salt is at the top"
                : "expected only to accept session-store");
}

void warn_of_memory(Section& top, const Settings& settings) {
  if (settings.store_type != StoreType::memory) return;
  const std::string text = "with store.type memory there are no sessions of others: they are in Redis";
  if (settings.dialect != DialectType::native) top["dialect"].warn(text);
  if (!settings.accept.empty()) top["accept"].warn(text);
}

void warn_of_timeouts(Section& top, const Settings& settings) {
  if (settings.dialect == DialectType::native) return;
  const std::string text = "does not count with dialect " + std::string(name_of(settings.dialect));
  const Field absolute = within(top["session"], "absolute_timeout");
  const Field idle = within(top["session"], "idle_timeout");
  if (absolute.given()) absolute.warn(text + ": its records don't say when a session began");
  if (idle.given() && settings.dialect == DialectType::express)
    idle.warn(text + ": sessions live as their cookie says, or express.ttl");
}

void warn_of_unsigned(Section& top, const Settings& settings) {
  if (!uses(settings, DialectType::session_store)) return;
  const Field field = settings.dialect == DialectType::session_store ? top["dialect"] : top["accept"];
  field.warn(
      "the cookies of session-store are not signed: whoever guesses one, or plants one, has the session");
}

}  // namespace

void read_dialect(const Field& field, Settings& to) {
  read_choice(field, to.dialect, kDialects);
  // The names that the libraries give their cookies unless told otherwise.
  if (to.dialect == DialectType::express) to.cookie.name = "connect.sid";
  if (to.dialect == DialectType::session_store) to.cookie.name = "session-store";
}

void read_dialects(Section& top, Settings& to) {
  read_accept(top["accept"], to.accept);
  read_map(
      top["express"], [&](Section& express) { read_express(express, to.express); }, Section::Names::hidden);
  read_map(
      top["session_store"], [&](Section& section) { read_session_store(section, to.session_store); },
      Section::Names::hidden);
  CrossFieldChecks found;
  check_accept(top, to, found);
  check_names(top, to, found);
  check_secrets(top, to, found);
  found.report();
  warn_of_unsigned(top, to);
}

void check_dialects(Section& top, const Settings& settings) {
  CrossFieldChecks found;
  check_keys(top, settings, found);
  check_prefixes(top, settings, found);
  found.report();
  warn_of_memory(top, settings);
  warn_of_timeouts(top, settings);
}

}  // namespace session::gateway
