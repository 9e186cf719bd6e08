// Rules for who may change sessions with X-Accel-Redirect, and for who receives the session cookie.

#include <algorithm>

#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {
namespace {

std::vector<const Context*> commit_locations(const Inspection& in) {
  std::vector<const Context*> contexts = in.usage.handling_contexts();
  std::erase_if(contexts, [&](const Context* context) {
    return !in.usage.is_gateway(*context) || !in.usage.is_endpoint(*context, "commit");
  });
  return contexts;
}

// Whether a commit location leaves it to the other locations which of them may commit.
bool is_opt_in(const Inspection& in, const Context& commit) {
  const auto settings = in.usage.params(commit, "GATEWAY_COMMIT");
  return std::any_of(settings.begin(), settings.end(),
                     [](const Setting& setting) { return !variables_in(setting.value).empty(); });
}

bool everybody_commits(const Inspection& in, const Context& server) {
  const auto locations = commit_locations(in);
  return std::any_of(locations.begin(), locations.end(), [&](const Context* context) {
    return context->enclosing(Context::Level::server) == &server && !is_opt_in(in, *context);
  });
}

// Reports a commit location that takes the word of every application.
void commit_for_everybody(Inspection& in) {
  for (const Context* context : commit_locations(in)) {
    if (is_opt_in(in, *context)) continue;
    in.danger(
        context->place(),
        context->title() +
            " asks no location whether it may commit: every application of this server can log visitors "
            "in as anybody, with X-Accel-Redirect",
        "include session-gateway-server.conf; in place of it");
  }
}

// Reports a commit location that does not pass on the application's status.
void commit_of_an_error_page(Inspection& in) {
  for (const Context* context : commit_locations(in)) {
    if (!in.usage.params(*context, "SESSION_STATUS").empty()) continue;
    in.advice(
        context->place(),
        context->title() +
            ": the gateway does not learn the application's status: an error page that keeps the headers "
            "of a login logs the visitor in",
        "set $session_commit_status $upstream_status; fastcgi_param SESSION_STATUS "
        "$session_commit_status;");
  }
}

// Whether an auth_request asks this location. The one of another service may need every cookie.
bool answers_checks(const Inspection& in, const Context& location) {
  const auto& contexts = in.usage.model().contexts();
  return std::any_of(contexts.begin(), contexts.end(),
                     [&](const Context* context) { return in.usage.auth_location(*context) == &location; });
}

// Reports open locations that hand the session cookie to whatever is behind them.
void cookie_for_strangers(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const Context& server = *context->enclosing(Context::Level::server);
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || GatewayUsage::check(*context) || in.usage.is_gateway(*context) ||
        !in.usage.commits(server) || !protocol->passes_headers(*context) ||
        !protocol->settings(*context, "Cookie").empty() || answers_checks(in, *context))
      continue;
    const bool by_include = protocol->kind == "proxy" || protocol->kind == "fastcgi";
    const std::string write =
        by_include ? kIncludePublic : protocol->line("Cookie", "$session_public_cookie");
    if (in.usage.is_application(*context)) {
      in.advice(context->place(),
                context->title() + ": the session cookie reaches the application, which can leak it", write);
      continue;
    }
    const std::string commits =
        everybody_commits(in, server) ? "; its X-Accel-Redirect logs visitors in as anybody" : "";
    in.danger(context->place(),
              context->title() +
                  ": the session cookie reaches what is behind this location, and whoever has it has the "
                  "session" +
                  commits,
              write);
  }
}

// Reports maps of session-gateway-http.conf that take another cookie away than the session's.
void cookie_of_another_name(Inspection& in) {
  const std::string& pattern = in.usage.facts().cookies;
  for (const Directive* line : in.usage.model().all()) {
    if (line->name != "map" || assigned_by(*line) != "$session_public_cookie" || pattern.empty()) continue;
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

bool says_commit(const Context& context) {
  const auto& lines = context.own("set");
  return std::any_of(lines.begin(), lines.end(),
                     [](const Directive* line) { return line->arg(0) == "$session_commit"; });
}

// Of several lines nginx runs all, so the last one counts.
bool allows_commit(const Context& context) {
  bool allows = false;
  for (const Directive* line : context.own("set")) {
    if (line->arg(0) == "$session_commit") allows = !line->arg(1).empty();
  }
  return allows;
}

void word_goes_along(Inspection& in, const Directive& line, const Context& from, const Context* to) {
  if (!to || to == &from || says_commit(*to) || !Model::handler(*to) || in.usage.is_gateway(*to) ||
      in.usage.is_application(*to))
    return;
  in.danger(line.place,
            "this leads to " + to->title() + " (" + render(to->place()) + "), where it still holds that " +
                from.title() +
                " may commit: what is behind it can log visitors in as anybody, with X-Accel-Redirect",
            "in " + to->title() + ": set $session_commit \"\";");
}

// Reports ways on which nginx keeps the variables of a location: to a @name, and by `rewrite ... last`.
// Redirects to other addresses are safe: session-gateway-server.conf empties the variable there.
void commit_goes_along(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!allows_commit(*context)) continue;
    const Context* server = context->enclosing(Context::Level::server);
    for (const char* directive : {"try_files", "error_page"}) {
      for (const Directive* line : context->own(directive)) {
        if (line->args.empty() || !line->args.back().starts_with('@')) continue;
        word_goes_along(in, *line, *context, Model::named_location(*server, line->args.back()));
      }
    }
    for (const Directive* line : context->own("rewrite")) {
      const std::string& path = line->arg(1);
      if ((!line->arg(2).empty() && line->arg(2) != "last") || !path.starts_with('/')) continue;
      word_goes_along(in, *line, *context, Model::route(*server, path.substr(0, path.find_first_of("?$"))));
    }
  }
}

}  // namespace

const std::vector<LintRule>& commit_rules() {
  static const std::vector<LintRule> rules = {
      {"commit-for-everybody", commit_for_everybody,
       "A commit location that asks no location whether it may commit takes the word of every application of "
       "the server."},
      {"commit-without-status", commit_of_an_error_page,
       "Without the application's status, an error page that keeps the headers of a login logs the visitor "
       "in."},
      {"no-include", cookie_for_strangers,
       "A location that includes nothing hands the session cookie to whatever is behind it, and whoever has "
       "the cookie has the session."},
      {"other-cookie-name", cookie_of_another_name,
       "The maps that take the session cookie away are written for one name. Where `cookie.name` is another, "
       "have the files written anew."},
      {"commit-goes-along", commit_goes_along,
       "nginx keeps the variables of a location on the way to a named one: the right to commit goes along."},
  };
  return rules;
}

}  // namespace session::gateway
