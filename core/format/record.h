#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/format/login_facts.h"
#include "core/json/json.h"
#include "core/json/member_texts.h"

namespace session {

// The part of a record that a check needs: its creation, its lifetime, and the wanted attributes. It is read
// only, never written.
struct RecordHead {
  // Unix time of the login or first write, from which the absolute timeout counts. nullopt: the format does
  // not contain it, so there is no absolute timeout.
  std::optional<seconds> created = {};
  Json attributes = Json::object();  // always an object
  // The lifetime that the record itself contains, from each use on; nullopt: the policy decides.
  std::optional<milliseconds> lifetime = {};
  // The end that the record itself contains, in Unix time; nothing moves it. nullopt: there is none.
  std::optional<milliseconds> end = {};
  // The store key of the other format's record from which this one was migrated, as long as that record may
  // exist.
  std::optional<std::string> migrated_from = {};
  // The last login, for formats that keep it (FormatCapabilities::login_facts).
  LoginFacts login = {};
  // The name of the lifetime that the login asked for (Policy::lifetimes), for the same formats; empty: the
  // one of all sessions.
  std::string lifetime_name = {};
};

// One member of a record, as text.
struct RecordMember {
  enum class Owner {
    session,  // an attribute
    format,   // a member of the format itself, such as `cookie` of express-session
  };
  std::string name;
  // Name and value as JSON. Those of a member that was read are byte for byte as the store had them.
  std::string name_text;
  std::string text;
  Owner owner = Owner::session;
};

// The decoded record of a session: its members in order, with their bytes. A write changes only the members
// that it was asked to change, and leaves all others byte for byte in their places, because applications in
// other languages may depend on the order of an object's members, and on the spelling of a number.
class Record : public RecordHead {
 public:
  using Owner = RecordMember::Owner;

  // Makes a record with these attributes, in the order of the Json object. REQUIRES: an object.
  [[nodiscard]] static Record of(Json attributes);

  [[nodiscard]] const std::vector<RecordMember>& members() const { return members_; }
  // Returns a member of the format itself; nullptr if there is none of that name.
  [[nodiscard]] const std::string* format_member(std::string_view name) const;
  // The size of the attributes as text, names included.
  [[nodiscard]] std::size_t attribute_bytes() const;

  // Attributes to set, by name; nullopt removes the attribute. Removing a missing one is no error.
  using Changes = std::map<std::string, std::optional<Json>>;
  // Sets or removes attributes. An attribute keeps its place, and a new one goes behind all members. If a
  // value is the same, its bytes are kept. It takes one pass over the members for any number of changes,
  // because a client chooses both numbers.
  void apply(const Changes& changes);

  // Takes over another format's attributes with their bytes and their order, and nothing else. A value whose
  // bytes parse_json rejects (JavaScript writes integers of more than 64 bits) is encoded again from the
  // value that was read. REQUIRES: this record has no attributes.
  void take_attributes(Record other);

  enum class Place { front, back };
  // Sets a member of the format itself; `place` is where a new one goes.
  void set_format_member(std::string_view name, std::string text, Place place = Place::back);

  // For formats that decode: adds a member that was read. REQUIRES: no member of that name and owner is
  // there.
  void add(const MemberText& member, Owner owner);

 private:
  [[nodiscard]] RecordMember* find(Owner owner, std::string_view name);

  std::vector<RecordMember> members_;
};

}  // namespace session
