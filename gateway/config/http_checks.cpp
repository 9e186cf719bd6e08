#include "gateway/config/http_checks.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/text.h"
#include "gateway/config/plain_text.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

constexpr std::size_t kMaxHeaderName = 64;
constexpr std::size_t kMaxAddress = 2048;
constexpr Choices<bool, 2> kRefuse = {{{"status", false}, {"redirect", true}}};
constexpr std::array<std::string_view, 5> kActions = {"set", "unset", "destroy", "regenerate", "lifetime"};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_header_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxHeaderName &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

// Headers with another meaning: a front would send the address in their place.
constexpr std::array<std::string_view, 8> kOtherHeaders = {
    "Authorization", "Connection",        "Content-Length", "Cookie",
    "Host",          "Transfer-Encoding", "Upgrade",        "X-Gateway-Secret"};

bool has_other_meaning(std::string_view name) {
  return std::any_of(kOtherHeaders.begin(), kOtherHeaders.end(),
                     [&](std::string_view other) { return equal_ignoring_case(name, other); });
}

// What goes into the value of a setting that is a list of words, separated by commas.
bool is_item(std::string_view text) {
  return !text.empty() && !first_not_text(text) && text.find(',') == text.npos && text.front() != ' ' &&
         text.back() != ' ';
}

// Reads a list of texts. One that is given replaces the default, also if it is empty.
void read_items(const Field& field, std::vector<std::string>& to) {
  read_texts(field, to);
  if (!field.clean()) return;
  for (const std::string& item : to) {
    if (field.given() && !is_item(item))
      field.problem("expected texts without commas, and without spaces at their ends");
  }
}

std::string joined(const std::vector<std::string>& items) {
  std::string all;
  for (const std::string& item : items) all += (all.empty() ? "" : ",") + item;
  return all;
}

void read_login_page(const Field& field, const HttpCheck& check, std::string& to) {
  field.describe([] { return pattern_shape("^(/([^/\\\\]|$)|https?://)"); });
  read_text(field, to);
  if (!field.given() || !field.clean()) return;
  const bool path = to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\");
  const bool address = to.starts_with("https://") || to.starts_with("http://");
  if (!(path || address) || first_not_text(to) || to.size() > kMaxAddress ||
      to.find_first_of(" \"<>#") != to.npos)
    return field.expected("a path of this site such as /login, or an http or https address");
  if (!check.redirect && to != HttpCheck().login_page) field.warn("not used without refuse: redirect");
}

void read_check(const NamedField& entry, HttpCheck& to) {
  to.name = entry.name;
  check_name(entry);
  read_map(entry.field, [&](Section& section) {
    read_items(section["require"], to.require);
    read_flag(section["touch"], to.touch);
    read_choice(section["refuse"], to.redirect, kRefuse);
    read_login_page(section["login_page"], to, to.login_page);
    const Field original = section["original"];
    original.describe([] { return pattern_shape("^[A-Za-z0-9-]{1,64}$"); });
    read_text(original, to.original);
    if (original.clean() && !is_header_name(to.original))
      original.expected("the name of a header such as X-Forwarded-Uri");
    if (has_other_meaning(to.original))
      original.problem("this header has another meaning: expected one such as X-Forwarded-Uri");
  });
}

bool is_action(std::string_view text) {
  const std::string_view verb = text.substr(0, text.find(':'));
  if (std::find(kActions.begin(), kActions.end(), verb) == kActions.end()) return false;
  const bool with_name = verb == "set" || verb == "unset" || verb == "lifetime";
  return verb.size() == text.size() || (with_name && verb.size() + 1 < text.size());
}

void read_view(const NamedField& entry, HttpView& to) {
  to.name = entry.name;
  check_name(entry);
  read_map(entry.field, [&](Section& section) {
    const Field allow = section["allow"];
    std::vector<std::string> actions;
    read_items(allow, actions);
    for (const std::string& action : actions) {
      if (!is_action(action) && allow.clean())
        allow.problem(
            "expected set, unset, destroy, regenerate, lifetime, set:NAME, unset:NAME or lifetime:NAME, "
            "got " +
            shown(action));
    }
    to.allow = joined(actions);
    const Field expose = section["expose"];
    std::vector<std::string> names;
    read_items(expose, names);
    if (expose.given()) to.expose = joined(names);
  });
}

}  // namespace

void read_checks(const Field& field, std::vector<HttpCheck>& to) {
  field.describe(names_shape);
  for (const NamedField& entry : entries_of(field)) {
    const auto same = [&](const HttpCheck& check) { return check.name == entry.name; };
    const auto known = std::find_if(to.begin(), to.end(), same);
    read_check(entry, known == to.end() ? to.emplace_back() : *known);
  }
}

void read_views(const Field& field, std::vector<HttpView>& to) {
  field.describe(names_shape);
  for (const NamedField& entry : entries_of(field)) read_view(entry, to.emplace_back());
}

// After the rules, which the checks name.
void check_required_rules(const Field& field, const Settings& settings) {
  if (!field.clean() || field.context().lists_keys()) return;
  std::vector<std::string_view> names = {"login"};
  for (const Rule& rule : settings.rules) names.push_back(rule.name);
  for (const HttpCheck& check : settings.checks) {
    for (const std::string& rule : check.require) {
      if (std::find(names.begin(), names.end(), rule) != names.end()) continue;
      within(field, check.name).problem("there is no rule " + shown(rule) + suggestion(rule, names));
    }
  }
}

}  // namespace session::gateway
