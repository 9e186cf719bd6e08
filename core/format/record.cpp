#include "core/format/record.h"

#include <algorithm>
#include <utility>

namespace session {
namespace {

std::string quoted_name(std::string_view name) { return to_text(Json(std::string(name))); }

}  // namespace

Record Record::of(Json attributes) {
  Record record;
  for (const auto& [name, value] : attributes.items())
    record.members_.push_back({name, quoted_name(name), to_text(value), Owner::session});
  record.attributes = std::move(attributes);
  return record;
}

RecordMember* Record::find(Owner owner, std::string_view name) {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const RecordMember& member) {
    return member.owner == owner && member.name == name;
  });
  return found == members_.end() ? nullptr : &*found;
}

const std::string* Record::format_member(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const RecordMember& member) {
    return member.owner == Owner::format && member.name == name;
  });
  return found == members_.end() ? nullptr : &found->text;
}

void Record::add(const MemberText& member, Owner owner) {
  members_.push_back({member.name, std::string(member.name_text), std::string(member.text), owner});
}

void Record::set(const std::string& name, Json value) {
  RecordMember* member = find(Owner::session, name);
  if (member == nullptr) {
    members_.push_back({name, quoted_name(name), to_text(value), Owner::session});
  } else if (attributes[name] != value) {
    member->text = to_text(value);
  }
  attributes[name] = std::move(value);
}

void Record::unset(const std::string& name) {
  attributes.erase(name);
  std::erase_if(members_, [&](const RecordMember& member) {
    return member.owner == Owner::session && member.name == name;
  });
}

void Record::take_attributes(Record other) {
  attributes = std::move(other.attributes);
  for (RecordMember& member : other.members_) {
    if (member.owner != Owner::session) continue;
    if (!parse_json(member.text)) member.text = to_text(attributes[member.name]);
    members_.push_back(std::move(member));
  }
}

void Record::set_format_member(std::string_view name, std::string text, Place place) {
  if (RecordMember* member = find(Owner::format, name)) {
    member->text = std::move(text);
    return;
  }
  const auto at = place == Place::front ? members_.begin() : members_.end();
  members_.insert(at, {std::string(name), quoted_name(name), std::move(text), Owner::format});
}

}  // namespace session
