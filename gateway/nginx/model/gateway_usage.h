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

// The parts of the gateway's configuration that lint needs.
struct GatewayFacts {
  std::vector<HeaderName> headers;  // identity.headers
  // Attributes that say who the user is, or that rules read: "user".
  std::vector<std::string> deciding;
  std::vector<std::string> rules;  // their names
  // Those that say nothing of who somebody is: whoever has just logged in satisfies them, whatever he is.
  std::set<std::string> rules_of_anybody;
  // Attributes that a rule wants to be absent, each with the rule's name.
  std::vector<std::pair<std::string, std::string>> absent;
  bool wants_secret = false;                               // listen[].secret
  bool secure_cookie = true;                               // cookie.secure
  std::string cookies;                                     // a pattern for the names of the session cookies
  std::map<std::string, std::vector<std::string>> checks;  // by HTTP: the rules of each
  std::set<std::string> http_addresses;                    // of listeners that speak it, as nginx names them
};

// A param or a header that a location sets: the directive and the value.
struct Setting {
  const Directive* line = nullptr;
  std::string value;
};

// How an nginx configuration uses the gateway, for lint rules: which locations are protected and by which
// check, which locations lead to the gateway and which to an application. Immutable; keeps a reference to the
// model.
class GatewayUsage {
 public:
  GatewayUsage(const Model& model, GatewayFacts facts);

  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] const GatewayFacts& facts() const { return facts_; }

  // Returns the path of the context's auth_request; nullopt: it has none.
  [[nodiscard]] static std::optional<std::string> check(const Context& context);
  // Returns the location that answers the context's check; nullptr: there is none, or it is unknown.
  [[nodiscard]] const Context* auth_location(const Context& context) const;
  // Returns true if the context's check seems to go to the gateway: it leads to a fastcgi_pass that is not
  // for a PHP script (a SCRIPT_FILENAME without a GATEWAY_ENDPOINT).
  [[nodiscard]] bool asks_gateway(const Context& context) const;
  // The locations that answer checks of the gateway by FastCGI, each once.
  [[nodiscard]] const std::vector<const Context*>& auth_locations() const { return auth_locations_; }
  // Those that ask it by HTTP.
  [[nodiscard]] const std::vector<const Context*>& http_auth_locations() const {
    return http_auth_locations_;
  }

  // Returns the variables by which protected locations pass their requirements to an auth location: those in
  // its GATEWAY_REQUIRE and GATEWAY_TOUCH, without the $. REQUIRES: `auth` is in auth_locations().
  [[nodiscard]] std::set<std::string> requirement_variables(const Context& auth) const;
  // Adds the variables of which a `set` in the server makes one of these: $session_login to
  // $session_login_here, which session-gateway-protect.conf sets to it.
  void add_sources(const Context& server, std::set<std::string>& names) const;

  // Returns true if the context passes requests to the gateway.
  [[nodiscard]] bool is_gateway(const Context& context) const;
  // Returns true if it does so by HTTP: to the upstream of `session-gateway fronts nginx-http`, or to a
  // listener.
  [[nodiscard]] bool is_http_gateway(const Context& context) const;
  // Returns the path for which a context asks the gateway by HTTP: /auth/login; "" if it passes on that of
  // the request. REQUIRES: is_http_gateway().
  [[nodiscard]] std::string http_path(const Context& context) const;
  // Returns the values of a param in the context; empty: it is not set.
  [[nodiscard]] std::vector<Setting> params(const Context& context, std::string_view name) const;
  // Returns true if GATEWAY_ENDPOINT has this value in the context.
  [[nodiscard]] bool is_endpoint(const Context& context, std::string_view name) const;

  // Returns true if the context passes requests to an application that has protected locations, and therefore
  // trusts identity headers.
  [[nodiscard]] bool is_application(const Context& context) const;

  // Returns true if a location of the server has a check, or (commits) passes session changes to the gateway.
  [[nodiscard]] bool has_checks(const Context& server) const {
    return servers_with_checks_.count(&server) > 0;
  }
  [[nodiscard]] bool commits(const Context& server) const { return servers_with_commit_.count(&server) > 0; }

  // Returns the contexts in which headers can be set: the locations, and the branches with a handler of their
  // own.
  [[nodiscard]] std::vector<const Context*> handling_contexts() const;

 private:
  [[nodiscard]] bool may_be_gateway(const Context* location) const;
  void find_checks();
  void find_applications();

  const Model& model_;
  GatewayFacts facts_;
  // The location for a server and a path.
  std::map<std::pair<const Context*, std::string>, const Context*> answered_by_;
  std::vector<const Context*> auth_locations_;
  std::vector<const Context*> http_auth_locations_;
  std::set<const Context*> servers_with_checks_;
  std::set<const Context*> servers_with_commit_;
  std::set<std::string> applications_;  // their addresses
};

}  // namespace session::gateway
