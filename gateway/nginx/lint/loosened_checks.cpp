// Rules for checks that ask less than their location says: because of a location before a redirect, or since
// nginx runs none for a part of a page.

#include <algorithm>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

// Returns the location to which a path or a @name leads; nullptr: there is none, or it is unknown.
const Context* location_of(const Context& server, const std::string& target) {
  if (target.starts_with('@')) return Model::named_location(server, target);
  return target.starts_with('/') ? Model::route(server, target.substr(0, target.find_first_of("?$")))
                                 : nullptr;
}

// What a location's own lines say of $session_login: the last line; nullptr: nothing.
const Directive* login_line(const Context& context) {
  const Directive* last = nullptr;
  for (const Directive* line : context.own("set")) {
    if (line->arg(0) == "$session_login") last = line;
  }
  return last;
}

bool is_last(const Directive& rewrite) {
  return rewrite.name == "rewrite" && (rewrite.arg(2).empty() || rewrite.arg(2) == "last");
}

// The target of a line that leads to another location; "" if it leads nowhere.
std::string target_of(const Directive& line) {
  if (line.name == "rewrite") return is_last(line) ? line.arg(1) : "";
  return line.args.size() < 2 ? "" : line.args.back();
}

// Reports ways on which the check of a location takes every session, since the one before it does. Behind a
// check session-gateway-protect.conf takes the word back, so there only a rewrite is such a way.
void login_goes_along(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    const Directive* said = login_line(*context);
    if (!said || !said->arg(1).empty()) continue;
    const Context& server = *context->enclosing(Context::Level::server);
    for (const char* directive : {"rewrite", "try_files", "error_page"}) {
      for (const Directive* line : context->own(directive)) {
        if (GatewayUsage::check(*context) && line->name != "rewrite") continue;
        const Context* to = location_of(server, target_of(*line));
        if (!to || to == context || !GatewayUsage::check(*to) || login_line(*to)) continue;
        in.danger(line->place,
                  "this leads to " + to->title() + " (" + render(to->place()) +
                      "), whose check then takes every " + "session, because " + context->title() +
                      " says so",
                  "in " + to->title() + ": set $session_login login;");
      }
    }
  }
}

// Reports a line that adds a protected page to an open one.
void protected_page_added(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    if (GatewayUsage::check(*context)) continue;
    const Context& server = *context->enclosing(Context::Level::server);
    for (const char* directive : {"add_before_body", "add_after_body"}) {
      const Directive* line = context->find(directive);
      const Context* to = line ? location_of(server, line->arg(0)) : nullptr;
      if (!to || !GatewayUsage::check(*to)) continue;
      in.danger(line->place,
                legible(line->name) + " shows " + to->title() + " (" + render(to->place()) +
                    ") to everybody who asks for " + context->title() +
                    ": nginx runs no check for a part of a page",
                "in " + context->title() + ": " + kIncludeProtect);
    }
  }
}

// Whether a place shows what others say: it passes requests to a program, or answers with the client's words.
bool shows_words_of_others(const Inspection& in, const Context& context) {
  const Directive* uploads = context.find("dav_methods");
  if (Model::handler(context) || (uploads && uploads->arg(0) != "off")) return true;
  for (const char* directive : {"return", "sub_filter"}) {
    const auto& lines = context.own(directive);
    if (std::any_of(lines.begin(), lines.end(),
                    [&](const Directive* line) { return !in.taint.in(line->arg(1)).empty(); }))
      return true;
  }
  return false;
}

// Reports open locations with ssi beside protected ones.
void ssi_of_strangers(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const Directive* line = context->find("ssi");
    if (!line || line->arg(0) != "on" || GatewayUsage::check(*context) || in.usage.is_gateway(*context) ||
        !in.usage.has_checks(*context->enclosing(Context::Level::server)))
      continue;
    const std::string title = context->title();
    if (shows_words_of_others(in, *context)) {
      in.danger(line->place,
                "ssi: pages of " + title +
                    " can include protected ones, for everybody: nginx runs no check for a part of a page",
                "in " + title + ": ssi off;");
    }
  }
}

}  // namespace

const std::vector<LintRule>& loosened_check_rules() {
  static const std::vector<LintRule> rules = {
      {"login-goes-along", login_goes_along,
       "A variable of `set` belongs to the request: before a check, and from a location without one, it goes "
       "along to "
       "the location that comes next, whose check then takes every session."},
      {"protected-page-added", protected_page_added,
       "nginx runs no check for a part of a page, so everybody who may see the page sees the protected "
       "part."},
      {"ssi-in-open-location", ssi_of_strangers,
       "nginx runs no check for a part of a page: who writes pages with `ssi on` can put protected pages "
       "into them."},
  };
  return rules;
}

}  // namespace session::gateway
