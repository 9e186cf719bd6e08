// Rules for who may change sessions with X-Accel-Redirect.

#include <algorithm>

#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/unite.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {
namespace {

// Variables of session-gateway-http.conf.
constexpr std::string_view kWord = "$session_commit";  // what the location says
constexpr std::string_view kStamp = "$session_stamp";  // in a header for the application: notes it
constexpr std::string_view kTrust = "$session_trust";  // what holds of it for GATEWAY_COMMIT

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

// Reports a commit location that goes by a variable of `set` alone. Such a variable belongs to the request.
void word_that_outlives_its_location(Inspection& in) {
  for (const Context* context : commit_locations(in)) {
    for (const Setting& setting : in.usage.params(*context, "GATEWAY_COMMIT")) {
      const bool is_said = !in.taint.in(setting.value).empty();  // then the rules for params report it
      if (variables_in(setting.value).empty() || setting.value == kTrust || is_said) continue;
      in.danger(
          setting.line->place,
          legible(setting.value) +
              " need not be what the location that answered has said: nginx keeps a variable when it goes on "
              "to another location, and shares it with parts of a page",
          "include session-gateway-server.conf; in place of " + context->title());
    }
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

// Whether the location's lines for the application have the header by which the files note whose they are.
bool is_noted(const Context& context) {
  const auto protocol = upstream_protocol_of(context);
  if (!protocol) return false;
  const auto& lines = context.list(protocol->directive);
  return std::any_of(lines.begin(), lines.end(),
                     [](const Directive* line) { return line->arg(1) == kStamp; });
}

bool says_commit(const Context& context) {
  const auto& lines = context.own("set");
  return std::any_of(lines.begin(), lines.end(), [](const Directive* line) { return line->arg(0) == kWord; });
}

// Of several lines nginx runs all, so the last one counts.
bool allows_commit(const Context& context) {
  bool allows = false;
  for (const Directive* line : context.own("set")) {
    if (line->arg(0) == kWord) allows = !line->arg(1).empty();
  }
  return allows;
}

// Whether what is behind the location commits as soon as another location's word is still there: its lines
// for the application are those of an outer location with the include, and it says nothing itself.
bool inherits_right(const Inspection& in, const Context& context) {
  return is_noted(context) && !says_commit(context) && !in.usage.is_gateway(context) &&
         !in.usage.is_application(context);
}

// Returns where a `rewrite`, `try_files` or `error_page` of a location may lead, checked or not. A @name is
// in no location, and inherits none's lines.
OpenEnds ends_of(const Inspection& in, const Context& from, const Directive& line) {
  const Context& location = *from.enclosing(Context::Level::location);
  RedirectWalk walk(in.usage, *from.enclosing(Context::Level::server), [](const Context&) { return true; });
  if (line.name == "rewrite") return leads_to_location(line) ? walk.rewritten_in(location, line) : OpenEnds();
  if (line.args.size() < 2 || !line.args.back().starts_with('/')) return {};
  return walk.redirected(line.args.back(), path_in(location).value_or("/x"));
}

void word_goes_along(Inspection& in, const Directive& line, const Context& from) {
  for (const OpenEnd& end : ends_of(in, from, line).ends) {
    const Context& to = *end.context;
    if (&to == &from || !inherits_right(in, to)) continue;
    in.danger(line.place,
              "this leads to " + to.title() + " (" + render(to.place()) + "), where it still holds that " +
                  from.title() +
                  " may commit: what is behind it can log visitors in as anybody, with X-Accel-Redirect",
              "in " + to.title() + ": set $session_commit \"\";");
    return;
  }
}

// Reports ways on which nginx keeps the word of a location that has sent nothing to an application: sending
// uses the word up.
void commit_goes_along(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!allows_commit(*context)) continue;
    for (const char* directive : {"rewrite", "try_files", "error_page"}) {
      for (const Directive* line : context->own(directive)) {
        const bool is_sent = Model::handler(*context) && line->name != "rewrite";
        if (!is_sent) word_goes_along(in, *line, *context);
      }
    }
  }
}

// Reports a location that may commit by its word, without the header that says whose lines its requests go
// by.
void right_without_note(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || !allows_commit(*context) || is_noted(*context) || in.usage.is_gateway(*context) ||
        !in.usage.commits(*context->enclosing(Context::Level::server)))
      continue;
    in.advice(context->place(),
              context->title() + ": the application can't commit: this line is missing among those for it",
              protocol->line("X-Session-Commit", kStamp), include_that_mends(in, *context, *protocol));
  }
}

}  // namespace

const std::vector<LintRule>& commit_rules() {
  static const std::vector<LintRule> rules = {
      {"commit-for-everybody", commit_for_everybody,
       "A commit location that asks no location whether it may commit takes the word of every application of "
       "the server."},
      {"commit-by-set", word_that_outlives_its_location,
       "A variable of `set` belongs to the request and not to the location: it is still there when nginx "
       "goes on to "
       "another location, and parts of a page share it. `$session_trust` holds for the location that "
       "answered."},
      {"commit-without-status", commit_of_an_error_page,
       "Without the application's status, an error page that keeps the headers of a login logs the visitor "
       "in."},
      {"commit-goes-along", commit_goes_along,
       "nginx keeps the variables of a location that sends the request on to another one. Where the next one "
       "inherits the lines of a location that may commit, and says nothing itself, the right to commit goes "
       "along."},
      {"commit-without-note", right_without_note,
       "The line is missing by which nginx notes whose request the application answers, so the gateway "
       "refuses "
       "its commits. `grpc_pass` and `uwsgi_pass` have includes of their own."},
  };
  return rules;
}

}  // namespace session::gateway
