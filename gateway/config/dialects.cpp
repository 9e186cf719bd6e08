#include <algorithm>
#include <string>
#include <vector>

#include "gateway/config/contradictions.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

constexpr std::size_t kMaxPrefixBytes = 64;

constexpr Choices<DialectType, 3> kDialects = {{{"native", DialectType::native},
                                                {"session-store", DialectType::session_store},
                                                {"express", DialectType::express}}};
constexpr Choices<DialectType, 2> kAccepted = {
    {{"session-store", DialectType::session_store}, {"express", DialectType::express}}};

bool is_graphic(char c) { return c > 0x20 && c < 0x7f; }

void read_accept(const Field& field, std::vector<DialectType>& to) {
  for (const Field& item : items_of(field)) {
    DialectType type = DialectType::native;
    read_choice(item, type, kAccepted);
    if (std::find(to.begin(), to.end(), type) != to.end()) item.problem("given twice");
    if (type != DialectType::native) to.push_back(type);
  }
}

void read_express(Section& section, ExpressSettings& to) {
  read_secrets(section["secrets"], to.secrets);
  const Field prefix = section["prefix"];
  read_text(prefix, to.prefix);
  if (!std::all_of(to.prefix.begin(), to.prefix.end(), is_graphic) || to.prefix.size() > kMaxPrefixBytes)
    prefix.expected("at most 64 printable ASCII characters without spaces");
  read_duration(section["ttl"], to.ttl, {seconds(1), std::chrono::hours(24 * 3650)});
  read_text(section["cookie_name"], to.cookie_name);
}

void read_session_store(Section& section, SessionStoreSettings& to) {
  read_salt(section["salt"], to.salt);
  read_text(section["cookie_name"], to.cookie_name);
}

bool uses(const Settings& settings, DialectType type) {
  return settings.dialect == type ||
         std::find(settings.accept.begin(), settings.accept.end(), type) != settings.accept.end();
}

// The name that the library gives its cookie unless told otherwise.
void name_cookie(Section& top, Settings& to) {
  if (to.dialect == DialectType::native) return;
  const YamlNode* cookie = top["cookie"].node();
  const bool named =
      cookie != nullptr && std::any_of(cookie->entries.begin(), cookie->entries.end(),
                                       [](const YamlEntry& entry) { return entry.name == "name"; });
  if (!named) to.cookie.name = to.dialect == DialectType::express ? "connect.sid" : "session-store";
}

void check_accept(Section& top, const Settings& settings, Contradictions& found) {
  const Field accept = top["accept"];
  if (!settings.accept.empty() && settings.dialect != DialectType::native)
    found.add(accept, top["dialect"], "expected only with dialect native, to which sessions move");
  const auto clash = [&](DialectType type, const std::string& name) {
    if (uses(settings, type) && settings.dialect == DialectType::native && name == settings.cookie.name)
      found.add(accept, "the cookies that it accepts have the name of the gateway's own, " + shown(name));
  };
  clash(DialectType::express, settings.express.cookie_name);
  clash(DialectType::session_store, settings.session_store.cookie_name);
}

void check_express(Section& top, const Settings& settings, Contradictions& found) {
  const bool used = uses(settings, DialectType::express);
  const Field blamed = settings.dialect == DialectType::express ? top["dialect"] : top["accept"];
  if (used && settings.express.secrets.empty())
    found.add(blamed, top["express"], "express needs express.secrets beside it");
}

void warn_of_unsigned(Section& top, const Settings& settings) {
  if (!uses(settings, DialectType::session_store)) return;
  const Field field = settings.dialect == DialectType::session_store ? top["dialect"] : top["accept"];
  field.warn(
      "the cookies of session-store are not signed: whoever guesses one, or plants one, has the session; "
      "move "
      "to native");
}

}  // namespace

void read_dialects(Section& top, Settings& to) {
  read_choice(top["dialect"], to.dialect, kDialects);
  read_accept(top["accept"], to.accept);
  read_map(
      top["express"], [&](Section& express) { read_express(express, to.express); }, Section::Names::hidden);
  read_map(
      top["session_store"], [&](Section& section) { read_session_store(section, to.session_store); },
      Section::Names::hidden);
  name_cookie(top, to);
  Contradictions found;
  check_accept(top, to, found);
  check_express(top, to, found);
  found.report();
  warn_of_unsigned(top, to);
}

}  // namespace session::gateway
