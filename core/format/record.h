#pragma once

#include <optional>

#include "core/base/clock.h"
#include "core/json/json.h"

namespace session {

// What a store holds for a session, decoded.
struct Record {
  // Unix time of the login or first write: what the absolute timeout counts from. nullopt: the format does
  // not say, and there is none.
  std::optional<seconds> created = {};
  Json data = Json::object();  // the attributes, always an object
  // What the format keeps beside the attributes, and what must survive each write; null: nothing.
  Json format_fields = nullptr;
  // How long the record itself says that it lives when it is used; nullopt: the policy decides.
  std::optional<milliseconds> lifetime = {};
};

}  // namespace session
