// Rules for directives that make each check open a new connection.

#include <algorithm>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

bool has(const Directive& block, std::string_view name) {
  return std::any_of(block.children.begin(), block.children.end(),
                     [&](const Directive& child) { return child.name == name; });
}

// Returns the locations that pass visitors' requests to the gateway. Those for monitoring are left out,
// because they need not be fast.
std::vector<const Context*> busy_spots(const Inspection& in) {
  std::vector<const Context*> contexts = in.usage.auth_locations();
  for (const Context* context : in.usage.handling_contexts()) {
    const bool busy = in.usage.is_endpoint(*context, "session") || in.usage.is_endpoint(*context, "commit");
    if (busy && in.usage.is_gateway(*context) &&
        std::find(contexts.begin(), contexts.end(), context) == contexts.end())
      contexts.push_back(context);
  }
  return contexts;
}

void no_store(Inspection& in) {
  for (const Context* context : in.usage.auth_locations()) {
    const Directive* store = context->find("fastcgi_store");
    if (store && store->arg(0) != "off") continue;
    in.speed(context->place(),
             context->title() + ": without fastcgi_store nginx connects anew for every check",
             "fastcgi_store /dev/null/session-gateway;");
  }
}

void no_kept_connection(Inspection& in) {
  for (const Context* context : busy_spots(in)) {
    const Directive* keep = context->find("fastcgi_keep_conn");
    if (keep && keep->arg(0) == "on") continue;
    in.speed(context->place(),
             context->title() + ": the connection to the gateway is closed after each request",
             "fastcgi_keep_conn on;");
  }
}

void no_idle_connections(Inspection& in) {
  for (const Context* context : busy_spots(in)) {
    const auto handler = Model::handler(*context);
    const std::string name = in.usage.model().target(*handler);
    if (name.find('$') != name.npos) continue;
    const Directive* upstream = in.usage.model().upstream(name);
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
  static const std::vector<LintRule> rules = {
      {"no-fastcgi-store", no_store,
       "nginx drops the connection of a check as soon as it has the headers, unless the answer is to be "
       "stored: each check then connects anew."},
      {"no-keep-conn", no_kept_connection,
       "Without `fastcgi_keep_conn` the connection to the gateway is closed after each request."},
      {"no-keepalive", no_idle_connections,
       "Only an upstream with `keepalive` keeps connections open between requests."},
  };
  return rules;
}

}  // namespace session::gateway
