// Rules for other ways to the application of a protected location: an open location that asks it for the same
// address.

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <tuple>

#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/served_files.h"
#include "gateway/nginx/model/pattern.h"

namespace session::gateway {
namespace {

using MatchKind = LocationMatch::Kind;

// A protected location that passes requests to an application, and an address for which it asks there.
struct GuardedAddress {
  const Context* location;
  std::set<std::string> applications;
  std::string asked;
};

// A request in a location: what the client asked for, and what rewrites made of it.
struct Request {
  std::string original;
  std::string path;
};

// Returns a text with the values of the variables that hold the request's address or parts of it; nullopt: it
// has others.
std::optional<std::string> with_request(std::string text, const Request& request, const Context& location) {
  std::map<std::string, std::string> values;
  if (location.level() == Context::Level::location && location.match().kind() == MatchKind::regex)
    values = captures_of(location.match().text(), request.original).value_or(values);
  values["request_uri"] = request.original;
  values["uri"] = values["document_uri"] = request.path;
  for (const char* name : {"args", "is_args", "query_string"}) values[name] = "";
  for (const std::string& name : variables_in(text)) {
    const auto value = values.find(name);
    if (value == values.end()) return std::nullopt;
    for (const std::string& written : {"${" + name + "}", "$" + name}) {
      const auto at = text.find(written);
      if (at != text.npos) text.replace(at, written.size(), value->second);
    }
  }
  return text;
}

// Returns the address in a proxy_pass, with its variables: /v1/ of http://app/v1/; "" if there is none.
std::string address_in(const Directive& pass) {
  std::string text = pass.arg(0);
  const auto scheme = text.find("://");
  text.erase(0, scheme == text.npos ? 0 : scheme + 3);
  if (text.starts_with("unix:")) {
    const auto end = text.find(':', 5);
    return end == text.npos ? "" : text.substr(end + 1);
  }
  const auto begin = std::min(text.find('/'), text.find('$', 1));
  return begin == text.npos ? "" : text.substr(begin);
}

// Returns the address for which a proxy_pass asks.
std::optional<std::string> asked_by_proxy(const Context& context, const Directive& pass,
                                          const Request& request) {
  const std::string address = address_in(pass);
  if (address.find('$') != address.npos) return with_request(address, request, context);
  const Context* location = context.enclosing(Context::Level::location);
  if (address.empty() || request.path != request.original || location->named()) return request.path;
  if (location->match().kind() == MatchKind::exact) return address;
  const std::string& name = location->match().text();
  if (location->match().kind() == MatchKind::regex || !request.path.starts_with(name)) return request.path;
  return address + request.path.substr(name.size());
}

// Returns the address for which a place asks its application; nullopt: unknown.
std::optional<std::string> asked(const Context& context, const Request& request) {
  const auto handler = Model::handler(context);
  if (!handler) return std::nullopt;
  if (handler->kind == "proxy") return asked_by_proxy(context, *handler->line, request);
  if (handler->kind == "grpc") return request.path;
  for (const Directive* line : context.list(handler->kind + "_param")) {
    if (line->arg(0) == "REQUEST_URI") return with_request(line->arg(1), request, context);
  }
  return request.path;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Returns the address as most applications understand it: without escapes, `.`, `..` and double slashes.
std::string understood(const std::string& address) {
  std::string text;
  for (std::size_t at = 0; at < address.size(); ++at) {
    const bool escape = address[at] == '%' && at + 2 < address.size() && hex_value(address[at + 1]) >= 0 &&
                        hex_value(address[at + 2]) >= 0;
    text += escape ? static_cast<char>(hex_value(address[at + 1]) * 16 + hex_value(address[at + 2]))
                   : address[at];
    at += escape ? 2 : 0;
  }
  return normalised_path("/" + text);
}

// Returns the protected locations of applications; of several that ask for the same the first.
std::vector<GuardedAddress> guarded_addresses(const Inspection& in) {
  std::vector<GuardedAddress> all;
  std::set<std::tuple<const Context*, std::set<std::string>, std::string>> seen;
  for (const Context* context : in.usage.model().contexts()) {
    if (context->level() != Context::Level::location || context->internal() ||
        !GatewayUsage::check(*context) || in.usage.is_gateway(*context) || !Model::handler(*context))
      continue;
    const auto path = path_in(*context);
    const auto& rewrites = context->own("rewrite");
    // A redirect shows nothing of what the location guards.
    if (!path || std::any_of(rewrites.begin(), rewrites.end(), [&](const Directive* line) {
          return !sends_away(*line) && captures_of(line->arg(0), *path).has_value();
        }))
      continue;
    const auto address = path ? asked(*context, {*path, *path}) : std::nullopt;
    if (!address || Model::route(*context->enclosing(Context::Level::server), *path) != context) continue;
    const std::string wanted = understood(*address);
    auto applications = in.usage.model().addresses(*Model::handler(*context));
    if (seen.emplace(context->enclosing(Context::Level::server), applications, wanted).second)
      all.push_back({context, std::move(applications), wanted});
  }
  return all;
}

// Returns the address by which `location /api { proxy_pass http://app/v1/; }` asks for a neighbour of /v1/;
// "" if it does not.
std::string address_above(const Context& place, const std::string& replaced, const std::string& wanted) {
  const MatchKind kind = place.match().kind();
  const std::string& name = place.match().text();
  if ((kind != MatchKind::prefix && kind != MatchKind::shielded_prefix) || name.ends_with('/') ||
      replaced.size() < 2 || !replaced.ends_with('/') || replaced.find('$') != replaced.npos)
    return {};
  const std::string above = replaced.substr(0, replaced.rfind('/', replaced.size() - 2) + 1);
  return wanted.starts_with(above) ? name + "../" + wanted.substr(above.size()) : "";
}

// Returns addresses by which a location may ask for this one.
std::vector<std::string> addresses_for(const Context& place, const std::string& wanted) {
  const std::string& name = place.match().text();
  if (place.match().kind() == MatchKind::exact) return {name};
  std::vector<std::string> all = {wanted};
  std::string begin = name;
  if (place.match().kind() == MatchKind::regex)
    begin = sample_of(name.substr(0, std::min(name.find('('), name.size()))).value_or("/");
  const auto handler = Model::handler(place);
  const std::string written = handler ? address_in(*handler->line) : "";
  const std::string replaced =
      written.find('$') == written.npos && !written.empty() ? understood(written) : written;
  if (!replaced.empty() && wanted.starts_with(replaced))
    all.push_back(begin + wanted.substr(replaced.size()));
  all.push_back(address_above(place, replaced, wanted));
  for (auto slash = wanted.find('/'); slash != wanted.npos; slash = wanted.find('/', slash + 1)) {
    all.push_back(begin + wanted.substr(slash));
    all.push_back(begin + wanted.substr(slash + 1));
  }
  return all;
}

// Whether an address of the server leads around the check. What another server makes public knows by the
// identity headers what it may show.
bool is_comparable(const Context& server, const GuardedAddress& guarded) {
  return &server == guarded.location->enclosing(Context::Level::server);
}

// Whether both lead to the same application.
bool same_application(const Inspection& in, const Context& place, const GuardedAddress& guarded) {
  const auto handler = Model::handler(place);
  if (!handler || !is_comparable(*place.enclosing(Context::Level::server), guarded)) return false;
  const auto addresses = in.usage.model().addresses(*handler);
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const std::string& address) { return guarded.applications.count(address) > 0; });
}

// Whether a request for this address asks the application for what the protected location guards.
bool asks_for(const Inspection& in, const Context& server, const std::string& address,
              const GuardedAddress& guarded, bool exactly) {
  const std::string below = guarded.asked.substr(0, guarded.asked.rfind('/') + 1);
  if (!exactly && (below == "/" || guarded.location->match().text() == "/")) return false;
  RedirectWalk walk(in.usage, server, in.requirements.admits_past(*guarded.location));
  for (const OpenEnd& end : walk.requested(address).ends) {
    if (!same_application(in, *end.context, guarded)) continue;
    const auto asking = asked(*end.context, {address, end.path});
    const std::string got = asking ? understood(*asking) : "";
    if (exactly ? got == guarded.asked : got.starts_with(below) && address != got) return true;
  }
  return false;
}

// Whether a location hands what it gets to others: `try_files $uri @app`, `echo_exec @app`.
bool leads_on(const Context& place) {
  return !place.own("try_files").empty() || !place.own("echo_exec").empty();
}

bool serves_clients(const Inspection& in, const Context& place) {
  return place.level() == Context::Level::location && !place.internal() &&
         (in.usage.is_application(place) || leads_on(place));
}

// Returns the address by which a weaker place asks for what the protected location guards; "" if there is
// none.
std::string address_past(const Inspection& in, const Context& place, const GuardedAddress& guarded) {
  const Context& server = *place.enclosing(Context::Level::server);
  for (const std::string& address : addresses_for(place, guarded.asked)) {
    if (address.starts_with('/') && address.find("//") == address.npos &&
        asks_for(in, server, address, guarded, true))
      return address;
  }
  const auto own = path_in(place);
  return own && asks_for(in, server, *own, guarded, false) ? *own : "";
}

// Reports each place once, with the first protected location of its server that it gets around.
void same_application_elsewhere(Inspection& in) {
  const auto guarded = guarded_addresses(in);
  if (guarded.empty()) return;
  for (const Context* place : in.usage.model().contexts()) {
    if (!serves_clients(in, *place)) continue;
    for (const GuardedAddress& one : guarded) {
      if (!is_comparable(*place->enclosing(Context::Level::server), one) ||
          !in.requirements.is_weaker(*place, *one.location))
        continue;
      const std::string address = address_past(in, *place, one);
      if (address.empty()) continue;
      const bool above = address.find("../") != address.npos;
      in.danger(place->place(),
                place->title() + " asks the application for what the protected " + one.location->title() +
                    " (" + render(one.location->place()) + ") guards, " +
                    in.requirements.without(*place, *one.location) + ": " + legible(address),
                above ? place->title() + "/ {"
                      : "in " + place->title() + ": " + in.requirements.line_to_add(*place, *one.location));
      break;
    }
  }
}

// Returns the place of another server that asks the application, without a check, for what a location guards,
// under the same address; nullptr: none does.
const Context* open_place_for(const Inspection& in, const Context& server, const GuardedAddress& guarded) {
  for (const OpenEnd& end : RedirectWalk(in.usage, server).requested(guarded.asked).ends) {
    const auto handler = Model::handler(*end.context);
    if (!handler || in.usage.is_gateway(*end.context) || end.context->internal()) continue;
    const auto addresses = in.usage.model().addresses(*handler);
    const bool same = std::any_of(addresses.begin(), addresses.end(), [&](const std::string& address) {
      return guarded.applications.count(address) > 0;
    });
    const auto asking = asked(*end.context, {guarded.asked, end.path});
    if (same && asking && understood(*asking) == guarded.asked) return end.context;
  }
  return nullptr;
}

// Reports each server once: it may be for those who need no session, and the application knows it by the
// identity headers. nginx can't tell.
void same_application_in_another_server(Inspection& in) {
  const auto guarded = guarded_addresses(in);
  for (const Context* server : in.usage.model().servers()) {
    for (const GuardedAddress& one : guarded) {
      if (is_comparable(*server, one)) continue;
      const Context* place = open_place_for(in, *server, one);
      if (place == nullptr) continue;
      in.advice(
          place->place(),
          place->title() + " of this server asks the application for " + legible(one.asked) +
              ", too, which the protected " + one.location->title() + " (" + render(one.location->place()) +
              ") of another server guards, without a check: right only if the application itself refuses who "
              "comes without identity headers",
          "in this server, too: " + legible(one.location->title()) + " { " + kIncludeProtect + " ... }");
      break;
    }
  }
}

// Returns what a `rewrite` has in its target that the client says, other than the address that was asked for
// and what the pattern captures in it; "" if there is nothing.
std::string said_in_rewrite(const Inspection& in, const Directive& line) {
  if (sends_away(line)) return {};
  const std::string target = line.arg(1).substr(0, line.arg(1).find('?'));
  const auto sample = path_sample_of(line.arg(0));
  const auto captures = sample ? captures_of(line.arg(0), *sample) : std::nullopt;
  for (const std::string& name : variables_in(target)) {
    const bool of_address =
        name == "uri" || name == "document_uri" || (captures && captures->count(name) > 0);
    if (!of_address && !in.taint.in("$" + name).empty()) return "$" + name;
  }
  return {};
}

// Whether a rewrite leads requests of a place to the application of a protected location.
bool rewrites_to(const Inspection& in, const Context& place, const Directive& line,
                 const GuardedAddress& guarded) {
  if (line.arg(2) == "break") return same_application(in, place, guarded);
  RedirectWalk walk(in.usage, *place.enclosing(Context::Level::server));
  const auto found = walk.rewritten_in(*place.enclosing(Context::Level::location), line);
  return std::any_of(found.ends.begin(), found.ends.end(),
                     [&](const OpenEnd& end) { return same_application(in, *end.context, guarded); });
}

// Reports an address with a word of the client's that a place asks the application of a protected location
// for. Returns false if the word leads to other addresses only.
bool report_said(Inspection& in, const Context& place, const Directive& line, const std::string& address,
                 const std::string& said, const GuardedAddress& guarded) {
  const std::string before = address.substr(0, address.find('$'));
  const std::string text =
      "the client says what " + place.title() + " asks the application for (" + legible(said) + "), also ";
  const std::string what = "what the protected " + guarded.location->title() + " (" +
                           render(guarded.location->place()) + ") guards";
  // nginx has resolved `..` in the address that was asked for, and in none of these.
  const auto begins = [&](const char* kind) { return said.starts_with(kind); };
  if (guarded.asked.starts_with(before)) {
    in.danger(line.place, text + what, "an address that no variable changes");
  } else if (before.ends_with('/') && (begins("$arg_") || begins("$http_") || begins("$cookie_"))) {
    in.advice(line.place, text + "with `..`: whether the application then serves " + what + " can't be told",
              "an address that no variable changes");
  } else {
    return false;
  }
  return true;
}

// Reports rewrites by which the client says what the application is asked for: rewrite ^ /$arg_page break.
void rewritten_by_client(Inspection& in, const std::vector<GuardedAddress>& guarded) {
  for (const Context* place : in.usage.model().contexts()) {
    if (is_closed(*place) || place->internal()) continue;
    for (const Directive* line : place->own("rewrite")) {
      const std::string said = said_in_rewrite(in, *line);
      for (const GuardedAddress& one : guarded) {
        if (!said.empty() && rewrites_to(in, *place, *line, one) &&
            report_said(in, *place, *line, line->arg(1), said, one))
          break;
      }
    }
  }
}

// Reports an address of the application that the client says: proxy_pass http://app/$arg_page.
void passed_by_client(Inspection& in, const std::vector<GuardedAddress>& guarded) {
  for (const Context* place : in.usage.model().contexts()) {
    const auto handler = Model::handler(*place);
    if (!handler || is_closed(*place) || !serves_clients(in, *place)) continue;
    std::string address = handler->kind == "proxy" ? address_in(*handler->line) : "";
    for (const Directive* line : place->list(handler->kind + "_param")) {
      if (line->arg(0) == "REQUEST_URI") address = line->arg(1);
    }
    const std::string own = path_in(*place).value_or("");
    if (address.empty() || in.taint.in(address).empty() || with_request(address, {own, own}, *place))
      continue;
    for (const GuardedAddress& one : guarded) {
      if (same_application(in, *place, one) &&
          report_said(in, *place, *handler->line, address, in.taint.in(address), one))
        break;
    }
  }
}

void addresses_from_client(Inspection& in) {
  const auto guarded = guarded_addresses(in);
  passed_by_client(in, guarded);
  rewritten_by_client(in, guarded);
}

}  // namespace

const std::vector<LintRule>& other_program_rules() {
  static const std::vector<LintRule> rules = {
      {"same-application-elsewhere", same_application_elsewhere,
       "A check guards an address of nginx's, not one of the application's. A location without a check, or "
       "with one that asks for less, that asks the application for the same address gets around it."},
      {"same-application-in-another-server", same_application_in_another_server,
       "A check guards an address of one server. Another server that passes the same address to the same "
       "application "
       "without a check gets around it, unless the application itself refuses requests without identity "
       "headers."},
      {"application-address-from-client", addresses_from_client,
       "A variable of the client's in the address lets the client choose what the application is asked for."},
  };
  return rules;
}

}  // namespace session::gateway
