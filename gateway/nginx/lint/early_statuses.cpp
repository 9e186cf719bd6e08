// Rules for error pages of statuses that nginx makes before it checks a request.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>

#include "gateway/nginx/lint/asked_address.h"
#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

using Statuses = std::set<std::string>;

// The statuses that nginx makes before it looks for a location, with the error pages of the server: of a
// request without Host, of TRACE, of large headers, of certificates, of a plain request on a TLS port.
constexpr std::array<const char*, 8> kOfServer = {"400", "405", "421", "494", "495", "496", "497", "501"};
// These directives can end a request with any status before the check.
constexpr std::array<const char*, 5> kPrograms = {"rewrite_by_lua_block", "rewrite_by_lua_file",
                                                  "rewrite_by_lua", "access_by_lua_block",
                                                  "access_by_lua_file"};

bool is_refusal(const std::string& status) { return status == "401" || status == "403" || status == "500"; }

void add_returned(const Context& context, Statuses& to) {
  for (const Directive* line : context.own("return")) {
    const std::string& word = line->arg(0);
    const bool number = word.size() == 3 && word.find_first_not_of("0123456789") == word.npos;
    to.insert(number ? word : "302");
  }
  for (const Directive* line : context.own("rewrite")) {
    if (line->arg(2) == "permanent") to.insert("301");
    if (line->arg(2) == "redirect" || line->arg(1).find("://") != std::string::npos) to.insert("302");
  }
}

void add_limited(const Context& context, const std::string& directive, Statuses& to) {
  if (context.list(directive).empty()) return;
  const Directive* status = context.find(directive + "_status");
  to.insert(status ? status->arg(0) : "503");
}

// Returns the statuses with which nginx can end a request in a location before its check.
Statuses made_before_check(const Context& context) {
  Statuses made;
  add_returned(context, made);
  if (context.level() != Context::Level::location) return made;
  const Directive* most = context.find("client_max_body_size");
  if (!context.named() && (!most || most->arg(0) != "0")) made.insert("413");
  add_limited(context, "limit_req", made);
  add_limited(context, "limit_conn", made);
  if (context.find("internal")) made.insert("404");
  return made;
}

bool may_make_any(const Context& context) {
  return std::any_of(kPrograms.begin(), kPrograms.end(),
                     [&](const char* name) { return context.find(name) != nullptr; });
}

// Returns the first status of an error_page line that can be made before the check; nullopt: none can.
std::optional<std::string> early_status(const Directive& line, const Statuses& made, bool any) {
  for (std::size_t i = 0; i + 1 < line.args.size(); ++i) {
    const std::string& status = line.args[i];
    if (!status.starts_with('=') && !is_refusal(status) && (any || made.count(status) > 0)) return status;
  }
  return std::nullopt;
}

// An error page of a protected location for a status that can be made before its check.
struct EarlyPage {
  const Context& location;
  const Directive& line;
  std::string status;
  bool again;        // recursive_error_pages
  bool of_location;  // and not of the server

  [[nodiscard]] std::string target() const { return line.args.back(); }
  [[nodiscard]] std::string text() const {
    return "nginx can answer " + legible(status) + " before the check of " + location.title() + ", and ";
  }
  [[nodiscard]] std::string text(const Context& end) const {
    return text() + "this error page leads the request to " + end.title() + " (" + render(end.place()) +
           "), which has no check and ";
  }
  // Rule error-page-to-open reports an address that clients can ask for themselves.
  [[nodiscard]] bool reported_elsewhere(const OpenEnd& end) const {
    return of_location && !end.keeps_address && !end.context->internal();
  }
};

// Reports where an error page may lead a request to a place that undoes the check. Returns false if there is
// no such place.
bool report_doubt(Inspection& in, const EarlyPage& page, const OpenEnds& found) {
  for (const OpenEnd& end : found.ends) {
    const auto asked = asked_address(in.usage, end);
    if (!asked || (in.usage.is_application(*end.context) && page.reported_elsewhere(end))) continue;
    in.advice(page.line.place,
              page.text(*end.context) + asked->how + ": whether it serves that page can't be told",
              asked->remedy);
    return true;
  }
  if (!found.unknown && !client_names_target(in.taint, page.target())) return false;
  if (leads_elsewhere(page.target())) return false;
  in.advice(page.line.place,
            page.text() + "where this error page leads can't be told: a place without a check would undo it",
            "error_page " + legible(page.status) + " with an address or a @name in place of " +
                legible(page.target()));
  return true;
}

// Reports an error page if it leads a request for a protected location to a place that undoes the check, or
// if that can't be told. Returns false if it does no harm.
bool report(Inspection& in, const EarlyPage& page) {
  RedirectWalk walk(in.usage, *page.location.enclosing(Context::Level::server));
  const OpenEnds found = walk.redirected(page.target(), path_in(page.location).value_or("/x"), page.again);
  for (const OpenEnd& end : found.ends) {
    const std::string undone = undone_by(in.usage, page.location, end);
    if (undone.empty() || page.reported_elsewhere(end)) continue;
    in.danger(page.line.place, page.text(*end.context) + undone,
              "in " + end.context->title() + ": " + kIncludeProtect);
    return true;
  }
  return report_doubt(in, page, found);
}

bool is_on(const Directive* line) { return line && line->arg(0) == "on"; }

void of_locations(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!GatewayUsage::check(*context) || in.usage.is_gateway(*context)) continue;
    const Statuses made = made_before_check(*context);
    for (const Directive* line : context->list("error_page")) {
      const auto status = early_status(*line, made, may_make_any(*context));
      if (status)
        report(in, {*context->enclosing(Context::Level::location), *line, *status,
                    is_on(context->find("recursive_error_pages")), true});
    }
  }
}

void of_server(Inspection& in, const Context& server) {
  Statuses made(kOfServer.begin(), kOfServer.end());
  add_returned(server, made);
  for (const Context* branch : server.branches()) add_returned(*branch, made);
  for (const Directive* line : server.list("error_page")) {
    const auto status = early_status(*line, made, may_make_any(server));
    if (!status) continue;
    for (const Context* context : in.usage.model().contexts()) {
      if (context->level() == Context::Level::location && !context->named() &&
          context->enclosing(Context::Level::server) == &server && GatewayUsage::check(*context) &&
          !in.usage.is_gateway(*context) &&
          report(in, {*context, *line, *status, is_on(server.find("recursive_error_pages")), false}))
        break;
    }
  }
}

void error_pages_before_check(Inspection& in) {
  of_locations(in);
  for (const Context* server : in.usage.model().servers()) {
    if (in.usage.has_checks(*server)) of_server(in, *server);
  }
}

}  // namespace

const std::vector<LintRule>& early_status_rules() {
  static const std::vector<LintRule> rules = {
      {"error-page-before-check", error_pages_before_check,
       "`return`, `limit_req`, a body that is too large and the like end a request before its check. Where "
       "the "
       "error page of such a status passes it on, or serves the same files, nobody needs a session."},
  };
  return rules;
}

}  // namespace session::gateway
