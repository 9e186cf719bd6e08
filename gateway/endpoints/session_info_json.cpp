#include "gateway/endpoints/session_info_json.h"

namespace session::gateway {
namespace {

Json time_of(const std::optional<seconds>& time) { return time ? Json(time->count()) : Json(); }

Json text_of(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

Json json_of(const SessionInfo& info) {
  Json json = Json::object();
  json["name"] = info.name;
  json["created"] = time_of(info.created);
  json["authenticated"] = time_of(info.authenticated);
  json["last_seen"] = time_of(info.last_seen);
  json["expires"] = time_of(info.expires);
  json["client"] = text_of(info.client.address);
  json["agent"] = text_of(info.client.agent);
  json["lifetime"] = text_of(info.lifetime);
  return json;
}

}  // namespace session::gateway
