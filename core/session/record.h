#pragma once

#include "core/clock.h"
#include "core/json/json.h"

namespace session {

// What a store holds for a session, decoded.
struct Record {
  seconds created{};           // Unix time of the login or first write: what the absolute timeout counts from
  Json data = Json::object();  // the attributes, always an object
};

}  // namespace session
