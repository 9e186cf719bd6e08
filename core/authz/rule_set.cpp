#include "core/authz/rule_set.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/record/policy.h"

namespace session {
namespace {

constexpr std::string_view kLoginRule = "login";

bool is_member(const Json& list, const Json& value) {
  return list.is_array() && std::find(list.begin(), list.end(), value) != list.end();
}

bool holds(Condition::Op op, const Json& operand, const Json* value) {
  const bool present = value != nullptr && !value->is_null();
  switch (op) {
    case Condition::Op::exists:
      return present == operand.get<bool>();
    case Condition::Op::equals:
      return present && *value == operand;
    case Condition::Op::one_of:
      return present && is_member(operand, *value);
    case Condition::Op::contains:
      return present && is_member(*value, operand);
  }
  return false;
}

// A time of login in the future is no time: a clock was wrong.
bool is_recent(const std::optional<seconds>& authenticated, seconds within, seconds now) {
  return authenticated && *authenticated <= now + kClockSkew && now - *authenticated <= within;
}

}  // namespace

RuleSet::RuleSet(std::vector<Rule> rules) {
  for (Rule& rule : rules) {
    Entry entry{{}, rule.authenticated_within};
    for (Condition& condition : rule.conditions) {
      entry.conditions.push_back(Compiled{JsonPath(Json::json_pointer(condition.pointer)), condition.op,
                                          std::move(condition.operand)});
    }
    rules_.emplace(std::move(rule.name), std::move(entry));
  }
}

// nullopt: the rule holds. The caller knows its name.
std::optional<RuleSet::Decision> RuleSet::check_one(const Entry& rule, const RuleInput& input) {
  if (!rule.conditions.empty()) {
    const Json& attributes = input.attributes();
    const bool all = std::all_of(rule.conditions.begin(), rule.conditions.end(), [&](const Compiled& c) {
      return holds(c.op, c.operand, c.path.find(attributes));
    });
    if (!all) return Decision{};
  }
  if (!rule.authenticated_within) return std::nullopt;
  if (!input.has_subject) return Decision{.login = true};
  if (is_recent(input.authenticated, *rule.authenticated_within, input.clock.unix_now())) return std::nullopt;
  return Decision{.stale = true};
}

RuleSet::Decision RuleSet::check(std::string_view required, const RuleInput& input) const {
  while (!required.empty()) {
    const std::string_view name = take_item(required, ',');
    if (name.empty()) continue;
    const auto rule = rules_.find(name);
    if (rule == rules_.end()) {
      if (name != kLoginRule) return {.unmet = name, .unknown = true};
      if (!input.has_subject) return {.unmet = name, .login = true};
      continue;
    }
    std::optional<Decision> decision = check_one(rule->second, input);
    if (!decision) continue;
    decision->unmet = name;
    return *decision;
  }
  return {};
}

}  // namespace session
