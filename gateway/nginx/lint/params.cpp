// The params that the gateway acts on: what browsers may do, and whose word it is.

#include <algorithm>
#include <array>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

// A param that controls the gateway, and an example of it.
struct Control {
  std::string_view name;
  std::string_view write;
};
constexpr std::array<Control, 11> kControls = {
    {{"GATEWAY_ENDPOINT", "session"},
     {"GATEWAY_REQUIRE", "login"},
     {"GATEWAY_ALLOW", "set:theme"},
     {"GATEWAY_EXPOSE", "user"},
     {"GATEWAY_TOUCH", "on"},
     {"SESSION_SET", "$session_commit_set if_not_empty"},
     {"SESSION_UNSET", "$session_commit_unset if_not_empty"},
     {"SESSION_DESTROY", "$session_commit_destroy if_not_empty"},
     {"SESSION_REGENERATE", "$session_commit_regenerate if_not_empty"},
     {"SESSION_FLUSH", "$session_commit_flush if_not_empty"},
     {"SESSION_LOCATION", "$session_commit_location if_not_empty"}}};

std::vector<const Scope*> gateway_spots(const Inspection& in) {
  std::vector<const Scope*> spots = in.site.handling_spots();
  std::erase_if(spots, [&](const Scope* spot) { return !in.site.is_gateway(*spot); });
  return spots;
}

bool is_check(const Inspection& in, const Scope* spot) {
  const auto& all = in.site.auth_locations();
  return std::find(all.begin(), all.end(), spot) != all.end();
}

// What an `if` makes of a location's words to the check is told where that `if` stands.
bool told_elsewhere(const Inspection& in, const Scope* spot, const Control& control, const Setting& setting) {
  const bool word = control.name == "GATEWAY_REQUIRE" || control.name == "GATEWAY_TOUCH";
  return word && is_check(in, spot) && in.client_words.said_in(setting.value).empty();
}

void controlled_by_client(Inspection& in) {
  for (const Scope* spot : gateway_spots(in)) {
    for (const Control& control : kControls) {
      for (const Setting& setting : in.site.params(*spot, control.name)) {
        const std::string said = in.client_words.said_in(setting.value);
        const std::string variable = said.empty() ? in.client_words.in(setting.value) : said;
        if (variable.empty() || told_elsewhere(in, spot, control, setting)) continue;
        const bool endpoint_of_check = control.name == "GATEWAY_ENDPOINT" && is_check(in, spot);
        in.danger(setting.line->place,
                  std::string(control.name) + " is what the client says (" + legible(variable) +
                      "): nobody but nginx may control the gateway",
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

// What scripts in a browser may set, users may.
void browsers_set_who_they_are(Inspection& in) {
  for (const Scope* spot : gateway_spots(in)) {
    if (spot->internal()) continue;
    for (const Setting& setting : in.site.params(*spot, "GATEWAY_ALLOW")) {
      for (const std::string& item : items_of(setting.value)) {
        if (item == "set") {
          in.danger(setting.line->place,
                    spot->title() + " lets browsers set any attribute: users can make themselves anybody",
                    "fastcgi_param GATEWAY_ALLOW set:theme;");
        }
        for (const std::string& attribute : in.site.facts().deciding) {
          if (item != "set:" + attribute) continue;
          in.danger(setting.line->place,
                    spot->title() + " lets browsers set " + legible(attribute) +
                        ", which says who they are or what they may do",
                    "fastcgi_param GATEWAY_ALLOW set:theme;");
        }
      }
    }
  }
}

void host_of_the_client(Inspection& in) {
  for (const Scope* spot : gateway_spots(in)) {
    const auto hosts = in.site.params(*spot, "HTTP_HOST");
    for (const Setting& setting : hosts) {
      if (in.client_words.in(setting.value).empty()) continue;
      in.danger(setting.line->place,
                "the gateway compares other sites with HTTP_HOST: " + legible(setting.value) +
                    " is the client's, and need not be the host that nginx has routed on",
                "fastcgi_param HTTP_HOST $host;");
    }
    const Directive* headers = spot->find("fastcgi_pass_request_headers");
    if (!hosts.empty() || (headers && headers->arg(0) == "off") || !in.site.is_endpoint(*spot, "session"))
      continue;
    in.danger(
        spot->place(),
        spot->title() + ": the client's own Host reaches the gateway, which compares other sites with it",
        "fastcgi_param HTTP_HOST $host;");
  }
}

void commit_not_internal(Inspection& in) {
  for (const Scope* spot : gateway_spots(in)) {
    if (!in.site.is_endpoint(*spot, "commit") || spot->internal()) continue;
    in.danger(spot->place(), spot->title() + " changes sessions for applications: clients must not reach it",
              "internal;");
  }
}

bool some_are_denied(const Scope& spot) {
  const auto& lines = spot.list("deny");
  return !lines.empty();
}

// These tell, or do, more than the public needs.
void open_to_the_public(Inspection& in) {
  for (const Scope* spot : gateway_spots(in)) {
    if (spot->internal() || some_are_denied(*spot) || Site::check(*spot)) continue;
    for (const char* endpoint : {"admin", "metrics"}) {
      if (in.site.is_endpoint(*spot, endpoint))
        in.danger(spot->place(), spot->title() + " opens the endpoint " + endpoint + " to everybody",
                  "allow 127.0.0.1; deny all;");
    }
    for (const char* endpoint : {"health", "ready"}) {
      if (in.site.is_endpoint(*spot, endpoint))
        in.advice(spot->place(), spot->title() + " is for monitoring, and open to everybody",
                  "allow 127.0.0.1; deny all;");
    }
  }
}

// A body that is left to the gateway is read; for a commit it was the application's.
void body_of_commit(Inspection& in) {
  for (const Scope* spot : gateway_spots(in)) {
    const Directive* body = spot->find("fastcgi_pass_request_body");
    if (!in.site.is_endpoint(*spot, "commit") || (body && body->arg(0) == "off")) continue;
    in.advice(spot->place(),
              spot->title() + ": the body of the request was for the application, and is no action",
              "fastcgi_pass_request_body off; fastcgi_param CONTENT_LENGTH \"\";");
  }
}

}  // namespace

const std::vector<LintRule>& param_rules() {
  static const std::vector<LintRule> rules = {controlled_by_client, browsers_set_who_they_are,
                                              host_of_the_client,   commit_not_internal,
                                              open_to_the_public,   body_of_commit};
  return rules;
}

}  // namespace session::gateway
