// A rule for connections that last: WebSockets and server-sent events.

#include <algorithm>
#include <array>
#include <span>

#include "core/base/text.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {
namespace {

// Usual names of WebSockets, and then those of streams of events.
constexpr std::array<std::string_view, 14> kNames = {
    "ws",     "wss",   "websocket", "websockets",  "socket", "sockets", "socket.io",
    "sockjs", "cable", "signalr",   "eventsource", "sse",    "events",  "stream"};
constexpr std::span<const std::string_view> kWebSocketNames = std::span(kNames).first(10);

// Whether one part of the location's path is such a name.
bool has_telling_name(const Context& context, std::span<const std::string_view> names) {
  if (context.level() != Context::Level::location || context.match().kind() == LocationMatch::Kind::regex)
    return false;
  std::string_view rest = context.match().text();
  while (!rest.empty()) {
    if (std::find(names.begin(), names.end(), lower(take_item(rest, '/'))) != names.end()) return true;
  }
  return false;
}

// Whether connections are upgraded here. session-gateway-proxy.conf passes Upgrade on in every location that
// includes it, most of which are never asked for a WebSocket, so its line counts only beside a telling name.
bool upgrades(const UpstreamProtocol& protocol, const Context& context) {
  const auto settings = protocol.settings(context, "Upgrade");
  return protocol.kind == "proxy" &&
         std::any_of(settings.begin(), settings.end(), [&](const Setting& setting) {
           return !setting.value.empty() &&
                  (!is_shipped(*setting.line) || has_telling_name(context, kWebSocketNames));
         });
}

// Whether the location sends each part of an answer at once, as server-sent events need it.
bool streams(const UpstreamProtocol& protocol, const Context& context) {
  const auto& buffering = context.own(std::string(protocol.kind) + "_buffering");
  if (buffering.empty() || buffering.front()->arg(0) != "off") return false;
  const auto connection = protocol.settings(context, "Connection");
  const bool kept = std::any_of(connection.begin(), connection.end(), [](const Setting& setting) {
    return setting.value.empty() && !is_shipped(*setting.line);
  });
  return (protocol.kind == "proxy" && kept) || has_telling_name(context, kNames);
}

void outlives_logout(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || in.usage.is_gateway(*context) || !GatewayUsage::check(*context) ||
        !in.usage.asks_gateway(*context))
      continue;
    const bool upgrade = upgrades(*protocol, *context);
    const std::string timeout = std::string(protocol->kind) + "_read_timeout";
    if ((!upgrade && !streams(*protocol, *context)) || context->find(timeout)) continue;
    in.advice(context->place(),
              context->title() + ": " +
                  (upgrade ? "a connection that is upgraded" : "an answer that is streamed") +
                  " here is checked when it begins and never again, so it outlives a logout. What ends it "
                  "is the application, or " +
                  timeout + ", after so long without a byte from the application (60s unless you say so)",
              timeout + " 60s; or as long as you want; and let the application end connections at a logout");
  }
}

}  // namespace

const std::vector<LintRule>& long_connection_rules() {
  static const std::vector<LintRule> rules = {
      {"outlives-logout", outlives_logout,
       "A WebSocket or a stream of events is checked once, when it begins. It outlives a logout and the end "
       "of the session, and does not keep the session alive. Only the application knows whose connection "
       "it is and can end it; nginx ends it after `proxy_read_timeout` without a byte. Say how long that "
       "is. The line of `session-gateway-proxy.conf`, which passes `Upgrade` on everywhere, counts only in "
       "a location with a usual name of WebSockets (`/ws`, `/socket.io/`, `/cable` ...); under other "
       "names nothing is said of it."},
  };
  return rules;
}

}  // namespace session::gateway
