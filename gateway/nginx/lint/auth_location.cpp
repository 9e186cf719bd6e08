// Rules for the location of the check, which auth_request names, and for what locations pass to it.

#include <algorithm>
#include <cstdint>
#include <set>

#include "core/base/text.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/upstream_protocol.h"
#include "gateway/nginx/model/pattern.h"
#include "gateway/nginx/model/sizes.h"

namespace session::gateway {
namespace {

constexpr std::string_view kGuard = "session_not_included";

bool is_off(const Directive* line) { return line && line->arg(0) == "off"; }
bool is_on(const Directive* line) { return line && line->arg(0) == "on"; }

std::vector<const Context*> all_auth_locations(const Inspection& in) {
  std::vector<const Context*> all = in.usage.auth_locations();
  const auto& by_http = in.usage.http_auth_locations();
  all.insert(all.end(), by_http.begin(), by_http.end());
  return all;
}

bool sets(const Context& context, const std::string& variable) {
  const auto& lines = context.own("set");
  return std::any_of(lines.begin(), lines.end(),
                     [&](const Directive* line) { return line->arg(0) == "$" + variable; });
}

void nothing_asks(Inspection& in) {
  const auto& contexts = in.usage.model().contexts();
  const auto& servers = in.usage.model().servers();
  const auto asks = [&](const Context* context) {
    return GatewayUsage::check(*context) && in.usage.asks_gateway(*context);
  };
  if (servers.empty() || std::any_of(contexts.begin(), contexts.end(), asks)) return;
  in.advice(servers.front()->place(),
            "no location of any server asks session-gateway: nothing is protected by it", kIncludeProtect);
}

void not_internal(Inspection& in) {
  for (const Context* context : all_auth_locations(in)) {
    if (context->internal()) continue;
    in.advice(context->place(), context->title() + ", which auth_request asks, can be asked by clients too",
              "internal;");
  }
}

void no_endpoint(Inspection& in) {
  for (const Context* context : in.usage.auth_locations()) {
    const auto endpoints = in.usage.params(*context, "GATEWAY_ENDPOINT");
    if (endpoints.empty()) {
      in.advice(context->place(),
                context->title() +
                    ", which auth_request asks, has no GATEWAY_ENDPOINT: every check fails with a 500",
                "fastcgi_param GATEWAY_ENDPOINT auth;");
    }
    for (const Setting& setting : endpoints) {
      if (setting.value == "auth" || !variables_in(setting.value).empty()) continue;
      in.danger(setting.line->place,
                "auth_request asks the endpoint " + legible(setting.value) +
                    ": its 2xx is no check, and lets people in",
                "fastcgi_param GATEWAY_ENDPOINT auth;");
    }
  }
}

// Whether a requirement names a rule by itself: `admin`, or `$session_login,admin`, but not `$one,$two`.
bool names_rule(const std::string& text) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view rule = take_item(rest, ',');
    if (!rule.empty() && !rule.starts_with('$')) return true;
  }
  return false;
}

// Whether a variable has no value before the check where a location does not `set` one: no map and no line of
// the server gives it one. auth_request_set comes after the check.
bool is_empty_unless_set(const Inspection& in, const Context& server, const std::string& name) {
  bool known = false;
  for (const Directive* line : in.usage.model().all()) {
    if (assigned_by(*line) != "$" + name) continue;
    if (line->name != "set" && line->name != "auth_request_set") return false;
    known = true;
  }
  return known && !sets(server, name);
}

// Reports locations of which an auth location requires nothing, since they set none of its variables.
void requires_nothing_of(Inspection& in, const Context& auth, const std::vector<Setting>& required) {
  const Context& server = *auth.enclosing(Context::Level::server);
  std::vector<std::string> names;
  for (const Setting& setting : required) {
    if (names_rule(setting.value)) return;
    for (std::string& name : variables_in(setting.value)) names.push_back(std::move(name));
  }
  if (names.empty() || !std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        return is_empty_unless_set(in, server, name);
      }))
    return;
  for (const Context* context : in.usage.model().contexts()) {
    if (context->level() != Context::Level::location || in.usage.auth_location(*context) != &auth) continue;
    const auto says = [&](const std::string& name) {
      return sets(*context, name) || sets(*context->parent(), name);
    };
    if (std::any_of(names.begin(), names.end(), says)) continue;
    in.danger(context->place(),
              auth.title() + " requires only what " + context->title() + " says with $" + names.front() +
                  ", and this location says nothing: every session passes, also of people who have not "
                  "logged in",
              "in " + auth.title() + ": fastcgi_param GATEWAY_REQUIRE login,$" + names.front() + ";");
  }
}

void anybody_with_a_session(Inspection& in) {
  for (const Context* context : in.usage.auth_locations()) {
    const auto required = in.usage.params(*context, "GATEWAY_REQUIRE");
    const auto asks = [](const Setting& setting) {
      return setting.value.find_first_not_of(", ") != std::string::npos;
    };
    if (std::any_of(required.begin(), required.end(), asks)) {
      requires_nothing_of(in, *context, required);
      continue;
    }
    in.danger(required.empty() ? context->place() : required.front().line->place,
              context->title() + " passes every session, also of people who have not logged in",
              "fastcgi_param GATEWAY_REQUIRE login;");
  }
}

// Reports an error page that turns a failed check into a success.
void failure_made_success(Inspection& in) {
  for (const Context* context : all_auth_locations(in)) {
    const std::string intercept = Model::handler(*context)->kind + "_intercept_errors";
    const bool intercepts = is_on(context->find(intercept));
    for (const Directive* line : context->list("error_page")) {
      const auto success = std::find_if(line->args.begin(), line->args.end(), [](const std::string& word) {
        return word == "=" || word.starts_with("=2");
      });
      const auto concerns = [&](const std::string& word) {
        return word.starts_with('5') || (intercepts && word != "418");
      };
      if (success == line->args.end() || std::none_of(line->args.begin(), success, concerns)) continue;
      in.danger(line->place,
                "this error page makes a success of a check that fails in " + context->title() + " (" +
                    render(context->place()) + "): an outage lets everybody in",
                "in " + context->title() +
                    (in.usage.is_http_gateway(*context) ? ": an error_page of its own that makes no success; "
                                                        : ": error_page 418 @session_outage; ") +
                    intercept + " off;");
    }
  }
}

// Reports a check that gets more than the cookies that it needs.
void too_much_is_passed(Inspection& in) {
  for (const Context* context : in.usage.auth_locations()) {
    if (!is_off(context->find("fastcgi_pass_request_body")))
      in.advice(context->place(), context->title() + ": a check has no body, and one must not be announced",
                "fastcgi_pass_request_body off;");
    for (const Setting& setting : in.usage.params(*context, "CONTENT_LENGTH")) {
      if (!setting.value.empty())
        in.advice(setting.line->place,
                  "the length of the client's body is passed to the check in " + context->title() +
                      ", which has none",
                  "fastcgi_param CONTENT_LENGTH \"\";");
    }
    if (!is_off(context->find("fastcgi_pass_request_headers"))) {
      in.advice(context->place(),
                context->title() +
                    ": all headers of the client are passed to the check, which needs the cookies only",
                "fastcgi_pass_request_headers off; fastcgi_param HTTP_COOKIE $http_cookie if_not_empty;");
    } else if (in.usage.params(*context, "HTTP_COOKIE").empty()) {
      in.advice(context->place(), context->title() + ": the check gets no cookies, and finds no session",
                "fastcgi_param HTTP_COOKIE $http_cookie if_not_empty;");
    }
  }
}

void small_buffer(Inspection& in) {
  for (const Context* context : in.usage.auth_locations()) {
    const Directive* taken = context->enclosing(Context::Level::server)->find("large_client_header_buffers");
    const std::uint64_t headers = taken ? nginx_size(taken->arg(0)) * nginx_size(taken->arg(1)) : 4 * 8192;
    const Directive* buffer = context->find("fastcgi_buffer_size");
    if ((buffer ? nginx_size(buffer->arg(0)) : 4096) > headers) continue;
    const std::string enough = std::to_string((headers + headers / 2 + 1023) / 1024) + "k";
    in.advice(buffer ? buffer->place : context->place(),
              "the answer of " + context->title() + " repeats the client's cookies, and nginx takes " +
                  std::to_string(headers / 1024) + "k of them: one that does not fit becomes a 503",
              "fastcgi_buffer_size " + enough + "; fastcgi_buffers 4 " + enough + ";");
  }
}

// Reports a `set` in a server, because it runs again for the check and overrides what locations require.
void set_at_server_level(Inspection& in) {
  for (const Context* auth : in.usage.auth_locations()) {
    const auto names = in.usage.requirement_variables(*auth);
    for (const Directive* line : auth->enclosing(Context::Level::server)->own("set")) {
      if (!line->arg(0).starts_with('$') || names.count(line->arg(0).substr(1)) == 0) continue;
      in.danger(line->place,
                "set of a server runs again for the check and overrides what locations say: " +
                    legible(line->arg(0)) + " is this everywhere",
                "this line in each location that it is meant for");
    }
  }
}

// Reports an inner location that inherits the check, but not the `set` of the outer location.
void inner_location(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    const Context* outer = context->parent();
    const Context* auth = in.usage.auth_location(*context);
    if (context->level() != Context::Level::location || context->internal() || !auth ||
        !GatewayUsage::check(*context) || auth == context)
      continue;
    const auto names = in.usage.requirement_variables(*auth);
    if (names.count(std::string(kGuard)) > 0 && !sets(*context, std::string(kGuard))) {
      in.advice(context->place(),
                context->title() +
                    " has the check without session-gateway-protect.conf: it answers 403 to whoever asks for "
                    "it, and lets in whom a rewrite of another protected location leads here",
                kIncludeProtect);
      continue;
    }
    for (const std::string& name : names) {
      if (name == kGuard || sets(*context, name) || !sets(*outer, name)) continue;
      in.danger(
          context->place(),
          context->title() + " inherits the check, but not what the outer location requires with $" + name,
          "set $" + name + " ...; as in " + outer->title());
    }
  }
}

// Whether a cache's key tells sessions apart: it holds the session cookie, directly or by a variable of its
// own.
bool holds_cookies(const Inspection& in, const std::string& key) {
  const std::string session = "^cookie_(?:" + in.usage.facts().cookies + ")$";
  const auto is_cookie = [&](const std::string& name) {
    return name == "http_cookie" || name == "http_authorization" || captures_of(session, name).has_value();
  };
  for (const std::string& name : variables_in(key)) {
    if (is_cookie(name)) return true;
    if (name == "session_public_cookie") continue;
    for (const Directive* line : in.usage.model().all()) {
      if (assigned_by(*line) != "$" + name) continue;
      const auto from = variables_in(line->arg(line->name == "set" ? 1 : 0));
      if (std::any_of(from.begin(), from.end(), is_cookie)) return true;
    }
  }
  return false;
}

// Returns the line by which nginx keeps the answers of a location; nullptr if it does not. A location that
// stores its answers does not inherit a cache.
const Directive* cache_of(const Context& context, const UpstreamProtocol& protocol) {
  const std::string kind(protocol.kind);
  const Directive* line = context.find(kind + "_cache");
  if (!line || line->arg(0) == "off") return nullptr;
  const auto& stored = context.own(kind + "_store");
  const bool stores = !stored.empty() && stored.front()->arg(0) != "off";
  return stores && context.own(kind + "_cache").empty() ? nullptr : line;
}

// Reports a check whose answer is kept for others.
void check_cached(Inspection& in) {
  std::set<const Context*> seen;
  for (const Context* context : in.usage.model().contexts()) {
    const Context* auth = in.usage.auth_location(*context);
    const auto protocol = auth ? upstream_protocol_of(*auth) : std::nullopt;
    if (!protocol || !seen.insert(auth).second) continue;
    const Directive* line = cache_of(*auth, *protocol);
    const std::string directive = std::string(protocol->kind) + "_cache_key";
    const Directive* key = auth->find(directive);
    if (!line || (key && holds_cookies(in, key->arg(0)))) continue;
    in.danger(line->place,
              auth->title() +
                  " answers checks, and nginx keeps the answers for everybody who asks for the same "
                  "address: one user's session lets others in",
              std::string(protocol->kind) + "_cache off;");
  }
}

}  // namespace

const std::vector<LintRule>& auth_location_rules() {
  static const std::vector<LintRule> rules = {
      {"nothing-protected", nothing_asks, "No location of the whole configuration asks the gateway."},
      {"check-not-internal", not_internal,
       "Clients can ask an auth location that is not internal, and learn from it whose session a cookie is."},
      {"check-endpoint", no_endpoint,
       "A check must ask the endpoint `auth`: the 2xx of another one says nothing about a session."},
      {"no-login-required", anybody_with_a_session,
       "A session says that a browser was here before. Without `GATEWAY_REQUIRE` those that have not logged "
       "in pass, too."},
      {"failure-made-success", failure_made_success,
       "An error page of the server or http level with `=200` makes a success of a check that fails: an "
       "outage lets everybody in."},
      {"check-gets-too-much", too_much_is_passed,
       "The check needs the cookies only. A body or its announced length would hold it up, and other headers "
       "cost time."},
      {"small-buffer", small_buffer,
       "The answer to a check repeats the client's cookies. What does not fit into the buffer becomes a "
       "503."},
      {"requirement-set-in-server", set_at_server_level,
       "A `set` of the server runs again for the check, and overrides what locations say."},
      {"check-cached", check_cached,
       "The answer to a check is for one session. nginx's caches know nothing of sessions, unless the key "
       "holds the cookie."},
      {"inner-location", inner_location,
       "A location inside a protected one inherits the check, but no `set`, so it must include the file "
       "again, with its `set` lines."},
  };
  return rules;
}

}  // namespace session::gateway
