#include "core/session/privileges.h"

#include <algorithm>
#include <utility>

namespace session {
namespace {

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
  for (const std::string& pointer : settings.rights) rights_.emplace_back(pointer);
}

bool Privileges::concern(std::string_view attribute) const {
  return identity_->wanted().has(attribute) ||
         std::any_of(rights_.begin(), rights_.end(),
                     [&](const JsonPath& right) { return right.empty() || right.first() == attribute; });
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
  change.rights = std::any_of(rights_.begin(), rights_.end(), [&](const JsonPath& right) {
    return differ(right.find(stored), right.find(next));
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
