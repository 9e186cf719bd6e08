#include "core/session/privileges.h"

#include <algorithm>
#include <utility>

namespace session {
namespace {

// Returns the first name of a JSON pointer, without its escapes.
std::string first_name(Json::json_pointer pointer) {
  std::string name;
  while (!pointer.empty()) {
    name = pointer.back();
    pointer.pop_back();
  }
  return name;
}

bool differ(const Json* a, const Json* b) {
  if (a == nullptr || b == nullptr) return a != b;
  return *a != *b;
}

}  // namespace

void apply_changes(const Record::Changes& changes, Json& attributes) {
  for (const auto& [name, value] : changes) {
    if (value.has_value()) {
      attributes[name] = *value;
    } else {
      attributes.erase(name);
    }
  }
}

Privileges::Privileges(std::shared_ptr<const Identity> identity, const PrivilegeSettings& settings)
    : identity_(std::move(identity)), forget_at_login_(settings.forget_at_login) {
  for (const std::string& text : settings.rights) {
    const Json::json_pointer pointer(text);
    rights_.push_back({pointer, first_name(pointer)});
  }
}

bool Privileges::concern(std::string_view attribute) const {
  return identity_->wanted().has(attribute) ||
         std::any_of(rights_.begin(), rights_.end(), [&](const Right& right) {
           return right.attribute.empty() || right.attribute == attribute;
         });
}

bool Privileges::repeat_subject(const Json& stored, const Record::Changes& changes) const {
  return std::any_of(changes.begin(), changes.end(), [&](const auto& each) {
    if (!each.second || !identity_->has_subject_in(each.first)) return false;
    const auto before = stored.find(each.first);
    return before != stored.end() && *before == *each.second;
  });
}

PrivilegeChange Privileges::change(const Json& stored, const Record::Changes& changes,
                                   SameSubject same) const {
  PrivilegeChange change;
  const bool relevant =
      std::any_of(changes.begin(), changes.end(), [&](const auto& each) { return concern(each.first); });
  if (!relevant) return change;
  Json next = stored;
  apply_changes(changes, next);
  const auto before = identity_->subject(stored);
  const auto after = identity_->subject(next);
  change.subject = before != after;
  change.login = after && (change.subject || (same == SameSubject::login && repeat_subject(stored, changes)));
  change.rights = std::any_of(rights_.begin(), rights_.end(), [&](const Right& right) {
    return differ(find_at(stored, right.pointer), find_at(next, right.pointer));
  });
  if (!change.subject) return change;
  if (before && after) {
    forget_all(stored, change);
  } else if (before) {
    forget_person(stored, change);
  } else {
    change.forgotten = forget_at_login_;
  }
  std::erase_if(change.forgotten, [&](const std::string& name) { return changes.contains(name); });
  return change;
}

void Privileges::forget_all(const Json& stored, PrivilegeChange& change) const {
  for (const auto& [name, value] : stored.items()) change.forgotten.push_back(name);
}

void Privileges::forget_person(const Json& stored, PrivilegeChange& change) const {
  for (const auto& [name, value] : stored.items()) {
    if (concern(name)) change.forgotten.push_back(name);
  }
}

}  // namespace session
