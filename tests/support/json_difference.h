#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "core/json/partial_json.h"

namespace session::test {

// Whether two values can't be told apart: as ==, and of the same types, and written alike (-0.0 is not 0.0).
inline bool identical(const Json& a, const Json& b) {
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (const auto* members = a.get_ptr<const Json::object_t*>()) {
    return std::all_of(members->begin(), members->end(), [&](const auto& member) {
      const auto other = b.find(member.first);
      return other != b.end() && identical(member.second, *other);
    });
  }
  if (a.is_array()) return std::equal(a.begin(), a.end(), b.begin(), identical);
  return a == b && to_text(a) == to_text(b);
}

// How a PartialParser's result differs from what parse_json's says that it should be; empty: not at all.
inline std::string difference(PartialParser& parser, std::string_view text, const JsonLimits& limits,
                              const PartOfJson& part) {
  const auto whole = parse_json(text, limits);
  const auto got = parser.parse(text, limits, part);
  if (whole.has_value() != got.has_value()) return whole ? "refused what is taken" : "took what is refused";
  if (!whole) return whole.error().text == got.error().text ? "" : "refused for another reason";

  Json object, beside = Json::object();
  if (whole->is_object()) {
    if (!part.within) object = *whole;
    for (const auto& [name, value] : whole->get_ref<const Json::object_t&>()) {
      if (part.within && name != *part.within) beside[name] = value;
      if (part.within && name == *part.within && value.is_object()) object = value;
    }
  }
  Json got_beside = Json::object();
  for (const auto& [name, value] : got->beside) got_beside[name] = value;
  if (got->beside.size() != beside.size() || !identical(got_beside, beside)) return "other members beside";

  if (object.type() != got->object.type()) return "an object where there is none, or none where there is one";
  if (object.is_null()) return got->left_out ? "nothing was left out" : "";
  for (const auto& [name, value] : object.get_ref<const Json::object_t&>()) {
    const auto found = got->object.find(name);
    const bool needed = part.wanted.has(name) || (!part.always.empty() && part.always == name);
    if (found == got->object.end() ? needed : !identical(value, *found)) return "another value, or none";
  }
  if (got->object.size() > object.size()) return "members that are not there";
  return got->left_out == (got->object.size() < object.size()) ? "" : "wrong about members left out";
}

}  // namespace session::test
