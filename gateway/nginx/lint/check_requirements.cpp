#include "gateway/nginx/lint/check_requirements.h"

#include <algorithm>
#include <iterator>

#include "core/base/text.h"

namespace session::gateway {
namespace {

using Rules = CheckRequirements::Rules;
using Values = std::map<std::string, std::string>;  // by variable, with its $

// Works out the values of variables for the check of a location, as far as lines give them constant ones.
class Evaluation {
 public:
  explicit Evaluation(const GatewayUsage& usage) : usage_(usage) {
    for (const Directive* line : usage.model().all()) {
      const std::string variable = assigned_by(*line);
      if (line->name == "set") settable_.insert(variable);
      if (variable.empty() || !line->is_block) continue;
      const auto& rows = line->children;
      const bool fixed = line->name == "map" && rows.size() == 1 && rows.front().args.size() == 1 &&
                         defaults_.count(variable) == 0;
      defaults_[variable] = fixed ? rows.front().arg(0) : variable;
    }
    find_conditional();
  }

  // What GATEWAY_REQUIRE of the auth location is for the check of a location, with the names of variables
  // whose value is unknown.
  [[nodiscard]] std::vector<std::string> required(const Context& location, const Context& auth) const {
    const Context& server = *location.enclosing(Context::Level::server);
    Values values = defaults_;
    // nginx runs the lines of the server before those of the location, and again for the check.
    for (const Context* block : {&server, &location, &server, &auth}) run(*block, values);
    std::vector<std::string> found;
    for (const Setting& setting : usage_.params(auth, "GATEWAY_REQUIRE"))
      found.push_back(expanded(setting.value, values));
    return found;
  }

 private:
  void find_conditional() {
    for (const auto* contexts : {&usage_.model().contexts(), &usage_.model().server_branches()}) {
      for (const Context* context : *contexts) {
        if (context->level() != Context::Level::branch) continue;
        for (const Directive* line : context->own("set"))
          conditional_[context->parent()].insert(line->arg(0));
      }
    }
  }

  void run(const Context& block, Values& values) const {
    for (const Directive* line : block.own("set")) values[line->arg(0)] = expanded(line->arg(1), values);
    const auto at = conditional_.find(&block);
    if (at == conditional_.end()) return;
    for (const std::string& variable : at->second) values[variable] = variable;
  }

  // A variable that only `set` lines give a value is empty before them; any other one is unknown.
  [[nodiscard]] std::string expanded(const std::string& text, const Values& values) const {
    std::string out = text;
    for (const std::string& name : variables_in(text)) {
      const auto known = values.find("$" + name);
      const std::string unknown = settable_.count("$" + name) > 0 ? "" : "$" + name;
      const std::string& value = known == values.end() ? unknown : known->second;
      for (const std::string& written : {"${" + name + "}", "$" + name}) {
        const auto at = out.find(written);
        if (at != out.npos && value != written) out.replace(at, written.size(), value);
      }
    }
    return out;
  }

  const GatewayUsage& usage_;
  Values defaults_;
  std::set<std::string> settable_;
  std::map<const Context*, std::set<std::string>> conditional_;  // what an `if` in a block may set
};

// Returns the rules in a list. nullopt: one of them is unknown, or gateway.yaml does not have it.
std::optional<Rules> rules_in(const std::vector<std::string>& lists, const std::vector<std::string>& known) {
  Rules rules;
  for (const std::string& list : lists) {
    for (std::string_view rest = list; !rest.empty();) {
      const std::string rule(take_item(rest, ','));
      if (rule.empty()) continue;
      if (rule != "login" && std::find(known.begin(), known.end(), rule) == known.end()) return std::nullopt;
      rules.insert(rule);
    }
  }
  return rules;
}

std::string joined(const Rules& rules, const std::string& between) {
  std::string text;
  for (const std::string& rule : rules) text += (text.empty() ? "" : between) + legible(rule);
  return text;
}

// Returns the rules of a check by HTTP. nullopt: the path is of no check, or gateway.yaml has none of that
// name.
std::optional<Rules> rules_by_http(const GatewayUsage& usage, const Context& auth) {
  const std::string path = usage.http_path(auth);
  constexpr std::string_view kChecks = "/auth/";
  if (!path.starts_with(kChecks)) return std::nullopt;
  const auto check = usage.facts().checks.find(path.substr(kChecks.size()));
  if (check == usage.facts().checks.end()) return std::nullopt;
  return Rules(check->second.begin(), check->second.end());
}

}  // namespace

CheckRequirements::CheckRequirements(const GatewayUsage& usage) : usage_(usage) {
  const Evaluation evaluation(usage);
  for (const Context* context : usage.model().contexts()) {
    const Context* auth = usage.auth_location(*context);
    if (context->level() != Context::Level::location || !auth || auth == context ||
        !usage.asks_gateway(*context))
      continue;
    auto rules = usage.is_http_gateway(*auth)
                     ? rules_by_http(usage, *auth)
                     : rules_in(evaluation.required(*context, *auth), usage.facts().rules);
    if (rules) rules_[context] = std::move(*rules);
  }
  for (const Context* context : usage.model().contexts()) {
    if (context->level() != Context::Level::location || !usage.is_gateway(*context) ||
        !(usage.is_endpoint(*context, "admin") || usage.is_endpoint(*context, "console")))
      continue;
    auto rules = rules_in(evaluation.required(*context, *context), usage.facts().rules);
    if (rules) operators_[context] = std::move(*rules);
  }
}

const Rules* CheckRequirements::of_operators(const Context& location) const {
  const auto at = operators_.find(&location);
  return at == operators_.end() ? nullptr : &at->second;
}

const Rules* CheckRequirements::of(const Context& context) const {
  if (context.block().name == "limit_except") return nullptr;  // nginx runs no `set` for it
  const auto at = rules_.find(context.enclosing(Context::Level::location));
  return at == rules_.end() || !GatewayUsage::check(context) ? nullptr : &at->second;
}

Rules CheckRequirements::missing(const Context& place, const Context& guarded) const {
  const Rules* asked = of(place);
  const Rules* wanted = of(guarded);
  Rules rules;
  if (!asked || !wanted) return rules;
  std::set_difference(wanted->begin(), wanted->end(), asked->begin(), asked->end(),
                      std::inserter(rules, rules.end()));
  return rules;
}

bool CheckRequirements::is_weaker(const Context& place, const Context& guarded) const {
  return !is_closed(place) || (!has_other_lock(place) && !missing(place, guarded).empty());
}

Admits CheckRequirements::admits_past(const Context& guarded) const {
  return [this, &guarded](const Context& place) { return is_weaker(place, guarded); };
}

std::string CheckRequirements::without(const Context& place, const Context& guarded) const {
  return is_closed(place) ? "without asking for " + joined(missing(place, guarded), " and ")
                          : "without a check";
}

std::string CheckRequirements::lacking(const Context& place, const Context& guarded) const {
  return is_closed(place) ? "a check that does not ask for " + joined(missing(place, guarded), " and ")
                          : "no check";
}

std::string CheckRequirements::line_to_add(const Context& place, const Context& guarded) const {
  const Context* auth = usage_.auth_location(guarded);
  if (auth && usage_.is_http_gateway(*auth))
    return "auth_request " + legible(*GatewayUsage::check(guarded)) + ";";
  if (!is_closed(place)) return "include session-gateway-protect.conf;";
  Rules rules = *of(place);
  const Rules lacks = missing(place, guarded);
  rules.insert(lacks.begin(), lacks.end());
  rules.erase("login");
  std::string line = lacks.count("login") > 0 ? "set $session_login login;" : "";
  if (!rules.empty())
    line += (line.empty() ? "" : " ") + ("set $session_require " + joined(rules, ",") + ";");
  return line;
}

}  // namespace session::gateway
