#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/daemon/wire_peer.h"

// Fronts that no test can run: what they do beside a gateway, as their source has it, with the options of the
// configuration in conf/fronts. An option that the simulation does not know is an error.
namespace session::gateway::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

// The value of the first field of that name, whatever its case; nullopt without one.
[[nodiscard]] std::optional<std::string> value_of(const Fields& fields, std::string_view name);

// What a client asks of the front.
struct ClientRequest {
  std::string method = "GET";
  std::string target = "/in/page?a=b";
  Fields fields;
};

// What comes of it: the application's request if it passes, the client's answer if it does not.
struct Outcome {
  bool passes = false;
  int status = 200;    // for the client; the application answers 200
  Fields application;  // the fields of the request that the application gets
  Fields client;       // what of the check's answer is in the answer to the client
};

// One row: a front as its source has it, and what its configuration says.
struct SimulatedFront {
  enum class Refusals { as_is, only_401_and_403 };

  std::string label;
  // Its source.
  bool method_is_clients = false;          // of the check; otherwise GET
  bool path_is_appended = false;           // the client's, to the path of the check
  bool removes_connection_fields = false;  // those that the client's Connection names
  std::string host;                        // of the check; empty: the client's
  Fields sets;                             // in the check, in place of the client's; empty: leaves it out
  std::set<int> passing;                   // statuses of the check
  Refusals refusals = Refusals::as_is;
  int outage = 500;  // without an answer of the check
  bool outage_is_any_5xx = false;
  bool copies_empty = true;  // identity headers without a value arrive as empty ones
  // Its configuration.
  std::string check;                           // the path that it asks for
  bool drops_underscores = false;              // fields with _ in their name
  std::set<std::string> strips;                // fields of the client, in lower case
  std::set<std::string> hides;                 // the same, from the application only
  std::string says_target_in;                  // a field that it sets before the check
  std::optional<std::set<std::string>> sends;  // fields of the client in the check; nullopt: all
  std::set<std::string> copies;                // from the check's answer to the application
  bool passes_set_cookie = false;
  std::set<std::string> cookies;  // which of them; empty: all
  std::string location_base;      // in front of a relative Location
  std::string signin;             // instead of a 401

  // The request as it is behind the front's own rules for headers.
  [[nodiscard]] ClientRequest received(const ClientRequest& request) const;
  // The bytes of the check for a received request.
  [[nodiscard]] std::string check_of(const ClientRequest& received) const;
  // What an application in an open place gets.
  [[nodiscard]] Fields unchecked(const ClientRequest& received) const;
  [[nodiscard]] Outcome outcome_of(const ClientRequest& received, const std::optional<Answer>& answer) const;
};

// With the text of its configuration.
[[nodiscard]] SimulatedFront simulated_traefik(const std::string& configuration, const std::string& check);
[[nodiscard]] SimulatedFront simulated_envoy(const std::string& configuration);
[[nodiscard]] SimulatedFront simulated_ingress_nginx(const std::string& configuration);

}  // namespace session::gateway::test
