// Rules for who receives the session cookie in open locations.

#include <algorithm>
#include <array>
#include <regex>
#include <set>

#include "gateway/nginx/lint/unite.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {
namespace {

// What is known of a value: whether it holds the session cookie.
enum class Holds { no, unknown, yes };

// Finds out whether values hold the session cookie.
class CookieSearch {
 public:
  explicit CookieSearch(const Inspection& in) : in_(in) {}

  [[nodiscard]] Holds in_text(std::string_view text) {
    Holds worst = Holds::no;
    for (const std::string& name : variables_in(text)) worst = std::max(worst, in_variable(name));
    return worst;
  }

 private:
  Holds in_variable(const std::string& name) {
    if (name == "http_cookie") return Holds::yes;
    if (name.starts_with("cookie_")) return in_cookie(name.substr(7));
    if (!visited_.insert(name).second) return Holds::no;  // its other assignments count
    Holds worst = Holds::no;
    bool is_assigned = false;
    for (const Directive* line : in_.usage.model().all()) {
      if (assigned_by(*line) != "$" + name) continue;
      is_assigned = true;
      worst = std::max(worst, line->children.empty() ? in_text(line->arg(1)) : in_table(*line));
    }
    visited_.erase(name);
    return is_assigned || is_harmless(name) ? worst : Holds::unknown;
  }

  [[nodiscard]] Holds in_cookie(const std::string& name) const {
    const std::string& pattern = in_.usage.facts().cookies;
    if (pattern.empty()) return Holds::unknown;
    return std::regex_match(name, std::regex(pattern)) ? Holds::yes : Holds::no;
  }

  // A table that takes the cookie out of all cookies has these among its values. The project's own do it
  // right.
  Holds in_table(const Directive& table) {
    static const std::array<std::string_view, 5> own = {"$session_others", "$session_checked",
                                                        "$session_public_cookie", "$session_passed",
                                                        "$session_cookie"};
    if (std::find(own.begin(), own.end(), assigned_by(table)) != own.end()) return Holds::no;
    Holds worst = Holds::no;
    for (const Directive& row : table.children) worst = std::max(worst, in_text(row.arg(0)));
    return worst == Holds::yes && in_text(table.arg(0)) == Holds::yes ? Holds::unknown : worst;
  }

  // Variables of nginx without any cookie. Captures are unknown, and so is what other modules give.
  static bool is_harmless(const std::string& name) {
    static const std::array<std::string_view, 14> names = {
        "host",        "hostname",    "is_args",        "msec",           "remote_addr",
        "remote_port", "request_id",  "scheme",         "https",          "request_method",
        "server_name", "server_port", "request_length", "upstream_status"};
    return std::find(names.begin(), names.end(), name) != names.end() || name.starts_with("http_") ||
           name.starts_with("arg_") || name == "upstream_http_x_session_cookie";
  }

  const Inspection& in_;
  std::set<std::string> visited_;
};

// Whether an auth_request asks this location. The one of another service may need every cookie.
bool answers_checks(const Inspection& in, const Context& location) {
  const auto& contexts = in.usage.model().contexts();
  return std::any_of(contexts.begin(), contexts.end(),
                     [&](const Context* context) { return in.usage.auth_location(*context) == &location; });
}

bool everybody_commits(const Inspection& in, const Context& server) {
  const auto contexts = in.usage.handling_contexts();
  return std::any_of(contexts.begin(), contexts.end(), [&](const Context* context) {
    if (context->enclosing(Context::Level::server) != &server || !in.usage.is_gateway(*context) ||
        !in.usage.is_endpoint(*context, "commit"))
      return false;
    const auto settings = in.usage.params(*context, "GATEWAY_COMMIT");
    return std::none_of(settings.begin(), settings.end(),
                        [](const Setting& setting) { return !variables_in(setting.value).empty(); });
  });
}

// The open locations from which something goes to an application or a stranger, in servers with commits.
std::vector<const Context*> open_places(const Inspection& in) {
  std::vector<const Context*> places = in.usage.handling_contexts();
  std::erase_if(places, [&](const Context* context) {
    return !upstream_protocol_of(*context) || GatewayUsage::check(*context) ||
           in.usage.is_gateway(*context) || !in.usage.commits(*context->enclosing(Context::Level::server)) ||
           answers_checks(in, *context);
  });
  return places;
}

void report(Inspection& in, const Context& context, const Place& place, const std::string& write) {
  if (in.usage.is_application(context)) {
    in.advice(place, context.title() + ": the session cookie reaches the application, which can leak it",
              write);
    return;
  }
  const std::string commits = everybody_commits(in, *context.enclosing(Context::Level::server))
                                  ? "; its X-Accel-Redirect logs visitors in as anybody"
                                  : "";
  in.danger(
      place,
      context.title() +
          ": the session cookie reaches what is behind this location, and whoever has it has the session" +
          commits,
      write);
}

// Reports open locations that leave the cookies as they are.
void cookie_for_strangers(Inspection& in) {
  for (const Context* context : open_places(in)) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol->passes_headers(*context) || !protocol->settings(*context, "Cookie").empty()) continue;
    const bool by_include = protocol->kind == "proxy" || protocol->kind == "fastcgi";
    const std::string include = by_include ? kIncludePublic : include_that_mends(in, *context, *protocol);
    report(in, *context, context->place(),
           include.empty() ? protocol->line("Cookie", "$session_public_cookie") : include);
  }
}

// Reports lines of open locations that hand the session cookie out, under whatever name.
void cookie_by_a_line(Inspection& in) {
  CookieSearch search(in);
  for (const Context* context : open_places(in)) {
    const auto protocol = upstream_protocol_of(*context);
    const auto cookies = protocol->settings(*context, "Cookie");
    for (const Directive* line : context->list(protocol->directive)) {
      const Holds holds = search.in_text(line->arg(1));
      const bool is_cookie = std::any_of(cookies.begin(), cookies.end(),
                                         [line](const Setting& setting) { return setting.line == line; });
      const std::string write = is_cookie ? protocol->line("Cookie", "$session_public_cookie")
                                          : protocol->line(line->arg(0), "\"\"");
      if (holds == Holds::yes) report(in, *context, line->place, write);
      if (holds != Holds::unknown || !is_cookie) continue;
      in.advice(line->place,
                context->title() + ": whether " + legible(line->arg(1)) +
                    " holds the session cookie can't be told: whoever has it has the session",
                write);
    }
  }
}

// Reports maps of session-gateway-http.conf that take another cookie away than the session's.
void cookie_of_another_name(Inspection& in) {
  const std::string& pattern = in.usage.facts().cookies;
  for (const Directive* line : in.usage.model().all()) {
    if (line->name != "map" || assigned_by(*line) != "$session_others" || pattern.empty()) continue;
    const bool found = std::any_of(line->children.begin(), line->children.end(), [&](const Directive& entry) {
      return entry.name.find(pattern) != std::string::npos;
    });
    if (found) continue;
    in.danger(line->place,
              "these maps take away another cookie than gateway.yaml names (" + legible(pattern) +
                  "): the session cookie reaches the applications of open locations",
              "session-gateway nginx --config gateway.yaml --output DIRECTORY");
  }
}

constexpr const char* kKeep = "set $session_keep_cookie on; behind session-gateway-public.conf";

// Reports a `set` of the variable that never holds the session cookie, for other locations as well.
void set_that_outlives_its_location(Inspection& in) {
  CookieSearch search(in);
  for (const Directive* line : in.usage.model().all()) {
    if (line->name != "set" ||
        (line->arg(0) != "$session_public_cookie" && line->arg(0) != "$session_others"))
      continue;
    const std::string text = legible(line->arg(0)) +
                             " keeps this value where nginx goes on to another location, and those then pass "
                             "on what is in it";
    if (search.in_text(line->arg(1)) == Holds::no) continue;
    in.danger(line->place, text, kKeep);
  }
}

// Reports locations that ask for the session cookie in a way that does not work, or for others as well.
void keep_without_the_file(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    const Directive* asks = nullptr;
    bool was_emptied = false;
    for (const Directive* line : context->own("set")) {
      if (line->arg(0) != "$session_keep_cookie") continue;
      if (line->arg(1).empty() && asks)
        in.advice(asks->place, "the include behind this line takes it back", kKeep);
      was_emptied = was_emptied || line->arg(1).empty();
      asks = line->arg(1).empty() ? nullptr : line;
    }
    if (!asks) continue;
    if (answers_checks(in, *context)) {
      in.danger(
          asks->place,
          context->title() +
              " answers checks, with the variables of the request: the location that asks passes the session "
              "cookie on too",
          "without this line: " + context->title() + " needs no session-gateway-public.conf");
    } else if (!was_emptied) {
      in.advice(asks->place,
                context->title() + " does not include the file that looks at this; other locations then do",
                kKeep);
    }
  }
}

}  // namespace

const std::vector<LintRule>& session_cookie_rules() {
  static const std::vector<LintRule> rules = {
      {"no-include", cookie_for_strangers,
       "A location that includes nothing hands the session cookie to whatever is behind it, and whoever has "
       "the cookie has the session."},
      {"cookie-handed-out", cookie_by_a_line,
       "A line for `Cookie` takes the session cookie away only if its value does not hold it. `$http_cookie` "
       "is all that "
       "the browser has sent, and so is a variable that was made of it."},
      {"other-cookie-name", cookie_of_another_name,
       "The maps that take the session cookie away are written for one name. Where `cookie.name` is another, "
       "have the files written anew."},
      {"cookie-by-set", set_that_outlives_its_location,
       "A variable of `set` belongs to the request. Where nginx goes on to another location, that one's "
       "lines with "
       "`$session_public_cookie` would pass the session cookie on."},
      {"keep-cookie-without-include", keep_without_the_file,
       "`$session_keep_cookie` is for the include of `session-gateway-public.conf` above it, which empties "
       "it first so "
       "that it holds for one location. Elsewhere it does nothing, or holds for the next location."},
  };
  return rules;
}

}  // namespace session::gateway
