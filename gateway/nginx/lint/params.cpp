// Rules for the params that control the gateway: what they allow browsers, and where their values come from.

#include <algorithm>
#include <array>

#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {
namespace {

// A param that controls the gateway, with an example value.
struct ControlParam {
  std::string_view name;
  std::string_view write;
};
constexpr std::array<ControlParam, 15> kControls = {
    {{"GATEWAY_ENDPOINT", "session"},
     {"GATEWAY_SECRET", "(the secret of `listen`, as it is)"},
     {"GATEWAY_REQUIRE", "login"},
     {"GATEWAY_ALLOW", "set:theme"},
     {"GATEWAY_EXPOSE", "user"},
     {"GATEWAY_TOUCH", "on"},
     {"GATEWAY_COMMIT", "$session_trust"},
     {"SESSION_STATUS", "$session_commit_status"},
     {"SESSION_SET", "$session_commit_set if_not_empty"},
     {"SESSION_UNSET", "$session_commit_unset if_not_empty"},
     {"SESSION_DESTROY", "$session_commit_destroy if_not_empty"},
     {"SESSION_REGENERATE", "$session_commit_regenerate if_not_empty"},
     {"SESSION_LIFETIME", "$session_commit_lifetime if_not_empty"},
     {"SESSION_FLUSH", "$session_commit_flush if_not_empty"},
     {"SESSION_LOCATION", "$session_commit_location if_not_empty"}}};

std::vector<const Context*> gateway_spots(const Inspection& in) {
  std::vector<const Context*> contexts = in.usage.handling_contexts();
  std::erase_if(contexts, [&](const Context* context) { return !in.usage.is_gateway(*context); });
  return contexts;
}

bool is_check(const Inspection& in, const Context* context) {
  const auto& all = in.usage.auth_locations();
  return std::find(all.begin(), all.end(), context) != all.end();
}

// Whether the rules for conditionals report the setting, because only an `if` changes it.
bool set_elsewhere(const Inspection& in, const Context* context, const ControlParam& control,
                   const Setting& setting) {
  const bool word = control.name == "GATEWAY_REQUIRE" || control.name == "GATEWAY_TOUCH";
  return word && is_check(in, context) && in.taint.said_in(setting.value).empty();
}

// Returns the variable that an operator writes for one that the project's files make of it: $session_login
// for $session_login_here.
std::string written_variable(const Inspection& in, const std::string& variable) {
  for (const Directive* line : in.usage.model().all()) {
    if (line->name == "set" && line->arg(0) == variable && is_shipped(*line) &&
        line->arg(1).starts_with('$') && !in.taint.in(line->arg(1)).empty())
      return line->arg(1);
  }
  return variable;
}

void controlled_by_client(Inspection& in) {
  for (const Context* context : gateway_spots(in)) {
    for (const ControlParam& control : kControls) {
      for (const Setting& setting : in.usage.params(*context, control.name)) {
        const std::string said = in.taint.said_in(setting.value);
        const std::string variable = said.empty() ? in.taint.in(setting.value) : said;
        if (variable.empty() || set_elsewhere(in, context, control, setting)) continue;
        const bool endpoint_of_check = control.name == "GATEWAY_ENDPOINT" && is_check(in, context);
        in.danger(setting.line->place,
                  std::string(control.name) + " is what the client says (" +
                      legible(written_variable(in, variable)) + "): nobody but nginx may control the gateway",
                  "fastcgi_param " + std::string(control.name) + " " +
                      std::string(endpoint_of_check ? "auth" : control.write) + ";");
      }
    }
  }
}

std::vector<std::string> items_of(const std::string& list) {
  std::vector<std::string> items(1);
  for (const char c : list) {
    if (c == ',') {
      items.emplace_back();
    } else if (c != ' ') {
      items.back() += c;
    }
  }
  return items;
}

// Reports a location that lets browsers set identity attributes: users can set whatever scripts in their
// browsers may set.
void browsers_set_who_they_are(Inspection& in) {
  for (const Context* context : gateway_spots(in)) {
    if (context->internal()) continue;
    for (const Setting& setting : in.usage.params(*context, "GATEWAY_ALLOW")) {
      for (const std::string& item : items_of(setting.value)) {
        if (item == "set") {
          in.danger(setting.line->place,
                    context->title() + " lets browsers set any attribute: users can make themselves anybody",
                    "fastcgi_param GATEWAY_ALLOW set:theme;");
        }
        for (const std::string& attribute : in.usage.facts().deciding) {
          if (item != "set:" + attribute) continue;
          in.danger(setting.line->place,
                    context->title() + " lets browsers set " + legible(attribute) +
                        ", which says who they are or what they may do",
                    "fastcgi_param GATEWAY_ALLOW set:theme;");
        }
      }
    }
  }
}

void host_of_the_client(Inspection& in) {
  for (const Context* context : gateway_spots(in)) {
    const auto hosts = in.usage.params(*context, "HTTP_HOST");
    for (const Setting& setting : hosts) {
      if (in.taint.in(without_port(setting.value)).empty()) continue;
      in.danger(setting.line->place,
                "the gateway compares other sites with HTTP_HOST: " + legible(setting.value) +
                    " is the client's, and need not be the host that nginx has routed on",
                "fastcgi_param HTTP_HOST $host;");
    }
    const Directive* headers = context->find("fastcgi_pass_request_headers");
    if (!hosts.empty() || (headers && headers->arg(0) == "off") || !in.usage.is_endpoint(*context, "session"))
      continue;
    in.danger(
        context->place(),
        context->title() + ": the client's own Host reaches the gateway, which compares other sites with it",
        "fastcgi_param HTTP_HOST $host;");
  }
}

void commit_not_internal(Inspection& in) {
  for (const Context* context : gateway_spots(in)) {
    if (!in.usage.is_endpoint(*context, "commit") || context->internal()) continue;
    in.danger(context->place(),
              context->title() + " changes sessions for applications: clients must not reach it",
              "internal;");
  }
}

constexpr const char* kIncludeSecret = "include /etc/session-gateway/nginx/secret*.conf;";

// The same for locations that ask by HTTP, which have it in a header.
void secret_by_http(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || protocol->kind != "proxy") continue;
    const auto secrets = protocol->settings(*context, "X-Gateway-Secret");
    const bool is_gateway = in.usage.is_http_gateway(*context);
    if (is_gateway && secrets.empty() && in.usage.facts().wants_secret)
      in.danger(context->place(),
                context->title() +
                    " does not send the secret of `listen`, so the gateway refuses every request; or only "
                    "root can read the file that has it, and lint has to run as root",
                "include session-gateway-secret.conf;");
    for (const Setting& secret : secrets) {
      if (is_gateway || secret.value.empty()) continue;
      in.danger(secret.line->place,
                context->title() +
                    " gives the gateway's secret to an application, which can then log in as anybody",
                "no X-Gateway-Secret in " + context->title());
    }
  }
}

// Reports locations without the secret that the gateway wants, and secrets that get around.
void secret_of_the_gateway(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto secrets = in.usage.params(*context, "GATEWAY_SECRET");
    const bool is_gateway = in.usage.is_gateway(*context);
    const auto handler = Model::handler(*context);
    if (!handler || handler->kind != "fastcgi") continue;
    if (is_gateway && secrets.empty() && in.usage.facts().wants_secret) {
      in.danger(
          context->place(),
          context->title() +
              " does not send the secret of `listen`, so the gateway refuses every request; or only root "
              "can read the file that has it, and lint has to run as root",
          kIncludeSecret);
    }
    for (const Setting& secret : secrets) {
      if (is_gateway && secret.value.find('$') == std::string::npos) continue;
      in.danger(secret.line->place,
                is_gateway
                    ? "the gateway's secret is in a variable, which ssi, logs and scripts can show"
                    : context->title() +
                          " gives the gateway's secret to an application, which can then log in as anybody",
                kIncludeSecret);
    }
  }
}

void secrets(Inspection& in) {
  secret_of_the_gateway(in);
  secret_by_http(in);
}

bool some_are_denied(const Context& context) {
  const auto& lines = context.list("deny");
  return !lines.empty();
}

// Whether the gateway itself says who may use the endpoint there. It serves nobody if the requirement is no
// rule.
bool asks_for_a_rule(const Inspection& in, const Context& context) {
  const bool for_operators =
      in.usage.is_endpoint(context, "admin") || in.usage.is_endpoint(context, "console");
  return for_operators && !in.usage.params(context, "GATEWAY_REQUIRE").empty();
}

// Reports endpoints that are open to the public, although they reveal or do more than the public needs.
void open_to_the_public(Inspection& in) {
  for (const Context* context : gateway_spots(in)) {
    if (context->internal() || some_are_denied(*context) || GatewayUsage::check(*context)) continue;
    if (asks_for_a_rule(in, *context)) continue;
    for (const char* endpoint : {"admin", "console", "metrics"}) {
      if (in.usage.is_endpoint(*context, endpoint))
        in.danger(context->place(), context->title() + " opens the endpoint " + endpoint + " to everybody",
                  "allow 127.0.0.1; deny all;");
    }
    for (const char* endpoint : {"health", "ready"}) {
      if (in.usage.is_endpoint(*context, endpoint))
        in.advice(context->place(), context->title() + " is for monitoring, and open to everybody",
                  "allow 127.0.0.1; deny all;");
    }
  }
}

// Reports a commit location that passes the request's body. The gateway would read it, although it was meant
// for the application.
void body_of_commit(Inspection& in) {
  for (const Context* context : gateway_spots(in)) {
    const Directive* body = context->find("fastcgi_pass_request_body");
    if (!in.usage.is_endpoint(*context, "commit") || (body && body->arg(0) == "off")) continue;
    in.advice(context->place(),
              context->title() + ": the body of the request was for the application, and is no action",
              "fastcgi_pass_request_body off; fastcgi_param CONTENT_LENGTH \"\";");
  }
}

}  // namespace

const std::vector<LintRule>& param_rules() {
  static const std::vector<LintRule> rules = {
      {"param-from-client", controlled_by_client,
       "The params that control the gateway are nginx's own words. One with a value of the client's hands it "
       "the control."},
      {"browsers-set-identity", browsers_set_who_they_are,
       "What scripts in a browser may set, its user may set. An attribute that says who somebody is, or that "
       "a rule reads, must not be among it."},
      {"gateway-host-from-client", host_of_the_client,
       "The gateway compares the origin of a request with `HTTP_HOST`, which must be the host that nginx has "
       "routed on."},
      {"commit-not-internal", commit_not_internal,
       "Clients must not reach the location that changes sessions for applications."},
      {"monitoring-open", open_to_the_public,
       "Metrics, health and readiness are for monitoring, and tell strangers more than they need."},
      {"commit-gets-body", body_of_commit,
       "The body of a request whose application commits was for the application, and must not be read as "
       "actions."},
      {"gateway-secret", secrets,
       "The gateway refuses requests without the secret of its listener, and who has the secret can log in "
       "as anybody."},
  };
  return rules;
}

}  // namespace session::gateway
