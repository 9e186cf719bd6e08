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

std::size_t Record::attribute_bytes() const {
  std::size_t bytes = 0;
  for (const RecordMember& member : members_) {
    if (member.owner == Owner::session) bytes += member.name_text.size() + member.text.size() + 2;
  }
  return bytes;
}

void Record::add(const MemberText& member, Owner owner) {
  members_.push_back({member.name, std::string(member.name_text), std::string(member.text), owner});
}

void Record::apply(const Changes& changes) {
  const auto change_of = [&](const RecordMember& member) {
    return member.owner == Owner::session ? changes.find(member.name) : changes.end();
  };
  std::erase_if(members_, [&](const RecordMember& member) {
    const auto change = change_of(member);
    return change != changes.end() && !change->second;
  });
  for (RecordMember& member : members_) {
    const auto change = change_of(member);
    if (change == changes.end()) continue;
    // The comparison uses the encoded text, because Json treats 1 and 1.0 as equal.
    std::string text = to_text(*change->second);
    if (text != to_text(attributes[member.name])) member.text = std::move(text);
  }
  for (const auto& [name, value] : changes) {
    if (!value) {
      attributes.erase(name);
      continue;
    }
    if (!attributes.contains(name))
      members_.push_back({name, quoted_name(name), to_text(*value), Owner::session});
    attributes[name] = *value;
  }
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
