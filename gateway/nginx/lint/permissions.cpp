// Rules for what nginx's locations and the rules of gateway.yaml say of each other.

#include <algorithm>

#include "core/base/text.h"
#include "gateway/config/suggestions.h"
#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

// Reports one permission to unset an attribute that a rule wants to be absent.
void report_unset(Inspection& in, const Context& context, const Setting& allow, std::string_view item) {
  for (const auto& [attribute, rule] : in.usage.facts().absent) {
    if (item != "unset" && item != "unset:" + attribute) continue;
    in.danger(allow.line->place,
              context.title() + " lets browsers unset " + legible(attribute) + ", which rule " +
                  legible(rule) + " wants to be absent: whoever removes it satisfies the rule",
              "fastcgi_param GATEWAY_ALLOW unset:theme;");
  }
}

void unset_lifts_rule(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    if (!in.usage.is_gateway(*context) || context->internal()) continue;
    for (const Setting& allow : in.usage.params(*context, "GATEWAY_ALLOW")) {
      std::string_view rest = allow.value;
      while (!rest.empty()) report_unset(in, *context, allow, take_item(rest, ','));
    }
  }
}

// Returns the rule of gateway.yaml that a name probably means; "" if none is near.
std::string nearest_rule(const Inspection& in, std::string_view name) {
  std::vector<std::string_view> names = {"login"};
  for (const std::string& rule : in.usage.facts().rules) names.emplace_back(rule);
  return std::string(suggested(name, names).value_or(""));
}

// Reports the rules of a list that gateway.yaml does not have. Items with variables are unknown here.
void look_up(Inspection& in, const Directive& line, const std::string& list) {
  const auto& known = in.usage.facts().rules;
  std::string_view rest = list;
  while (!rest.empty()) {
    const std::string name(take_item(rest, ','));
    if (name.empty() || name == "login" || name.find('$') != name.npos ||
        std::find(known.begin(), known.end(), name) != known.end())
      continue;
    const std::string meant = nearest_rule(in, name);
    in.advice(line.place,
              "gateway.yaml has no rule " + legible(name) + ", so nobody satisfies it, and this answers 403" +
                  (meant.empty() ? "" : "; did you mean " + meant + "?"),
              meant.empty() ? "in gateway.yaml: rules: { " + legible(name) + ": { ... } }"
                            : legible(meant) + " in place of " + legible(name));
  }
}

// Looks up the rules in the values that a directive gives to one of these variables.
void look_up_assigned(Inspection& in, const Directive& line, const std::set<std::string>& variables) {
  const std::string variable = assigned_by(line);
  if (variable.empty() || variables.count(variable.substr(1)) == 0 || is_shipped(line)) return;
  if (!line.is_block) {
    if (line.name == "set") look_up(in, line, line.arg(1));
    return;
  }
  for (const Directive& row : line.children) {
    if (row.args.size() == 1) look_up(in, row, row.arg(0));
  }
}

void unknown_rule(Inspection& in) {
  std::set<std::string> variables;
  for (const Context* auth : in.usage.auth_locations()) {
    for (const Setting& required : in.usage.params(*auth, "GATEWAY_REQUIRE")) {
      look_up(in, *required.line, required.value);
      for (std::string& name : variables_in(required.value)) variables.insert(std::move(name));
    }
    in.usage.add_sources(*auth->enclosing(Context::Level::server), variables);
  }
  for (const Directive* line : in.usage.model().all()) look_up_assigned(in, *line, variables);
}

// Whether a rule says something of who somebody is.
bool says_who(const Inspection& in, const std::string& rule) {
  const auto& known = in.usage.facts().rules;
  const bool is_login = rule == "login" && std::find(known.begin(), known.end(), rule) == known.end();
  return !is_login && in.usage.facts().rules_of_anybody.count(rule) == 0;
}

void no_operator_rule(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    const auto* rules = in.requirements.of_operators(*context);
    if (!rules || std::any_of(rules->begin(), rules->end(),
                              [&](const std::string& rule) { return says_who(in, rule); }))
      continue;
    in.advice(context->block().place,
              context->title() +
                  " has no rule that says who operators are, so the gateway answers 403 to "
                  "everybody",
              "set $session_require admin;");
  }
}

}  // namespace

const std::vector<LintRule>& permission_rules() {
  static const std::vector<LintRule> rules = {
      {"unset-lifts-rule", unset_lifts_rule,
       "A rule with `exists: false` is satisfied by a session without the attribute. Where browsers may "
       "unset "
       "it, everybody can satisfy the rule."},
      {"unknown-rule", unknown_rule,
       "A rule that `gateway.yaml` does not have is never satisfied: a typing error closes the door for "
       "everybody."},
      {"no-operator-rule", no_operator_rule,
       "Who is logged in is for operators alone. A rule has to say who they are: a login does not, nor does "
       "a rule with nothing but `authenticated_within` or `exists: false`, which whoever has just logged in "
       "satisfies. Where no other rule is asked for, the gateway serves nobody."},
  };
  return rules;
}

}  // namespace session::gateway
