// What makes each check cost a connect.

#include <algorithm>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

bool has(const Directive& block, std::string_view name) {
  return std::any_of(block.children.begin(), block.children.end(),
                     [&](const Directive& child) { return child.name == name; });
}

// Where requests of visitors go to the gateway; monitoring need not be fast.
std::vector<const Scope*> busy_spots(const Inspection& in) {
  std::vector<const Scope*> spots = in.site.auth_locations();
  for (const Scope* spot : in.site.handling_spots()) {
    const bool busy = in.site.is_endpoint(*spot, "session") || in.site.is_endpoint(*spot, "commit");
    if (busy && in.site.is_gateway(*spot) && std::find(spots.begin(), spots.end(), spot) == spots.end())
      spots.push_back(spot);
  }
  return spots;
}

void no_store(Inspection& in) {
  for (const Scope* spot : in.site.auth_locations()) {
    const Directive* store = spot->find("fastcgi_store");
    if (store && store->arg(0) != "off") continue;
    in.speed(spot->place(), spot->title() + ": without fastcgi_store nginx connects anew for every check",
             "fastcgi_store /dev/null/session-gateway;");
  }
}

void no_kept_connection(Inspection& in) {
  for (const Scope* spot : busy_spots(in)) {
    const Directive* keep = spot->find("fastcgi_keep_conn");
    if (keep && keep->arg(0) == "on") continue;
    in.speed(spot->place(), spot->title() + ": the connection to the gateway is closed after each request",
             "fastcgi_keep_conn on;");
  }
}

void no_idle_connections(Inspection& in) {
  for (const Scope* spot : busy_spots(in)) {
    const auto handler = Model::handler(*spot);
    const std::string name = in.site.model().target(*handler);
    if (name.find('$') != name.npos) continue;
    const Directive* upstream = in.site.model().upstream(name);
    if (!upstream) {
      in.speed(
          handler->line->place,
          legible(name) + " is no upstream, so no connection to the gateway is kept open",
          "include session-gateway-upstream.conf; at http level, and here: fastcgi_pass session_gateway;");
    } else if (!has(*upstream, "keepalive")) {
      in.speed(upstream->place, "upstream " + legible(name) + " keeps no connection to the gateway open",
               "keepalive 32;");
    }
  }
}

}  // namespace

const std::vector<LintRule>& speed_rules() {
  static const std::vector<LintRule> rules = {no_store, no_kept_connection, no_idle_connections};
  return rules;
}

}  // namespace session::gateway
