#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/json/json.h"
#include "core/json/member_texts.h"

namespace session {

// What a check needs of a record: when it was made, how long it lives, and the attributes that were asked
// for. It is only looked at, never written.
struct RecordHead {
  // Unix time of the login or first write: what the absolute timeout counts from. nullopt: the format does
  // not say, and there is none.
  std::optional<seconds> created = {};
  Json attributes = Json::object();  // always an object
  // How long the record itself says that it lives when it is used; nullopt: the policy decides.
  std::optional<milliseconds> lifetime = {};
  // The store key of the record of another format that this one was made from, while that one may still be
  // there.
  std::optional<std::string> migrated_from = {};
};

// One member of a record, as text.
struct RecordMember {
  enum class Owner {
    session,  // an attribute
    format,   // what the format keeps beside the attributes, as express-session its `cookie`
  };
  std::string name;
  // Name and value as JSON; of a member that was read, byte for byte as the store had them.
  std::string name_text;
  std::string text;
  Owner owner = Owner::session;
};

// What a store holds for a session, decoded: its members in their order, with their bytes. A write changes
// the members that it was asked to change, and leaves all others byte for byte in their places: applications
// in other languages may rely on the order of an object's members, and on how a number is spelled.
class Record : public RecordHead {
 public:
  using Owner = RecordMember::Owner;

  // A record with these attributes, in the order that Json has them in. REQUIRES: an object.
  [[nodiscard]] static Record of(Json attributes);

  [[nodiscard]] const std::vector<RecordMember>& members() const { return members_; }
  // A member of the format's own; nullptr if there is none of that name.
  [[nodiscard]] const std::string* format_member(std::string_view name) const;

  // Attributes to set, by name; nullopt: to remove. Removing one that is not there is no error.
  using Changes = std::map<std::string, std::optional<Json>>;
  // Sets an attribute in its place, or behind all members if there was none of that name. The same value
  // again leaves its bytes as they are. One pass over the members, however many changes there are: a client
  // chooses both numbers.
  void apply(const Changes& changes);

  // Takes over another format's attributes with their bytes and their order, and nothing else. A value that
  // parse_json refuses (JavaScript writes integers of more than 64 bits) is written anew as it was read.
  // REQUIRES: it has none itself.
  void take_attributes(Record other);

  enum class Place { front, back };
  // Sets a member of the format's own; `place` says where a new one goes.
  void set_format_member(std::string_view name, std::string text, Place place = Place::back);

  // For formats that decode: adds a member that was read. REQUIRES: no member of that name and owner is
  // there.
  void add(const MemberText& member, Owner owner);

 private:
  [[nodiscard]] RecordMember* find(Owner owner, std::string_view name);

  std::vector<RecordMember> members_;
};

}  // namespace session
