// Rules for internal redirects: nginx continues in another location, with the settings of that location.

#include <algorithm>
#include <optional>

#include "gateway/nginx/lint/asked_address.h"
#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/model/pattern.h"

namespace session::gateway {
namespace {

// Returns the first place without a check to which an internal redirect of a protected location leads, if
// clients can ask for it, too; nullopt if there is none, or if it is unknown.
std::optional<OpenEnd> open_end(const Inspection& in, const Context& context, const std::string& target) {
  if (!target.starts_with('/') && !target.starts_with('$')) return std::nullopt;
  const Context* location = context.enclosing(Context::Level::location);
  RedirectWalk walk(in.usage, *context.enclosing(Context::Level::server));
  for (const OpenEnd& end : walk.redirected(target, path_in(*location).value_or("/x")).ends) {
    if (!end.context->internal()) return end;
  }
  return std::nullopt;
}

std::string place_of(const Context& to) { return to.title() + " (" + render(to.place()) + ")"; }

void report(Inspection& in, const Place& place, const std::string& name, const OpenEnd& end) {
  const bool none = end.context->level() == Context::Level::server;
  in.danger(place,
            name + " leads to " + (none ? "no location of " : "") + place_of(*end.context) +
                ", which has no check: whoever asks for " + legible(end.path) + " needs no session",
            none ? "a location for " + legible(end.path) + " with " + kIncludeProtect
                 : "in " + end.context->title() + ": " + kIncludeProtect);
}

void report(Inspection& in, const Directive& line, const OpenEnd& end) {
  report(in, line.place, legible(line.name), end);
}

bool is_protected(const Context& context) { return GatewayUsage::check(context) && !context.internal(); }

void try_files(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!is_protected(*context)) continue;
    for (const Directive* line : context->own("try_files")) {
      if (line->args.size() < 2) continue;
      if (const auto end = open_end(in, *context, line->args.back())) report(in, *line, *end);
    }
  }
}

void rewrite_last(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!is_protected(*context)) continue;
    for (const Directive* line : context->own("rewrite")) {
      if (!leads_to_location(*line)) continue;
      RedirectWalk walk(in.usage, *context->enclosing(Context::Level::server));
      const OpenEnds found = walk.rewritten_in(*context->enclosing(Context::Level::location), *line);
      if (!found.ends.empty()) {
        report(in, *line, found.ends.front());
      } else if (found.unknown) {
        in.advice(
            line->place,
            "where this rewrite leads can't be told: it runs before the check, and what it leads to may "
            "have none",
            "break; instead of last, or an address in place of " + legible(line->arg(1)));
      }
    }
  }
}

// Returns where a rewrite of a server takes a request for a protected location, or its check.
std::vector<OpenEnd> ends_of_server_rewrite(const Inspection& in, const Context& location,
                                            const Directive& line) {
  RedirectWalk walk(in.usage, *location.enclosing(Context::Level::server));
  for (const auto& path : {path_in(location), GatewayUsage::check(location)}) {
    auto ends = path ? walk.rewritten(line, *path).ends : std::vector<OpenEnd>();
    if (!ends.empty()) return ends;
  }
  return {};
}

// Reports rewrites of a server, which run before nginx looks for a location.
void rewrite_of_server(Inspection& in, const Context& server) {
  std::vector<const Context*> blocks = server.branches();
  blocks.push_back(&server);
  for (const Context* block : blocks) {
    for (const Directive* line : block->own("rewrite")) {
      for (const Context* location : in.usage.model().contexts()) {
        if (location->level() != Context::Level::location || !is_protected(*location) ||
            location->enclosing(Context::Level::server) != &server)
          continue;
        const auto ends = ends_of_server_rewrite(in, *location, *line);
        if (ends.empty()) continue;
        report(in, *line, ends.front());
        break;
      }
    }
  }
}

void rewrites(Inspection& in) {
  rewrite_last(in);
  for (const Context* server : in.usage.model().servers()) {
    if (in.usage.has_checks(*server)) rewrite_of_server(in, *server);
  }
}

// Returns the address of a directory that a location answers for: its own. "" if it is none.
std::string directory_of(const Context& location) {
  const LocationMatch& match = location.match();
  std::string path = match.text();
  if (match.kind() == LocationMatch::Kind::regex) path = path_sample_of(path).value_or("");
  return path.starts_with('/') && path.ends_with('/') ? path : "";
}

// Reports an `index` that leads to an open location. nginx uses it for the address of a directory, such as
// that of the location itself.
void index_files(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    static const Directive usual{"index", {"index.html"}, {}, false, {}};
    auto lines = context->list("index");
    if (lines.empty()) lines.push_back(&usual);
    if (!is_protected(*context) || context->level() != Context::Level::location || Model::handler(*context))
      continue;
    const std::string directory = directory_of(*context);
    if (directory.empty()) continue;
    for (const Directive* line : lines) {
      for (const std::string& file : line->args) {
        const std::string target = file.starts_with('/') ? file : directory + file;
        if (const auto end = open_end(in, *context, target))
          report(in, line == &usual ? context->place() : line->place, "index", *end);
      }
    }
  }
}

bool is_refusal(const std::string& code) { return code == "401" || code == "403"; }

// Returns the status codes of an error_page line: the arguments before the target, without =200.
std::vector<std::string> codes_of(const Directive& line) {
  std::vector<std::string> codes;
  for (std::size_t i = 0; i + 1 < line.args.size(); ++i) {
    if (!line.args[i].starts_with('=')) codes.push_back(line.args[i]);
  }
  return codes;
}

// Reports an error page that an application serves without a check. A static error page, such as a login
// page, may be open.
void error_page_to_program(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    if (!is_protected(*context)) continue;
    for (const Directive* line : context->list("error_page")) {
      const auto codes = codes_of(*line);
      if (line->args.empty() || std::any_of(codes.begin(), codes.end(), is_refusal)) continue;
      const auto end = open_end(in, *context, line->args.back());
      if (end && in.usage.is_application(*end->context)) report(in, *line, *end);
    }
  }
}

constexpr const char* kRefusedGoesOn = "a request that the check refuses goes on to ";

// Reports an error page that may undo a refusal. `only_500`: rule error-page-to-open reports an application
// at an address that clients can ask for themselves.
void refused_in_doubt(Inspection& in, const Directive& line, const OpenEnds& found, bool only_500) {
  const std::string& target = line.args.back();
  for (const OpenEnd& end : found.ends) {
    const auto asked = asked_address(in.usage, end);
    if (!asked ||
        (only_500 && in.usage.is_application(*end.context) && !end.keeps_address && !end.context->internal()))
      continue;
    in.advice(line.place,
              kRefusedGoesOn + place_of(*end.context) + ", which has no check and " + asked->how +
                  ": whether it serves that page can't be told",
              asked->remedy);
    return;
  }
  if ((!found.unknown && !client_names_target(in.taint, target)) || leads_elsewhere(target)) return;
  in.advice(
      line.place,
      "where this error page leads a request that the check refuses can't be told: a place without a "
      "check would undo the refusal",
      "error_page " + legible(line.arg(0)) + " with an address or a @name in place of " + legible(target));
}

// Whether limit_except refuses requests of a location: nginx runs none of its `set` lines for them.
bool limits_methods(const Context& location) {
  const auto& branches = location.branches();
  return std::any_of(branches.begin(), branches.end(), [](const Context* branch) {
    return branch->block().name == "limit_except" && !branch->own("deny").empty();
  });
}

// Reports an error page for requests that limit_except refuses if it leads to a check that asks for less than
// the location does. Other requests keep what the location has said with `set $session_require`.
void limited_request(Inspection& in, const Context& location, const Directive& line) {
  RedirectWalk walk(in.usage, *location.enclosing(Context::Level::server),
                    in.requirements.admits_past(location));
  for (const OpenEnd& end : walk.redirected(line.args.back(), path_in(location).value_or("/x")).ends) {
    const std::string undone = undone_by(in.usage, location, end);
    if (undone.empty() || !is_closed(*end.context)) continue;
    in.danger(line.place,
              "a request that limit_except refuses goes on to " + place_of(*end.context) + ", which has " +
                  in.requirements.lacking(*end.context, location) + " and " + undone,
              "in " + end.context->title() + ": " + in.requirements.line_to_add(*end.context, location));
    return;
  }
}

// Reports an error page that passes a refused request to an application. A @name keeps the requested address,
// so the request continues unchanged; an address that is the application's for every page does the same.
void refused_request(Inspection& in, const Context& context, const Directive& line) {
  const auto codes = codes_of(line);
  const bool refused = std::any_of(codes.begin(), codes.end(), is_refusal);
  const bool failed = std::find(codes.begin(), codes.end(), "500") != codes.end();
  if (line.args.empty() || (!refused && !failed)) return;
  const Directive* again = context.find("recursive_error_pages");
  const Context& location = *context.enclosing(Context::Level::location);
  RedirectWalk walk(in.usage, *context.enclosing(Context::Level::server));
  const OpenEnds found =
      walk.redirected(line.args.back(), path_in(location).value_or("/x"), again && again->arg(0) == "on");
  for (const OpenEnd& end : found.ends) {
    const std::string undone = undone_by(in.usage, location, end);
    if (undone.empty() || (!refused && !end.keeps_address && !end.context->internal())) continue;
    in.danger(line.place, kRefusedGoesOn + place_of(*end.context) + ", which " + undone,
              "error_page 401 = @session_login;");
    return;
  }
  refused_in_doubt(in, line, found, !refused);
}

void refused_request_goes_on(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    if (!is_protected(*context)) continue;
    for (const Directive* line : context->list("error_page")) {
      refused_request(in, *context, *line);
      const auto codes = codes_of(*line);
      if (std::find(codes.begin(), codes.end(), "403") != codes.end() && limits_methods(*context))
        limited_request(in, *context, *line);
    }
  }
}

}  // namespace

const std::vector<LintRule>& redirect_rules() {
  static const std::vector<LintRule> rules = {
      {"try-files-to-open", try_files,
       "`try_files` goes on in another location, with the lines of that one: without a check there, nobody "
       "needs a session."},
      {"rewrite-to-open", rewrites,
       "A `rewrite` without a flag, or with `last`, goes on in another location before the check has run."},
      {"index-to-open", index_files,
       "`index` goes on in the location of the index file, which has no check."},
      {"error-page-to-open", error_page_to_program,
       "An error page that an application serves without a check is an answer of the application to "
       "everybody who provokes the error."},
      {"refused-request-goes-on", refused_request_goes_on,
       "A named location keeps the address that was asked for. One that passes a refused request to the "
       "application undoes the refusal."},
  };
  return rules;
}

}  // namespace session::gateway
