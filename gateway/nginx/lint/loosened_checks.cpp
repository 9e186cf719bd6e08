// Rules for checks that ask less than their location says: because of a location before a redirect, or since
// nginx runs none for a part of a page.

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

// Returns the location to which a path or a @name leads; nullptr: there is none, or it is unknown.
const Context* location_of(const Context& server, const std::string& target) {
  if (target.starts_with('@')) return Model::named_location(server, target);
  return target.starts_with('/') ? Model::route(server, target.substr(0, target.find_first_of("?$")))
                                 : nullptr;
}

// A word of `set` by which a location loosens its own check. session-gateway-protect.conf copies it into
// `taken` and then sets it to what closes.
struct LooseningWord {
  const char* variable;
  const char* taken;
  const char* closed;   // the value that loosens nothing
  bool loose_if_empty;  // otherwise any value but an empty one loosens
  const char* effect;   // what the check of another location does when the word goes along
};

constexpr std::array<LooseningWord, 2> kWords = {{
    {"$session_login", "$session_login_here", "login", true, "takes every session"},
    {"$session_preflight", "$session_preflight_here", "\"\"", false, "lets preflights through"},
}};

bool loosens(const LooseningWord& word, const Directive& line) {
  return line.name == "set" && line.arg(0) == word.variable && line.arg(1).empty() == word.loose_if_empty;
}

// How requests leave a location while it has loosened its check, before they are checked, or with the word.
struct Departures {
  std::vector<const Directive*> rewrites;
  bool returned = false;  // by a `return`, whose error page may lead on
  bool at_end = false;    // the word is there when the location's lines have been run
};

// Runs the lines of a block in their order, as nginx does. `if` may be true or false, so it only adds.
void follow(const Directive& block, const LooseningWord& word, bool loose, Departures& found) {
  for (const Directive& line : block.children) {
    if (line.name == "set" && line.arg(0) == word.variable) loose = loosens(word, line);
    if (line.name == "if") {
      follow(line, word, loose, found);
      loose = loose || std::any_of(line.children.begin(), line.children.end(),
                                   [&](const Directive& inner) { return loosens(word, inner); });
    }
    if (loose && leads_to_location(line)) found.rewrites.push_back(&line);
    if (loose && line.name == "return") found.returned = true;
  }
  if (block.name != "if") found.at_end = loose;
}

// Whether a location says the word itself, above what takes it for the check.
bool says_itself(const Context& context, const LooseningWord& word) {
  for (const Directive& line : context.block().children) {
    if (line.name != "set") continue;
    if (line.arg(0) == word.taken) return false;
    if (line.arg(0) == word.variable) return true;
  }
  return false;
}

// Reports one line that leads to a check which then goes by the word of the location before it.
void report_way(Inspection& in, const Context& from, const Directive& line, const std::string& target,
                const LooseningWord& word) {
  const Context* to = location_of(*from.enclosing(Context::Level::server), target);
  if (!to || to == &from || !GatewayUsage::check(*to) || says_itself(*to, word)) return;
  in.danger(line.place,
            "this leads to " + to->title() + " (" + render(to->place()) + "), whose check then " +
                word.effect + ", because " + from.title() + " says so",
            "in " + to->title() + ": set " + word.variable + " " + word.closed + ";");
}

// Reports ways on which the check of a location is loosened by the location before it.
void words_go_along(Inspection& in, const LooseningWord& word) {
  for (const Context* context : in.usage.model().contexts()) {
    if (context->level() != Context::Level::location) continue;
    Departures found;
    follow(context->block(), word, false, found);
    for (const Directive* line : found.rewrites) report_way(in, *context, *line, line->arg(1), word);
    std::vector<const Directive*> later;
    if (found.at_end) later = context->own("try_files");
    if (found.at_end || found.returned) {
      const auto& pages = context->list("error_page");
      later.insert(later.end(), pages.begin(), pages.end());
    }
    for (const Directive* line : later) {
      if (line->args.size() > 1) report_way(in, *context, *line, line->args.back(), word);
    }
  }
}

// Whether a location inherits the check and says nothing for it: the include is missing.
bool is_forgotten(const Inspection& in, const Context& location) {
  if (!GatewayUsage::check(location) || !in.usage.asks_gateway(location)) return false;
  const auto& lines = location.own("set");
  return std::none_of(lines.begin(), lines.end(),
                      [](const Directive* line) { return line->arg(0) == "$session_not_included"; });
}

// Adds the lines by which requests leave a protected location, or a branch of it, before its check.
void add_early_ways(const Context& context, std::vector<std::pair<const Directive*, std::string>>& to) {
  for (const Directive* line : context.own("rewrite")) {
    if (leads_to_location(*line)) to.emplace_back(line, line->arg(1));
  }
  const bool returns = !context.own("return").empty();
  for (const Directive* line : context.list("error_page")) {
    if (returns && line->args.size() > 1) to.emplace_back(line, line->args.back());
  }
}

// Reports ways from a protected location, before its check, to an inner location that lacks the include: its
// check goes by what the include has set in the first one.
void forgotten_location_reached(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    const Context* from = context->enclosing(Context::Level::location);
    if (from == nullptr || !GatewayUsage::check(*from) || is_forgotten(in, *from)) continue;
    std::vector<std::pair<const Directive*, std::string>> ways;
    add_early_ways(*context, ways);
    for (const auto& [line, target] : ways) {
      const Context* to = location_of(*from->enclosing(Context::Level::server), target);
      if (to == nullptr || to == from || !is_forgotten(in, *to)) continue;
      in.danger(line->place,
                "this leads to " + to->title() + " (" + render(to->place()) +
                    "), which lacks session-gateway-protect.conf: its check goes by what " + from->title() +
                    " asks for",
                "in " + to->title() + ": " + kIncludeProtect);
    }
  }
}

void login_goes_along(Inspection& in) {
  for (const LooseningWord& word : kWords) words_go_along(in, word);
}

// Reports a word behind the include that has taken it.
void word_behind_include(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (context->level() != Context::Level::location) continue;
    for (const LooseningWord& word : kWords) {
      const auto& lines = context->own("set");
      auto line = std::find_if(lines.begin(), lines.end(),
                               [&](const Directive* each) { return each->arg(0) == word.taken; });
      if (line == lines.end() || ++line == lines.end()) continue;
      // The include's own line closes the word again.
      for (++line; line != lines.end(); ++line) {
        if ((*line)->arg(0) != word.variable) continue;
        in.advice((*line)->place,
                  std::string(word.variable) +
                      " is said too late here: the include above has taken the word, so the check goes by " +
                      "the default, and what is said here goes along to the next location",
                  "this line above the include");
      }
    }
  }
}

// Reports a limit_except that lets some requests through: nginx takes the settings of that block for them,
// which has none of the location's `set` lines, and so refuses them for want of the include.
void limit_except(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (context->block().name != "limit_except") continue;
    const auto& refused = context->own("deny");
    const bool refuses_all =
        context->own("allow").empty() && !refused.empty() && refused.front()->arg(0) == "all";
    if (refuses_all || !GatewayUsage::check(*context) || !in.usage.asks_gateway(*context)) continue;
    in.advice(
        context->place(),
        "limit_except: nginx runs no `set` of the location for the methods that this limits, so the check "
        "answers 403 to everybody who sends one of them",
        "if ($request_method !~ ^(GET|HEAD)$) { return 405; } or a location of their own for these requests");
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
       "A variable of `set` belongs to the request: above the include, and from a location without one, it "
       "goes "
       "along to the location that comes next, whose check then takes every session, or lets preflights "
       "through."},
      {"forgotten-location-reached", forgotten_location_reached,
       "An inner location without the include refuses whoever asks for it. But what the include of another "
       "location has "
       "set belongs to the request, and goes along when that leads here before its check."},
      {"word-behind-include", word_behind_include,
       "session-gateway-protect.conf takes what is said above it. A word behind it is for nobody's check, or "
       "for the wrong one."},
      {"limit-except-in-location", limit_except,
       "For the methods that limit_except limits, nginx takes the settings of that block, which inherits the "
       "check "
       "but not what the include sets: they are refused, also those that the block allows."},
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
