#include "gateway/transport/fastcgi/cgi_request.h"

namespace session::gateway {
namespace {

constexpr std::string_view kHeader = "HTTP_";
constexpr std::string_view kSetting = "GATEWAY_";
constexpr std::string_view kAction = "SESSION_";

void add_setting(LocationSettings& settings, std::string_view name, std::string_view value) {
  if (name == "ENDPOINT") settings.add_endpoint(value);
  if (name == "REQUIRE") settings.add_require(value);
  if (name == "ALLOW") settings.add_allow(value);
  if (name == "EXPOSE") settings.add_expose(value);
  if (name == "TOUCH") settings.add_touch(value);
}

void add_action(FrontActions& actions, std::string_view name, std::string_view value) {
  if (name == "SET") actions.texts.set.push_back(value);
  if (name == "UNSET") actions.texts.unset.push_back(value);
  if (name == "DESTROY") actions.texts.destroy.push_back(value);
  if (name == "REGENERATE") actions.texts.regenerate.push_back(value);
  if (name == "FLUSH") actions.texts.flush.push_back(value);
  if (name == "LOCATION" && !actions.location) actions.location = value;
}

// Views of values are never null, also of empty ones: null is one that has not come yet.
void take_first(std::string_view& slot, std::string_view value) {
  if (slot.data() == nullptr) slot = value;
}

}  // namespace

void add_param(Request& request, std::string_view name, std::string_view value) {
  if (name.starts_with(kHeader)) return request.headers.add(name.substr(kHeader.size()), value);
  if (name.starts_with(kSetting)) return add_setting(request.settings, name.substr(kSetting.size()), value);
  if (name.starts_with(kAction)) return add_action(request.front_actions, name.substr(kAction.size()), value);
  if (name == "REQUEST_METHOD") return take_first(request.method, value);
  if (name == "REMOTE_ADDR") return take_first(request.client.address, value);
  if (name == "REQUEST_ID") return take_first(request.client.request_id, value);
}

}  // namespace session::gateway
