#include "gateway/config/reader.h"

#include <algorithm>
#include <utility>

#include "gateway/config/suggestions.h"

namespace session::gateway {
namespace {

using NodeKind = YamlNode::Kind;

std::string joined(const std::string& key, std::string_view name) {
  const std::string part = escaped(name);
  return key.empty() ? part : key + "." + part;
}

Problem given_twice(int line, std::string key, int first) {
  return {line, std::move(key), "given twice, first in line " + std::to_string(first)};
}

}  // namespace

bool ParseContext::clean(std::string_view key) const {
  return std::none_of(problems_.begin(), problems_.end(), [&](const Problem& p) { return p.key == key; });
}

Problems ParseContext::problems() const {
  Problems sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  return sorted;
}

void Field::expected(std::string_view what, std::string_view hint) const {
  if (!node_ || node_->kind != NodeKind::scalar) return expected_kind(what);
  problem(std::string("expected ").append(what).append(", got ").append(shown(node_->text)).append(hint));
}

void Field::expected_kind(std::string_view what) const {
  const std::string_view got = node_ ? kind_name(*node_) : "nothing";
  problem(std::string("expected ").append(what).append(", got ").append(got));
}

std::optional<std::string_view> Field::text(std::string_view what) const {
  if (!node_) return std::nullopt;
  if (node_->kind == NodeKind::scalar) return node_->text;
  expected_kind(what);
  return std::nullopt;
}

Section::Section(const Field& field, Names names) : field_(field), names_(names) {
  if (!field.given()) return;
  for (const YamlEntry& entry : field.node()->entries) entries_.emplace(entry.name, &entry);
}

Field Section::operator[](std::string_view name) {
  std::string key = joined(field_.key(), name);
  if (!knows(name)) {
    known_.emplace_back(name);
    field_.context().note(key);
  }
  const auto found = entries_.find(name);
  if (found == entries_.end()) return Field(field_.context(), nullptr, std::move(key), field_.line());
  const YamlNode& value = found->second->value;
  field_.context().place(key, value.line);
  return Field(field_.context(), &value, std::move(key), value.line);
}

void Section::finish() const {
  if (!field_.given()) return;
  for (const YamlEntry& entry : field_.node()->entries) {
    const YamlEntry& first = *entries_.at(entry.name);
    if (&first == &entry && !knows(entry.name)) report_unknown(entry);
    if (&first == &entry || (names_ == Names::hidden && !knows(entry.name))) continue;
    field_.context().add(given_twice(entry.line, joined(field_.key(), entry.name), first.line));
  }
}

bool Section::knows(std::string_view name) const {
  return std::find(known_.begin(), known_.end(), name) != known_.end();
}

void Section::report_unknown(const YamlEntry& entry) const {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  std::string hint = suggestion(entry.name, known);
  if (hint.empty()) hint = "; expected " + any_of(known);
  if (names_ == Names::shown) {
    field_.context().add({entry.line, joined(field_.key(), entry.name), "unknown key" + hint});
  } else {
    field_.context().add({entry.line, field_.key(), "unknown key (not shown, it may be a secret)" + hint});
  }
}

std::vector<Field> items_of(const Field& field) {
  std::vector<Field> items;
  if (field.context().lists_keys()) return {Field(field.context(), nullptr, field.key() + "[]", 0)};
  if (!field.given()) return items;
  if (field.node()->kind != NodeKind::list) {
    field.expected_kind("a list");
    return items;
  }
  for (const YamlNode& item : field.node()->items) {
    std::string key = field.key() + "[" + std::to_string(items.size()) + "]";
    items.emplace_back(field.context(), &item, std::move(key), item.line);
  }
  return items;
}

std::vector<NamedField> entries_of(const Field& field) {
  ParseContext& context = field.context();
  if (context.lists_keys()) {
    const std::string any = joined(field.key(), "*");
    context.note(any);
    return {NamedField{"*", Field(context, nullptr, any, 0)}};
  }
  std::vector<NamedField> entries;
  if (!field.given() || field.node()->kind == NodeKind::null) return entries;
  if (field.node()->kind != NodeKind::map) {
    field.expected_kind("a map");
    return entries;
  }
  std::unordered_map<std::string_view, int> lines;
  for (const YamlEntry& entry : field.node()->entries) {
    const auto [first, fresh] = lines.emplace(entry.name, entry.line);
    std::string key = joined(field.key(), entry.name);
    if (!fresh) {
      context.add(given_twice(entry.line, std::move(key), first->second));
      continue;
    }
    entries.push_back({entry.name, Field(context, &entry.value, std::move(key), entry.value.line)});
  }
  return entries;
}

}  // namespace session::gateway
