// Rules for locations that ask the gateway by HTTP, as those of `session-gateway fronts nginx-http` do.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {
namespace {

constexpr std::string_view kChecks = "/auth/";

// Returns the name of a check that gateway.yaml has, for a remedy.
std::string some_check(const Inspection& in) {
  const auto& checks = in.usage.facts().checks;
  return checks.empty() || checks.count("login") > 0 ? "login" : checks.begin()->first;
}

std::string right_line(const Inspection& in, const Context& auth) {
  const std::string target = in.usage.model().target(*Model::handler(auth));
  return "proxy_pass http://" + legible(target) + (target.starts_with("unix:") ? ":" : "") + "/auth/" +
         some_check(in) + ";";
}

// Reports checks that ask for something else than a check.
void endpoint_of_check(Inspection& in) {
  for (const Context* auth : in.usage.http_auth_locations()) {
    const Directive& line = *Model::handler(*auth)->line;
    const std::string path = in.usage.http_path(*auth);
    if (!in.taint.in(path).empty()) {
      in.danger(line.place,
                "the client says what " + auth->title() + " asks the gateway for (" +
                    legible(in.taint.in(path)) + "): a 2xx that is no check lets people in",
                right_line(in, *auth));
    } else if (!path.starts_with(kChecks)) {
      in.danger(line.place,
                "auth_request asks the gateway for " + (path.empty() ? "its own address" : legible(path)) +
                    ": a 2xx of that is no check, and lets people in",
                right_line(in, *auth));
    } else if (in.usage.facts().checks.count(path.substr(kChecks.size())) == 0) {
      in.advice(line.place,
                "gateway.yaml has no check " + legible(path.substr(kChecks.size())) +
                    ", so this answers 403 to everybody",
                "in gateway.yaml: checks: { " + legible(path.substr(kChecks.size())) + ": { ... } }");
    }
  }
}

// Reports checks that announce a body, which never comes.
void body_of_check(Inspection& in) {
  for (const Context* auth : in.usage.http_auth_locations()) {
    const Directive* body = auth->find("proxy_pass_request_body");
    const auto protocol = upstream_protocol_of(*auth);
    const auto lengths = protocol->settings(*auth, "Content-Length");
    const bool announced = lengths.empty() || !lengths.front().value.empty();
    if (body && body->arg(0) == "off" && !announced) continue;
    in.advice(auth->place(), auth->title() + ": a check has no body, and one must not be announced",
              "proxy_pass_request_body off; proxy_set_header Content-Length \"\";");
  }
}

// Whether clients may ask for a path of the gateway.
bool is_for_clients(const std::string& path) { return path.starts_with("/session/"); }

// Reports locations that show clients more of the gateway than sessions.
void endpoint_open(Inspection& in) {
  const auto& auths = in.usage.http_auth_locations();
  for (const Context* context : in.usage.handling_contexts()) {
    if (!in.usage.is_http_gateway(*context) || context->internal() || is_closed(*context) ||
        std::find(auths.begin(), auths.end(), context) != auths.end())
      continue;
    const std::string path = in.usage.http_path(*context);
    if (is_for_clients(path)) continue;
    in.danger(context->place(),
              context->title() + " opens " +
                  (path.empty() || path == "/" ? "all that this listener serves" : legible(path)) +
                  " to everybody: whoever reaches /commit can log in as anybody, and metrics are for "
                  "monitoring",
              "internal; or proxy_pass with the path of a view, as /session/self");
  }
}

}  // namespace

const std::vector<LintRule>& http_check_rules() {
  static const std::vector<LintRule> rules = {
      {"http-check-endpoint", endpoint_of_check,
       "A check by HTTP must ask for `/auth/NAME`, where `checks` of `gateway.yaml` has the name: the 2xx of "
       "another path says nothing about a session."},
      {"http-check-gets-body", body_of_check,
       "nginx sends no body with a check. One that is announced holds the check up until it fails."},
      {"http-endpoint-open", endpoint_open,
       "Of what the gateway serves by HTTP, only the views of sessions are for clients."},
  };
  return rules;
}

}  // namespace session::gateway
