#include "core/authz/rule_set.h"

#include <algorithm>
#include <optional>

#include <boost/container/small_vector.hpp>

#include "core/base/text.h"
#include "core/record/policy.h"

namespace session {
namespace {

constexpr std::string_view kLoginRule = "login";

// Two strings, as most values are, without the library's case for each pair of types.
bool equal(const Json& a, const Json& b) {
  const auto* text = a.get_ptr<const Json::string_t*>();
  const auto* other = b.get_ptr<const Json::string_t*>();
  return text != nullptr && other != nullptr ? *text == *other : a == b;
}

bool is_member(const Json& list, const Json& value) {
  const auto* elements = list.get_ptr<const Json::array_t*>();
  return elements != nullptr && std::any_of(elements->begin(), elements->end(),
                                            [&](const Json& element) { return equal(element, value); });
}

bool holds(Condition::Op op, const Json& operand, const Json* value) {
  const bool present = value != nullptr && !value->is_null();
  switch (op) {
    case Condition::Op::exists:
      return present == operand.get<bool>();
    case Condition::Op::equals:
      return present && equal(*value, operand);
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

// What the conditions of one check find in the attributes, looked for once however many ask for it.
class RuleSet::Values {
 public:
  Values(const std::vector<JsonPath>& paths, const RuleInput& input) : paths_(paths), input_(input) {}

  // nullptr: there is none.
  [[nodiscard]] const Json* at(std::size_t path) {
    if (attributes_ == nullptr) {
      attributes_ = &input_.attributes();
      found_.resize(paths_.size());
    }
    if (!found_[path]) found_[path] = paths_[path].find(*attributes_);
    return *found_[path];
  }

 private:
  const std::vector<JsonPath>& paths_;
  const RuleInput& input_;
  const Json* attributes_ = nullptr;
  boost::container::small_vector<std::optional<const Json*>, 16> found_;  // nullopt: not looked for
};

std::size_t RuleSet::path_of(const std::string& pointer, std::map<std::string, std::size_t>& known) {
  const auto [place, is_new] = known.emplace(pointer, paths_.size());
  if (is_new) paths_.emplace_back(pointer);
  return place->second;
}

RuleSet::RuleSet(std::vector<Rule> rules) {
  std::map<std::string, std::size_t> paths;
  for (Rule& rule : rules) {
    if (rule.fresh_only) fresh_only_.push_back(rule.name);
    Entry entry{{}, rule.authenticated_within};
    for (Condition& condition : rule.conditions) {
      entry.conditions.push_back(
          Compiled{path_of(condition.pointer, paths), condition.op, std::move(condition.operand)});
    }
    rules_.emplace(std::move(rule.name), std::move(entry));
  }
}

bool RuleSet::want_fresh(std::string_view required) const {
  if (fresh_only_.empty()) return false;
  while (!required.empty()) {
    const std::string_view name = take_item(required, ',');
    if (std::find(fresh_only_.begin(), fresh_only_.end(), name) != fresh_only_.end()) return true;
  }
  return false;
}

// nullopt: the rule holds. The caller knows its name.
std::optional<RuleSet::Decision> RuleSet::check_one(const Entry& rule, const RuleInput& input,
                                                    Values& values) {
  const bool all = std::all_of(rule.conditions.begin(), rule.conditions.end(),
                               [&](const Compiled& c) { return holds(c.op, c.operand, values.at(c.path)); });
  if (!all) return Decision{};
  if (!rule.authenticated_within) return std::nullopt;
  if (!input.has_subject) return Decision{.login = true};
  if (is_recent(input.authenticated, *rule.authenticated_within, input.clock.unix_now())) return std::nullopt;
  return Decision{.stale = true};
}

RuleSet::Decision RuleSet::check(std::string_view required, const RuleInput& input) const {
  Values values(paths_, input);
  while (!required.empty()) {
    const std::string_view name = take_item(required, ',');
    if (name.empty()) continue;
    const auto rule = rules_.find(name);
    if (rule == rules_.end()) {
      if (name != kLoginRule) return {.unmet = name, .unknown = true};
      if (!input.has_subject) return {.unmet = name, .login = true};
      continue;
    }
    std::optional<Decision> decision = check_one(rule->second, input, values);
    if (!decision) continue;
    decision->unmet = name;
    return *decision;
  }
  return {};
}

}  // namespace session
