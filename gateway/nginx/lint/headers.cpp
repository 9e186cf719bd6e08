// Rules for identity headers: applications must get them from the gateway, and never from the client.

#include <algorithm>

#include "core/base/text.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/unite.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {
namespace {

bool is_protected(const Inspection& in, const Context& context) {
  return GatewayUsage::check(context) && in.usage.asks_gateway(context);
}

// Returns the variable in which auth_request_set stores that response header, with its $; "" if there is
// none.
std::string kept_in(const Context& context, const std::string& response_variable) {
  for (const Directive* line : context.list("auth_request_set")) {
    if (line->arg(1) == "$" + response_variable) return line->arg(0);
  }
  return {};
}

// Returns the line that sets a header. If no auth_request_set stores its value yet, the line begins with one.
std::string value_line(const Context& context, const UpstreamProtocol& protocol, const HeaderName& header) {
  const std::string response = "upstream_http_" + header.folded;
  const std::string kept = kept_in(context, response);
  if (!kept.empty()) return protocol.line(header.name, kept);
  return "auth_request_set $" + header.variable + " $" + response + "; " +
         protocol.line(header.name, "$" + header.variable);
}

std::string value_for(const Context& context, const HeaderName& header) {
  const std::string kept = kept_in(context, "upstream_http_" + header.folded);
  return kept.empty() ? "$" + header.variable : kept;
}

// Reports identity headers that a location does not set.
void unset(Inspection& in, const Context& context, const UpstreamProtocol& protocol,
           const std::vector<const HeaderName*>& missing, bool open) {
  std::string names, write;
  for (const HeaderName* header : missing) {
    names += (names.empty() ? "" : header == missing.back() ? " and " : ", ") + header->name;
    write += (write.empty() ? "" : " ") +
             (open ? protocol.line(header->name, "\"\"") : value_line(context, protocol, *header));
  }
  in.danger(context.place(),
            context.title() + ": " + names + (missing.size() == 1 ? " is" : " are") + " not set" +
                (open ? " in this open place" : "") + ": the client's own " +
                (missing.size() == 1 ? "reaches" : "reach") + " the application",
            write, include_that_mends(in, context, protocol));
}

void set_by_client(Inspection& in, const UpstreamProtocol& protocol, const HeaderName& header,
                   const Setting& setting, const std::string& variable, const std::string& right) {
  in.danger(
      setting.line->place,
      header.name + " is set to what the client says (" + legible(variable) + "): anybody can be anybody",
      protocol.line(header.name, right));
}

// Returns the variable in a value that the client controls in this location, with its $; "" if there is none.
// auth_request_set runs last, so its value counts, even if other lines set the variable.
std::string clients_word(const Inspection& in, const Context& context, const std::string& value) {
  for (const std::string& name : variables_in(value)) {
    const std::string variable = "$" + name;
    std::string source = variable;
    for (const Directive* line : context.list("auth_request_set")) {
      if (GatewayUsage::check(context) && line->arg(0) == variable) source = line->arg(1);
    }
    if (!in.taint.in(source).empty()) return variable;
  }
  return {};
}

// Reports identity headers that a protected location, or one of a protected application, does not set, or
// sets from a value that the client controls.
void identity_headers(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    const bool closed = is_protected(in, *context);
    if (!protocol || in.usage.is_gateway(*context) || (!closed && !in.usage.is_application(*context)))
      continue;
    std::vector<const HeaderName*> missing;
    for (const HeaderName& header : in.usage.facts().headers) {
      const auto settings = protocol->settings(*context, header.name);
      if (settings.empty() && protocol->passes_headers(*context)) missing.push_back(&header);
      for (const Setting& setting : settings) {
        const std::string variable = clients_word(in, *context, setting.value);
        if (!variable.empty())
          set_by_client(in, *protocol, header, setting, variable,
                        closed ? value_for(*context, header) : "\"\"");
      }
    }
    if (!missing.empty()) unset(in, *context, *protocol, missing, !closed);
  }
}

// Reports a location without a check whose target is a variable, and thus unknown: it may be an application
// that trusts identity headers, so they must be set.
void application_unknown(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || GatewayUsage::check(*context) || in.usage.is_gateway(*context) ||
        in.usage.is_application(*context) || !protocol->passes_headers(*context) ||
        !in.usage.has_checks(*context->enclosing(Context::Level::server)))
      continue;
    const auto handler = Model::handler(*context);
    if (in.usage.model().target(*handler).find('$') == std::string::npos) continue;
    std::string first, write;
    for (const HeaderName& header : in.usage.facts().headers) {
      if (!protocol->settings(*context, header.name).empty()) continue;
      if (first.empty()) first = header.name;
      write += (write.empty() ? "" : " ") + protocol->line(header.name, "\"\"");
    }
    if (first.empty()) continue;
    in.advice(handler->line->place,
              context->title() + ": where " + legible(handler->line->arg(0)) +
                  " leads can't be told; an application with protected places would get the client's own " +
                  first,
              write);
  }
}

// Reports a Host header from the client. nginx has routed on $host, and the client's own header may differ or
// be absent.
void host_of_the_client(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || in.usage.is_gateway(*context) ||
        (!is_protected(in, *context) && !in.usage.is_application(*context)))
      continue;
    for (const Setting& setting : protocol->settings(*context, "Host")) {
      if (in.taint.in(without_port(setting.value)).empty()) continue;
      in.advice(setting.line->place,
                "the application gets " + legible(setting.value) +
                    " as its host, which is the client's, and need not be the host that nginx has routed on",
                protocol->line("Host", "$host"));
    }
  }
}

bool has_other_source(const Inspection& in, const std::string& variable) {
  const auto& all = in.usage.model().all();
  return std::any_of(all.begin(), all.end(), [&](const Directive* line) {
    return line->name != "auth_request_set" && assigned_by(*line) == variable;
  });
}

// Reports a header without a value. A location inherits auth_request_set only if it has none of its own.
void header_without_value(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || !is_protected(in, *context) || in.usage.is_gateway(*context)) continue;
    const auto& kept = context->list("auth_request_set");
    for (const HeaderName& header : in.usage.facts().headers) {
      for (const Setting& setting : protocol->settings(*context, header.name)) {
        const auto is_it = [&](const Directive* line) { return line->arg(0) == setting.value; };
        if (!setting.value.starts_with('$') || std::any_of(kept.begin(), kept.end(), is_it) ||
            has_other_source(in, setting.value) || !clients_word(in, *context, setting.value).empty())
          continue;
        in.advice(context->place(),
                  context->title() + ": " + header.name +
                      " is always empty: no auth_request_set here gives " + legible(setting.value) +
                      " a value",
                  "auth_request_set " + legible(setting.value) + " $upstream_http_" + header.folded + ";");
      }
    }
  }
}

void session_cookie_leaks(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || !is_protected(in, *context) || in.usage.is_gateway(*context) ||
        !protocol->passes_headers(*context))
      continue;
    if (!protocol->settings(*context, "Cookie").empty()) continue;
    const std::string kept = kept_in(*context, "upstream_http_x_session_cookie");
    const std::string set =
        kept.empty() ? "auth_request_set $session_cookie $upstream_http_x_session_cookie; " : "";
    in.advice(context->place(),
              context->title() + ": the session cookie reaches the application, which can leak it",
              set + protocol->line("Cookie", kept.empty() ? "$session_cookie" : kept),
              include_that_mends(in, *context, *protocol));
  }
}

// Returns the directive that admits X_Auth_Request_User beside X-Auth-Request-User; nullptr if there is none.
const Directive* lets_underscores_in(const Context& context) {
  const Directive* underscores = context.find("underscores_in_headers");
  if (underscores && underscores->arg(0) == "on") return underscores;
  const Directive* ignore = context.find("ignore_invalid_headers");
  return ignore && ignore->arg(0) == "off" ? ignore : nullptr;
}

void underscores(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    const Directive* line = lets_underscores_in(*context);
    if (!line || !protocol || !protocol->by_name || !protocol->passes_headers(*context) ||
        !in.usage.is_application(*context))
      continue;
    for (const HeaderName& header : in.usage.facts().headers) {
      std::string other = header.name;
      std::replace(other.begin(), other.end(), '-', '_');
      if (other == header.name || !protocol->settings(*context, other).empty()) continue;
      const bool on = line->name == "underscores_in_headers";
      in.danger(line->place,
                legible(line->name) + " " + legible(line->arg(0)) + " lets the client's " + other +
                    " through, which applications may take for " + header.name,
                on ? "underscores_in_headers off;" : "ignore_invalid_headers on;");
    }
  }
}

// Whether a text holds one of these words, or a variable that a `map` or `set` can make to hold one.
bool may_hold(const Inspection& in, const std::string& text, const std::vector<std::string>& words,
              int depth = 0) {
  constexpr int kMaxDepth = 5;
  const std::string plain = lower(text);
  if (std::any_of(words.begin(), words.end(),
                  [&](const std::string& word) { return plain.find(word) != plain.npos; }))
    return true;
  const auto names = depth < kMaxDepth ? variables_in(text) : std::vector<std::string>();
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    const auto& all = in.usage.model().all();
    return std::any_of(all.begin(), all.end(), [&](const Directive* line) {
      if (assigned_by(*line) != "$" + name) return false;
      if (line->name == "set") return may_hold(in, line->arg(1), words, depth + 1);
      return std::any_of(line->children.begin(), line->children.end(),
                         [&](const Directive& row) { return may_hold(in, row.arg(0), words, depth + 1); });
    });
  });
}

bool may_hold(const Inspection& in, const std::vector<Setting>& settings,
              const std::vector<std::string>& words) {
  return std::any_of(settings.begin(), settings.end(),
                     [&](const Setting& setting) { return may_hold(in, setting.value, words); });
}

// Reports a location of an application through which clients can change to any protocol: nginx passes on
// what is said in it as it is.
void any_upgrade(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || protocol->kind != "proxy" || !in.usage.is_application(*context)) continue;
    const auto upgrade = protocol->settings(*context, "Upgrade");
    if (!may_hold(in, upgrade, {"$http_upgrade", "${http_upgrade}"}) ||
        !may_hold(in, protocol->settings(*context, "Connection"), {"upgrade", "http_connection"}))
      continue;
    in.advice(upgrade.front().line->place,
              context->title() +
                  " upgrades a connection to the protocol that the client names: with h2c a client talks "
                  "past nginx to the application, without a check and with identity headers of its own. "
                  "Whether the application speaks that can't be told",
              "proxy_set_header Upgrade $session_upgrade; proxy_set_header Connection $session_connection;");
  }
}

}  // namespace

const std::vector<LintRule>& header_rules() {
  static const std::vector<LintRule> rules = {
      {"identity-header", identity_headers,
       "An identity header that a location of the application does not set, or sets from what the client "
       "says, makes anybody anybody."},
      {"unknown-application", application_unknown,
       "Where an address with variables leads is known at run time only. An application with protected "
       "locations behind it would trust the client's own identity headers."},
      {"host-from-client", host_of_the_client,
       "`$http_host` is the client's own header, and need not be the host that nginx has routed on."},
      {"identity-header-without-value", header_without_value,
       "A location inherits `auth_request_set` lines only if it has none of its own; without one a header is "
       "always empty."},
      {"session-cookie-leaks", session_cookie_leaks,
       "What the application does not have, it cannot leak. The session cookie is the session."},
      {"underscores-in-headers", underscores,
       "Some frameworks take `X_Auth_Request_User` for `X-Auth-Request-User`; nginx drops the former by "
       "default."},
      {"upgrade-from-client", any_upgrade,
       "nginx passes on all that comes after an upgrade. An application that speaks h2c (HTTP/2 without TLS) "
       "then takes further requests from the client itself, for any page and with any identity header. "
       "`$session_upgrade` is `websocket` or nothing; `session-gateway-proxy.conf` has both lines."},
  };
  return rules;
}

}  // namespace session::gateway
