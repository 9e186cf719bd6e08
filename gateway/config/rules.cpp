#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/config/operand.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

using ConditionOp = Condition::Op;

constexpr std::array<std::pair<std::string_view, ConditionOp>, 4> kOps = {
    {{"equals", ConditionOp::equals},
     {"one_of", ConditionOp::one_of},
     {"contains", ConditionOp::contains},
     {"exists", ConditionOp::exists}}};

std::optional<Json> list_in(const Field& field) {
  Json list = Json::array();
  const std::vector<Field> items = items_of(field);
  for (const Field& item : items) {
    if (auto value = operand_in(item)) list.push_back(std::move(*value));
  }
  if (items.empty() && field.clean()) field.problem("expected at least one value");
  return list;
}

std::optional<Json> flag_in(const Field& field) {
  bool flag = true;
  read_flag(field, flag);
  return Json(flag);
}

std::optional<Json> operand_of(ConditionOp op, const Field& field) {
  switch (op) {
    case ConditionOp::one_of:
      return list_in(field);
    case ConditionOp::exists:
      return flag_in(field);
    case ConditionOp::equals:
    case ConditionOp::contains:
      return operand_in(field);
  }
  return std::nullopt;
}

Json operand_shape(ConditionOp op) {
  if (op == ConditionOp::exists) return {{"type", "boolean"}};
  if (op == ConditionOp::one_of) return {{"type", "array"}, {"minItems", 1}, {"items", text_shape()}};
  return text_shape();
}

// Reads the conditions on the value of one pointer. Rejects an empty list, which would be satisfied by
// everyone.
void read_conditions(const std::string& pointer, Section& section, std::vector<Condition>& to) {
  section.field().describe([] { return Json{{"type", "object"}, {"minProperties", 1}}; });
  bool any = false;
  for (const auto& [name, op] : kOps) {
    const Field field = section[name];
    field.describe([&, &of = op] { return operand_shape(of); });
    if (!field.given()) continue;
    any = true;
    if (auto operand = operand_of(op, field)) to.push_back({pointer, op, std::move(*operand)});
  }
  if (!any) section.field().problem("expected equals, one_of, contains or exists");
}

// What a rule has beside conditions on values of the session.
constexpr std::string_view kAuthenticatedWithin = "authenticated_within";
constexpr std::string_view kFreshOnly = "fresh_only";
constexpr std::chrono::hours kTenYears(24 * 3650);

void read_rule(const NamedField& entry, Rule& to) {
  to.name = entry.name;
  check_name(entry);
  entry.field.describe([] {
    return Json{{"type", "object"},
                {"minProperties", 1},
                {"propertyNames", {{"pattern", "^(/.*|authenticated_within|fresh_only)$"}}}};
  });
  const std::vector<NamedField> pointers = entries_of(entry.field);
  read_duration(Section(entry.field, Section::Names::shown)[kAuthenticatedWithin], to.authenticated_within,
                {seconds(1), kTenYears});
  read_flag(Section(entry.field, Section::Names::shown)[kFreshOnly], to.fresh_only);
  bool any = false;
  for (const auto& [pointer, field] : pointers) {
    if (pointer == kFreshOnly) continue;
    any = true;
    if (pointer == kAuthenticatedWithin) continue;
    (void)is_member_pointer(pointer, field);
    read_map(field,
             [&, &name = pointer](Section& section) { read_conditions(name, section, to.conditions); });
  }
  if (!any && entry.field.clean()) {
    entry.field.problem("expected at least one condition, such as /groups: { contains: admin }");
  }
}

}  // namespace

void read_rules(const Field& field, std::vector<Rule>& to) {
  field.describe(names_shape);
  for (const NamedField& entry : entries_of(field)) read_rule(entry, to.emplace_back());
}

}  // namespace session::gateway
