#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/nginx/model/header_names.h"
#include "gateway/nginx/model/model.h"

namespace session::gateway {

// The facts of the gateway's configuration that lint needs.
struct GatewayFacts {
  std::vector<HeaderName> headers;    // identity.headers
  std::vector<std::string> deciding;  // attributes that identify the user or that rules read: "user"
};

// The value of a param, or of a header that a location sets.
struct Setting {
  const Directive* line = nullptr;
  std::string value;
};

// How an nginx configuration uses the gateway, as lint rules ask: which locations are protected and by which
// check, which lead to the gateway and which to an application. Immutable; keeps a reference to the model.
class GatewayUsage {
 public:
  GatewayUsage(const Model& model, GatewayFacts facts);

  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] const GatewayFacts& facts() const { return facts_; }

  // The path that auth_request asks there; nullopt: no check.
  [[nodiscard]] static std::optional<std::string> check(const Context& context);
  // The location that answers that check; nullptr: none, or it is unknown.
  [[nodiscard]] const Context* auth_location(const Context& context) const;
  // Whether the check there asks the gateway, as far as is known: it leads to a fastcgi_pass, and not to a
  // PHP script (a SCRIPT_FILENAME, and no GATEWAY_ENDPOINT).
  [[nodiscard]] bool asks_gateway(const Context& context) const;
  // The locations that checks of the gateway lead to, each once.
  [[nodiscard]] const std::vector<const Context*>& auth_locations() const { return auth_locations_; }

  // The variables with which locations tell the check there what to require: those in GATEWAY_REQUIRE and
  // GATEWAY_TOUCH, without the $. REQUIRES: a location that a check leads to.
  [[nodiscard]] std::set<std::string> words_of_locations(const Context& auth) const;

  // Whether requests there go to the gateway itself.
  [[nodiscard]] bool is_gateway(const Context& context) const;
  // The values of a param there; empty: it is not set.
  [[nodiscard]] std::vector<Setting> params(const Context& context, std::string_view name) const;
  // Whether GATEWAY_ENDPOINT there is this.
  [[nodiscard]] bool is_endpoint(const Context& context, std::string_view name) const;

  // Whether requests there go to an application that has protected locations, and so trusts identity headers.
  [[nodiscard]] bool is_application(const Context& context) const;

  // Whether some location of that server has a check, or hands changes of sessions to the gateway.
  [[nodiscard]] bool has_checks(const Context& server) const { return with_checks_.count(&server) > 0; }
  [[nodiscard]] bool commits(const Context& server) const { return with_commit_.count(&server) > 0; }

  // Locations, and those branches which handle requests themselves: where headers are set.
  [[nodiscard]] std::vector<const Context*> handling_contexts() const;

 private:
  [[nodiscard]] bool may_be_gateway(const Context* location) const;
  void find_checks();
  void find_applications();

  const Model& model_;
  GatewayFacts facts_;
  std::map<std::pair<const Context*, std::string>, const Context*> answered_by_;  // server and path: location
  std::vector<const Context*> auth_locations_;
  std::set<const Context*> with_checks_;
  std::set<const Context*> with_commit_;
  std::set<std::string> applications_;  // addresses
};

}  // namespace session::gateway
