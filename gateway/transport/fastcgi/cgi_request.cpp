#include "gateway/transport/fastcgi/cgi_request.h"

#include <cstring>

namespace session::gateway {
namespace {

// Compares with a literal. Its length is known, so this is a few machine words; std::string_view's operators
// call memcmp, and a check would pay for some forty of these calls.
template <std::size_t N>
bool is(std::string_view text, const char (&literal)[N]) {
  return text.size() == N - 1 && std::memcmp(text.data(), literal, N - 1) == 0;
}

// Removes the prefix from the text, if it begins with that.
template <std::size_t N>
bool take_prefix(std::string_view& text, const char (&prefix)[N]) {
  if (text.size() < N - 1 || std::memcmp(text.data(), prefix, N - 1) != 0) return false;
  text.remove_prefix(N - 1);
  return true;
}

void add_setting(LocationSettings& settings, std::string_view name, std::string_view value) {
  if (is(name, "ENDPOINT")) return settings.add_endpoint(value);
  if (is(name, "REQUIRE")) return settings.add_require(value);
  if (is(name, "ALLOW")) return settings.add_allow(value);
  if (is(name, "EXPOSE")) return settings.add_expose(value);
  if (is(name, "TOUCH")) return settings.add_touch(value);
  if (is(name, "COMMIT")) return settings.add_commit(value);
}

void add_action(FrontActions& actions, std::string_view name, std::string_view value) {
  if (is(name, "SET")) return actions.texts.set.push_back(value);
  if (is(name, "UNSET")) return actions.texts.unset.push_back(value);
  if (is(name, "DESTROY")) return actions.texts.destroy.push_back(value);
  if (is(name, "REGENERATE")) return actions.texts.regenerate.push_back(value);
  if (is(name, "LIFETIME")) return actions.texts.lifetime.push_back(value);
  if (is(name, "FLUSH")) return actions.texts.flush.push_back(value);
  if (is(name, "STATUS")) return actions.statuses.push_back(value);
  if (is(name, "LOCATION") && !actions.location) actions.location = value;
}

// Views of values are never null, also of empty ones: null is one that has not come yet.
void take_first(std::string_view& slot, std::string_view value) {
  if (slot.data() == nullptr) slot = value;
}

// The params REQUEST_... and REMOTE_...
void add_of_request(Request& request, std::string_view name, std::string_view value) {
  if (is(name, "REQUEST_METHOD")) return take_first(request.method, value);
  if (is(name, "REMOTE_ADDR")) return take_first(request.client.address, value);
  if (is(name, "REQUEST_ID")) return take_first(request.client.request_id, value);
  if (is(name, "REQUEST_URI")) return take_first(request.address, value);
  if (is(name, "REQUEST_SCHEME")) return request.settings.add_scheme(value);
}

}  // namespace

void add_param(Request& request, std::string_view name, std::string_view value) {
  switch (name.empty() ? '\0' : name.front()) {
    case 'H':
      if (take_prefix(name, "HTTP_")) request.headers.add(name, value);
      return;
    case 'G':
      if (!take_prefix(name, "GATEWAY_")) return;
      if (is(name, "SECRET")) return request.front_secret.add(value);
      return add_setting(request.settings, name, value);
    case 'S':
      if (take_prefix(name, "SESSION_")) add_action(request.front_actions, name, value);
      return;
    case 'R':
      return add_of_request(request, name, value);
    case 'Q':
      if (is(name, "QUERY_STRING")) take_first(request.query, value);
      return;
    case 'D':
      if (is(name, "DOCUMENT_URI")) take_first(request.resource, value);
      return;
    default:
      return;
  }
}

void add_params(Request& request, const Params& params, Role role) {
  if (role == Role::responder) {
    params.for_each([&](std::string_view name, std::string_view value) { add_param(request, name, value); });
    return;
  }
  bool requires_rules = false;
  params.for_each([&](std::string_view name, std::string_view value) {
    if (is(name, "GATEWAY_ENDPOINT")) return;
    requires_rules = requires_rules || is(name, "GATEWAY_REQUIRE");
    add_param(request, name, value);
  });
  request.settings.add_endpoint("auth");
  request.wants_subject = true;
  if (!requires_rules) request.settings.add_require("login");
}

}  // namespace session::gateway
