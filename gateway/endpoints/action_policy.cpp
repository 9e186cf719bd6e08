#include "gateway/endpoints/action_policy.h"

#include <string>

#include "core/base/text.h"

namespace session::gateway {
namespace {

bool listed(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    if (take_item(list, ',') == word) return true;
  }
  return false;
}

bool key_allowed(std::string_view allow, std::string_view action, const std::string& key) {
  return listed(allow, action) || listed(allow, std::string(action) + ":" + key);
}

}  // namespace

std::optional<std::string_view> not_allowed(const Actions& actions, std::string_view allow) {
  for (const auto& [key, value] : actions.set.items()) {
    if (!key_allowed(allow, "set", key)) return "Setting this attribute is not allowed here.";
  }
  for (const std::string& key : actions.unset) {
    if (!key_allowed(allow, "unset", key)) return "Unsetting this attribute is not allowed here.";
  }
  if (actions.destroy && !listed(allow, "destroy")) return "Destroying the session is not allowed here.";
  if (actions.regenerate && !listed(allow, "regenerate"))
    return "Regenerating the session is not allowed here.";
  if (actions.lifetime && !key_allowed(allow, "lifetime", *actions.lifetime))
    return "Choosing this lifetime is not allowed here.";
  return std::nullopt;
}

}  // namespace session::gateway
