// Rules for browsers without a session: where they are sent, and whether they can keep the cookie of a login.

#include <algorithm>
#include <array>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

constexpr const char* kVariable = "$session_login_page";

// An address of the login page, and the `set` that says so; nullptr: a map does.
struct LoginPage {
  std::string address;
  const Directive* line = nullptr;
};

// Whether a visitor without a session is refused here. `return` answers before the check.
bool is_closed(const Inspection& in, const Context& context) {
  return context.level() == Context::Level::location && !context.internal() && GatewayUsage::check(context) &&
         in.usage.asks_gateway(context) && context.own("return").empty();
}

const Directive* last_set(const Context& context) {
  const Directive* found = nullptr;
  for (const Directive* line : context.own("set")) {
    if (line->arg(0) == kVariable) found = line;
  }
  return found;
}

// Returns the addresses that the variable can have in a location. A `set` of the server runs again for the
// check, so it counts more than the location's.
std::vector<LoginPage> login_pages(const Inspection& in, const Context& context) {
  for (const Context* level : {context.enclosing(Context::Level::server), &context}) {
    if (const Directive* line = last_set(*level)) return {{line->arg(1), line}};
  }
  std::vector<LoginPage> pages;
  for (const Directive* table : in.usage.model().all()) {
    if (!table->is_block || assigned_by(*table) != kVariable) continue;
    for (const Directive& row : table->children) {
      if (row.args.size() == 1) pages.push_back({row.arg(0)});
    }
  }
  return pages;
}

// Returns the first error_page line for 401, which is the one that counts; nullptr: there is none.
const Directive* page_of_401(const Context& context) {
  for (const Directive* line : context.list("error_page")) {
    if (std::find(line->args.begin(), line->args.end(), "401") != line->args.end()) return line;
  }
  return nullptr;
}

bool sends_to_login_page(const Context& context) {
  const Directive* page = page_of_401(context);
  return page && page->args.back() == "@session_login";
}

// A path in a server of this configuration.
struct Destination {
  const Context* server = nullptr;
  std::string path;
};

bool has_name(const Context& server, const std::string& name) {
  const auto& lines = server.own("server_name");
  return std::any_of(lines.begin(), lines.end(), [&](const Directive* line) {
    return std::find(line->args.begin(), line->args.end(), name) != line->args.end();
  });
}

// Returns where an address leads that a server redirects to; none if it leads to other machines, or is
// unknown.
std::vector<Destination> destinations(const Inspection& in, const Context& server,
                                      const std::string& address) {
  std::string path = address.substr(0, address.find_first_of("?#"));
  const auto scheme = path.find("://");
  if (scheme == path.npos) {
    if (!path.starts_with('/') || path.starts_with("//") || path.find('$') != path.npos) return {};
    return {{&server, path}};
  }
  const auto slash = std::min(path.find('/', scheme + 3), path.size());
  std::string host = path.substr(scheme + 3, slash - scheme - 3);
  path = slash == path.size() ? "/" : path.substr(slash);
  if (path.find('$') != path.npos) return {};
  host.erase(std::min(host.find(':'), host.size()));
  if (host == "$host" || host == "$server_name" || host == "$http_host") return {{&server, path}};
  std::vector<Destination> found;
  for (const Context* other : in.usage.model().servers()) {
    if (has_name(*other, host)) found.push_back({other, path});
  }
  return found;
}

bool is_dead_end(const Inspection& in, const Context& place, std::vector<const Context*> before);

// Whether a redirect to the address comes to a dead end, in whichever server answers.
bool ends_nowhere(const Inspection& in, const Context& server, const std::string& address,
                  const std::vector<const Context*>& before) {
  const auto all = destinations(in, server, address);
  return !all.empty() && std::all_of(all.begin(), all.end(), [&](const Destination& one) {
    const Context* place = Model::route(*one.server, one.path);
    return place && is_dead_end(in, *place, before);
  });
}

// Whether a redirect to this place comes back to it, or ends at a bare 401.
bool is_dead_end(const Inspection& in, const Context& place, std::vector<const Context*> before) {
  if (!is_closed(in, place)) return false;
  if (!sends_to_login_page(place)) return page_of_401(place) == nullptr;
  if (std::find(before.begin(), before.end(), &place) != before.end()) return true;
  before.push_back(&place);
  const auto pages = login_pages(in, place);
  return !pages.empty() && std::all_of(pages.begin(), pages.end(), [&](const LoginPage& page) {
    return ends_nowhere(in, *place.enclosing(Context::Level::server), page.address, before);
  });
}

std::string open_location(const Context& like, const std::string& path) {
  const auto handler = Model::handler(like);
  return "location = " + legible(path) + " { " + kIncludePublic + " " +
         (handler ? as_written(*handler->line) : "proxy_pass ...;") + " }";
}

// Whether the server's own lines decide before a location is chosen.
bool server_decides(const Context& server) {
  return !server.own("return").empty() || !server.own("rewrite").empty() || !server.own("try_files").empty();
}

// Whether no file and no location of the server can answer at this path. A server with a root of its own may
// have the file.
bool is_missing(const Context& server, const Context* location) {
  if (!location) {
    const auto& all = server.locations();
    const bool unknown = std::any_of(all.begin(), all.end(), [](const Context* one) {
      return !one->named() && one->match().kind() == LocationMatch::Kind::regex &&
             !one->match().finds("/").has_value();
    });
    return !unknown && !server.find("root");
  }
  // A site of programs alone refuses all other addresses at once.
  if (location->match().text() == "/") return false;
  const auto& returns = location->own("return");
  return location->internal() || (!returns.empty() && returns.front()->arg(0).starts_with('4'));
}

void look_at_page(Inspection& in, const Context& context, const LoginPage& page) {
  const Context& server = *context.enclosing(Context::Level::server);
  const auto all = destinations(in, server, page.address);
  if (all.empty() || server_decides(*all.front().server)) return;
  const auto& [other, path] = all.front();
  const Context* location = Model::route(*other, path);
  const std::string sent =
      "visitors without a session are sent to " + legible(page.address.substr(0, page.address.find('?')));
  if (location && ends_nowhere(in, server, page.address, {})) {
    in.advice(location->place(),
              sent + ", and " + location->title() +
                  ", which answers there, wants a session, too: browsers go in circles",
              open_location(*location, path));
  } else if (page.address.starts_with('/') && is_missing(server, location)) {
    in.advice(page.line  ? page.line->place
              : location ? location->place()
                         : server.place(),
              sent + (location ? ", and " + location->title() + " answers no visitor there"
                               : ", and no location of this server answers there"),
              open_location(context, path) + " or, for a login page elsewhere, set " + kVariable +
                  " https://login.example/;");
  }
}

// Whether browsers come to the location. gRPC has clients of its own, which get a plain 401.
bool has_browsers(const Context& context) {
  const auto handler = Model::handler(context);
  return !handler || handler->kind != "grpc";
}

// Reports a login page of a location that one of the server overrides.
void overridden(Inspection& in, const Context& context) {
  const Directive* own = last_set(context);
  const Directive* server = last_set(*context.enclosing(Context::Level::server));
  if (!own || !server || own->arg(1) == server->arg(1)) return;
  in.advice(own->place,
            "set of a server runs again for the check and overrides this one: " + std::string(kVariable) +
                " is what " + render(server->place) + " says",
            "the server's line in each location that it is meant for");
}

void login_page(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!is_closed(in, *context) || !sends_to_login_page(*context) || !has_browsers(*context)) continue;
    overridden(in, *context);
    for (const LoginPage& page : login_pages(in, *context)) look_at_page(in, *context, page);
  }
}

bool has_word(const Directive& line, std::string_view word) {
  return std::find(line.args.begin(), line.args.end(), word) != line.args.end();
}

// Whether clients on other machines reach this address.
bool is_public(const Directive& listen) {
  const std::string& address = listen.arg(0);
  constexpr std::array<std::string_view, 4> kLocal = {"unix:", "127.", "localhost", "[::1]"};
  return std::none_of(kLocal.begin(), kLocal.end(),
                      [&](std::string_view local) { return address.starts_with(local); });
}

// Whether browsers know the server by names of their own machine only, for which most keep Secure cookies.
bool is_localhost(const Context& server) {
  const auto& lines = server.own("server_name");
  const auto is_local = [](const std::string& name) {
    return name == "localhost" || name.ends_with(".localhost") || name.starts_with("127.");
  };
  return !lines.empty() && std::all_of(lines.begin(), lines.end(), [&](const Directive* line) {
    return std::all_of(line->args.begin(), line->args.end(), is_local);
  });
}

// Whether a line says that something in front of nginx speaks TLS with browsers.
bool says_tls_in_front(const Directive& line) {
  constexpr std::array<std::string_view, 4> kHeaders = {"$http_x_forwarded_proto", "$http_x_forwarded_ssl",
                                                        "$http_x_forwarded_scheme",
                                                        "$http_cloudfront_forwarded_proto"};
  for (const std::string& word : line.args) {
    if (std::any_of(kHeaders.begin(), kHeaders.end(),
                    [&](std::string_view header) { return word.find(header) != word.npos; }))
      return true;
  }
  const std::string& name = line.arg(0);
  return (line.name == "set" && name == "$session_scheme" && line.arg(1) == "https") ||
         (line.name == "proxy_set_header" && name == "X-Forwarded-Proto" && line.arg(1) == "https") ||
         (line.name == "fastcgi_param" && name == "HTTPS" && line.arg(1) == "on");
}

bool any_says_tls_in_front(const std::vector<Directive>& lines) {
  return std::any_of(lines.begin(), lines.end(), [](const Directive& line) {
    return says_tls_in_front(line) || any_says_tls_in_front(line.children);
  });
}

bool is_behind_tls(const Context& server) {
  if (!server.list("set_real_ip_from").empty() || server.find("real_ip_header")) return true;
  if (any_says_tls_in_front(server.block().children)) return true;
  const auto& http = server.parent()->block().children;
  return std::any_of(http.begin(), http.end(), [](const Directive& line) {
    return line.name != "server" && (says_tls_in_front(line) || any_says_tls_in_front(line.children));
  });
}

void secure_cookie_over_http(Inspection& in) {
  if (!in.usage.facts().secure_cookie) return;
  for (const Context* server : in.usage.model().servers()) {
    const auto& listens = server->own("listen");
    const auto by_tls = [](const Directive* line) {
      return has_word(*line, "ssl") || has_word(*line, "quic") || has_word(*line, "proxy_protocol");
    };
    const auto is_open = [](const Directive* line) { return is_public(*line); };
    const Directive* ssl = server->find("ssl");
    if (!in.usage.has_checks(*server) || std::any_of(listens.begin(), listens.end(), by_tls) ||
        (!listens.empty() && std::none_of(listens.begin(), listens.end(), is_open)) ||
        (ssl && ssl->arg(0) == "on") || is_localhost(*server) || is_behind_tls(*server))
      continue;
    const auto open = std::find_if(listens.begin(), listens.end(), is_open);
    in.advice(open == listens.end() ? server->place() : (*open)->place,
              "this server speaks plain http, and the session cookie is Secure: browsers drop it, and every "
              "login leads back to the login page",
              "listen 443 ssl; or, where something in front of nginx speaks TLS, set $session_scheme https; "
              "or, for a trial without TLS, in gateway.yaml: cookie: { name: session, secure: false }");
  }
}

}  // namespace

const std::vector<LintRule>& login_page_rules() {
  static const std::vector<LintRule> rules = {
      {"login-page", login_page,
       "Browsers without a session are sent to `$session_login_page`. Where that needs a session, too, they "
       "go in circles until they give up; where it is missing they find a 404. A login page of another host "
       "(`https://...`) is fine. A `set` of the server runs again for the check, and overrides the "
       "location's."},
      {"secure-cookie-over-http", secure_cookie_over_http,
       "Browsers keep a cookie with `Secure` only if it comes over TLS (most make an exception for "
       "`localhost`). On plain http every login seems to succeed, and leads back to the login page."},
  };
  return rules;
}

}  // namespace session::gateway
