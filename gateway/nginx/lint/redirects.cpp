// Rules for internal redirects: nginx continues in another location, with the settings of that location.

#include <algorithm>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

// Returns the path of an internal redirect without arguments, with x for each variable; "" if it is unknown.
std::string path_of(const std::string& target) {
  std::string path = target.substr(0, target.find('?'));
  if (!path.starts_with('/')) return {};
  for (auto at = path.find('$'); at != path.npos; at = path.find('$')) {
    std::size_t end = at + 1;
    while (end < path.size() && (std::isalnum(static_cast<unsigned char>(path[end])) != 0 ||
                                 path[end] == '_' || path[end] == '{' || path[end] == '}'))
      ++end;
    path.replace(at, end - at, "x");
  }
  return path;
}

// Returns the open location to which this path leads from a protected one; nullptr if the target is protected
// too, or unknown.
const Context* open_location(const Context& context, const std::string& target) {
  const std::string path = path_of(target);
  const Context* server = context.enclosing(Context::Level::server);
  const Context* location = path.empty() ? nullptr : Model::route(*server, path);
  return location && !GatewayUsage::check(*location) && !location->internal() ? location : nullptr;
}

void report(Inspection& in, const Directive& line, const Context& to, const std::string& target) {
  in.danger(line.place,
            legible(line.name) + " leads to " + to.title() + " (" + render(to.place()) +
                "), which has no check: whoever asks for " + legible(path_of(target)) + " needs no session",
            "in " + to.title() + ": " + kIncludeProtect);
}

bool is_protected(const Context& context) { return GatewayUsage::check(context) && !context.internal(); }

void try_files(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!is_protected(*context)) continue;
    for (const Directive* line : context->own("try_files")) {
      if (line->args.size() < 2) continue;
      if (const Context* to = open_location(*context, line->args.back()))
        report(in, *line, *to, line->args.back());
    }
  }
}

void rewrite_last(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!is_protected(*context)) continue;
    for (const Directive* line : context->own("rewrite")) {
      const std::string& flag = line->arg(2);
      if (!flag.empty() && flag != "last") continue;
      if (const Context* to = open_location(*context, line->arg(1))) report(in, *line, *to, line->arg(1));
    }
  }
}

// Reports an `index` that leads to an open location. nginx uses it for the address of a directory, such as
// that of the location itself.
void index_files(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    const auto& lines = context->list("index");
    const std::string& directory =
        context->block().args.empty() ? context->block().name : context->block().args.back();
    if (!is_protected(*context) || context->level() != Context::Level::location || Model::handler(*context) ||
        !directory.starts_with('/') || !directory.ends_with('/'))
      continue;
    for (const Directive* line : lines) {
      for (const std::string& file : line->args) {
        const std::string target = file.starts_with('/') ? file : directory + file;
        if (const Context* to = open_location(*context, target)) report(in, *line, *to, target);
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
      const Context* to = open_location(*context, line->args.back());
      if (to && in.usage.is_application(*to)) report(in, *line, *to, line->args.back());
    }
  }
}

// Reports an error page that passes a refused request to an application. A @name keeps the requested address,
// so the request continues unchanged.
void refused_request_goes_on(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    if (!is_protected(*context)) continue;
    const Context* server = context->enclosing(Context::Level::server);
    for (const Directive* line : context->list("error_page")) {
      const auto codes = codes_of(*line);
      const bool refusal = std::any_of(codes.begin(), codes.end(), [](const std::string& code) {
        return is_refusal(code) || code == "500";
      });
      if (!refusal || !line->args.back().starts_with('@')) continue;
      const Context* to = Model::named_location(*server, line->args.back());
      if (!to || GatewayUsage::check(*to) || !in.usage.is_application(*to)) continue;
      in.danger(line->place,
                "a request that the check refuses goes on to " + to->title() + " (" + render(to->place()) +
                    "), which passes it to the application",
                "error_page 401 = @session_login;");
    }
  }
}

}  // namespace

const std::vector<LintRule>& redirect_rules() {
  static const std::vector<LintRule> rules = {
      {"try-files-to-open", try_files,
       "`try_files` goes on in another location, with the lines of that one: without a check there, nobody "
       "needs a session."},
      {"rewrite-to-open", rewrite_last,
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
