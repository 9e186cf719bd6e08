// A rule for copies of requests: what `mirror` sends, and where to.

#include <algorithm>

#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {
namespace {

bool has_session(const Inspection& in, const Context& context) {
  return (GatewayUsage::check(context) && in.usage.asks_gateway(context)) || in.usage.is_application(context);
}

// Whether the location leaves the client's cookies as they are.
bool passes_cookies(const UpstreamProtocol& protocol, const Context& context) {
  const auto settings = protocol.settings(context, "Cookie");
  return settings.empty() || std::any_of(settings.begin(), settings.end(), [](const Setting& setting) {
           return setting.value.find("$http_cookie") != std::string::npos;
         });
}

// Whether the client's own value of an identity header goes to what is behind the location.
bool passes_identity(const Inspection& in, const UpstreamProtocol& protocol, const Context& context) {
  const auto& headers = in.usage.facts().headers;
  return std::any_of(headers.begin(), headers.end(), [&](const HeaderName& header) {
    return protocol.settings(context, header.name).empty();
  });
}

std::string include_for(const UpstreamProtocol& protocol) {
  if (protocol.kind == "proxy" || protocol.kind == "fastcgi") return kIncludePublic;
  if (protocol.kind == "scgi") return protocol.line("Cookie", "$session_public_cookie");
  return kIncludePublic + (" include session-gateway-public-" + std::string(protocol.kind)) + ".conf;";
}

void look_at_copy(Inspection& in, const Context& from, const Context& to) {
  const auto protocol = upstream_protocol_of(to);
  if (!protocol || in.usage.is_gateway(to) || !protocol->passes_headers(to)) return;
  const bool cookies = passes_cookies(*protocol, to);
  const bool identity = passes_identity(in, *protocol, to);
  if (!cookies && !identity) return;
  const std::string what = std::string(cookies ? "the session cookie" : "") +
                           (cookies && identity ? " and " : "") +
                           (identity ? "identity headers of the client's own making" : "");
  in.danger(to.place(),
            to.title() + ": the mirror of " + from.title() + " (" + render(from.place()) +
                ") sends copies of requests here as the client wrote them, with " + what,
            include_for(*protocol));
}

void mirror_leaks(Inspection& in) {
  std::vector<const Context*> told;
  for (const Context* context : in.usage.handling_contexts()) {
    if (!has_session(in, *context) || in.usage.is_gateway(*context)) continue;
    const Context& server = *context->enclosing(Context::Level::server);
    for (const Directive* line : context->list("mirror")) {
      const std::string& target = line->arg(0);
      if (target == "off") continue;
      if (target.find('$') != target.npos) {
        in.advice(line->place,
                  "where this mirror of " + context->title() +
                      " leads can't be told: it sends the session cookie and the client's own identity "
                      "headers, unless the location there takes them away",
                  "an address without variables, and in its location: " + std::string(kIncludePublic));
        continue;
      }
      const Context* to = Model::route(server, target.substr(0, target.find('?')));
      if (!to || std::find(told.begin(), told.end(), to) != told.end()) continue;
      told.push_back(to);
      look_at_copy(in, *context, *to);
    }
  }
}

}  // namespace

const std::vector<LintRule>& mirror_rules() {
  static const std::vector<LintRule> rules = {
      {"mirror-leaks", mirror_leaks,
       "A copy that `mirror` makes goes out by the lines of the mirror's own location. Without an include "
       "there, it holds the session cookie, and identity headers that the client has written."},
  };
  return rules;
}

}  // namespace session::gateway
