#include "gateway/transport/fastcgi/front_params.h"

namespace session::gateway {

void add_setting(LocationSettings& settings, std::string_view param, std::string_view value) {
  constexpr std::string_view kPrefix = "GATEWAY_";
  if (!param.starts_with(kPrefix)) return;
  const std::string_view name = param.substr(kPrefix.size());
  if (name == "ENDPOINT") settings.add_endpoint(value);
  if (name == "REQUIRE") settings.add_require(value);
  if (name == "ALLOW") settings.add_allow(value);
  if (name == "EXPOSE") settings.add_expose(value);
  if (name == "TOUCH") settings.add_touch(value);
}

}  // namespace session::gateway
