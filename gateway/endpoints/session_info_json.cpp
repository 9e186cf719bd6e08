#include "gateway/endpoints/session_info_json.h"

namespace session::gateway {
namespace {

Json time_of(const std::optional<seconds>& time) { return time ? Json(time->count()) : Json(); }

}  // namespace

Json json_of(const SessionInfo& info) {
  Json json = Json::object();
  json["name"] = info.name;
  json["created"] = time_of(info.created);
  json["last_seen"] = time_of(info.last_seen);
  json["expires"] = time_of(info.expires);
  return json;
}

}  // namespace session::gateway
