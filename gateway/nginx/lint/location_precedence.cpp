// Rules for the order in which nginx tries locations: an open one, or one whose check asks for less, may take
// requests away from a protected one.

#include <algorithm>
#include <array>
#include <map>

#include "gateway/nginx/lint/guarded_files.h"
#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/model/pattern.h"

namespace session::gateway {
namespace {

using MatchKind = LocationMatch::Kind;

// A protected location, and its outermost enclosing location on the level of the patterns, which may be
// itself.
struct OvertakenLocation {
  const Context* context;
  const Context* top;
};
// Protected locations by the files or the program that they serve: see key_of_files and key_of_program.
using Candidates = std::map<std::string, std::vector<OvertakenLocation>>;

bool answers_by_itself(const Context& context) {
  constexpr std::array<const char*, 8> kAnswers = {
      "return",    "content_by_lua_block", "content_by_lua_file", "content_by_lua", "js_content", "perl",
      "empty_gif", "stub_status"};
  return std::any_of(kAnswers.begin(), kAnswers.end(),
                     [&](const char* name) { return !context.own(name).empty(); });
}

// Returns the directory to which nginx appends a request's path; "" if it is unknown. `alias` counts as the
// root that leads to the same files.
std::string root_of(const Context& location) {
  for (const Context* context = &location; context; context = context->parent()) {
    const auto& roots = context->own("root");
    const auto& aliases = context->own("alias");
    if (roots.empty() && aliases.empty()) continue;
    std::string path = (roots.empty() ? aliases : roots).front()->arg(0);
    if (roots.empty()) {
      const std::string& name = context->match().text();
      if (context->match().kind() == MatchKind::regex || !path.ends_with(name)) return {};
      path.erase(path.size() - name.size());
    }
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path.empty() ? "/" : path;
  }
  return "html";  // nginx's default
}

std::string key_of_files(const Context& context) {
  const std::string root = root_of(context);
  return root.empty() ? "" : "files " + root;
}

std::string key_of_program(const std::string& address) { return "program " + address; }

void add_overtaken(const Inspection& in, const Context& level, const Context* top, Candidates& to) {
  for (const Context* location : level.locations()) {
    const MatchKind kind = location->match().kind();
    const bool shielded = !top && kind == MatchKind::shielded_prefix;
    if (location->named() || kind == MatchKind::exact || kind == MatchKind::regex || shielded) continue;
    const OvertakenLocation found{location, top ? top : location};
    add_overtaken(in, *location, found.top, to);
    if (!GatewayUsage::check(*location) || !in.usage.asks_gateway(*location) || location->internal() ||
        (answers_by_itself(*location) && !refuses_everybody(*location)))
      continue;
    const auto handler = Model::handler(*location);
    if (!handler) to[key_of_files(*location)].push_back(found);
    if (!handler || in.usage.is_gateway(*location)) continue;
    for (const std::string& address : in.usage.model().addresses(*handler))
      to[key_of_program(address)].push_back(found);
  }
}

// Whether a location serves clients, whatever it asks of them. It does not if it refuses or redirects.
// Locations for the challenges of certificate authorities don't count.
bool serves_clients(const Inspection& in, const Context& context) {
  return !context.named() && !context.internal() && !answers_by_itself(context) && !has_other_lock(context) &&
         !in.usage.is_gateway(context) && context.match().text().find("well-known") == std::string::npos;
}

bool is_serving_pattern(const Inspection& in, const Context& context) {
  return context.match().kind() == MatchKind::regex && serves_clients(in, context);
}

// Returns the files or the program that an open location reaches, as keys of Candidates.
std::map<std::string, std::string> reached(const Inspection& in, const Context& context) {
  std::map<std::string, std::string> keys;
  const auto handler = Model::handler(context);
  if (!handler) {
    keys[key_of_files(context)] = "it serves the same files";
    return keys;
  }
  if (handler->kind == "fastcgi") keys[key_of_files(context)] = "it runs the scripts there";
  for (const std::string& address : in.usage.model().addresses(*handler))
    keys[key_of_program(address)] = "it passes requests to the same program";
  return keys;
}

bool switched_off(const Context& context) {
  const auto& own = context.own("auth_request");
  return !own.empty() && own.front()->arg(0) == "off";
}

// Whether the location is explicitly open: by auth_request off, or as session-gateway-public.conf does.
bool says_open(const Inspection& in, const Context& context) {
  if (switched_off(context)) return true;
  const auto takes_away = [&](const char* directive, const std::string& name) {
    const auto& lines = context.own(directive);
    return std::any_of(lines.begin(), lines.end(),
                       [&](const Directive* line) { return line->arg(0) == name && line->arg(1).empty(); });
  };
  const auto& headers = in.usage.facts().headers;
  return std::any_of(headers.begin(), headers.end(), [&](const HeaderName& header) {
    return takes_away("proxy_set_header", header.name) || takes_away("fastcgi_param", "HTTP_" + header.param);
  });
}

// Whether nginx matches the same pattern in the protected location, or around it, first.
bool taken_before(const OvertakenLocation& from, const LocationMatch& pattern) {
  for (const Context* context = from.context; context;
       context = context == from.top ? nullptr : context->parent()) {
    const auto& inner = context->locations();
    if (std::any_of(inner.begin(), inner.end(),
                    [&](const Context* location) { return location->match().same_pattern(pattern); }))
      return true;
  }
  return false;
}

bool overtakes(const Inspection& in, const Context& context, const OvertakenLocation& from) {
  const std::string& path = from.context->match().text();
  // If "/" is protected, an anchored pattern, or a location that is explicitly open, is an intended
  // exception.
  if (path == "/" && (is_closed(context) || context.match().anchored() || says_open(in, context)))
    return false;
  // So is a check of its own for a part of the protected place.
  const std::string& pattern = context.match().text();
  if (is_closed(context) && pattern.starts_with("^" + path) && pattern.size() > path.size() + 1) return false;
  return context.match().may_find_below(path) && !taken_before(from, context.match());
}

void report(Inspection& in, const Context& context, const OvertakenLocation& from, const std::string& how) {
  const std::string text = context.title() + " has " + in.requirements.lacking(context, *from.context) +
                           ", and takes what it matches away from " + from.context->title() + " (" +
                           render(from.context->place()) + "), which has one: " + how;
  const std::string& top = from.top->match().text();
  const std::string here =
      "in " + context.title() + ": " + in.requirements.line_to_add(context, *from.context);
  const std::string write = top == "/" ? here : "location ^~ " + legible(top) + " { there; or " + here;
  if (switched_off(context)) {
    in.advice(context.place(), text, write);
  } else {
    in.danger(context.place(), text, write);
  }
}

// Reports each pattern once: with the first location from which it takes requests.
void pattern_before_prefix(Inspection& in, const Context& level) {
  const auto& all = level.locations();
  if (std::none_of(all.begin(), all.end(),
                   [&](const Context* context) { return is_serving_pattern(in, *context); }))
    return;
  Candidates candidates;
  add_overtaken(in, level, nullptr, candidates);
  candidates.erase("");
  for (const Context* context : all) {
    if (!is_serving_pattern(in, *context)) continue;
    for (const auto& [key, how] : reached(in, *context)) {
      const auto& same = candidates[key];
      const auto from = std::find_if(same.begin(), same.end(), [&](const OvertakenLocation& one) {
        return in.requirements.is_weaker(*context, *one.context) && overtakes(in, *context, one);
      });
      if (from == same.end()) continue;
      report(in, *context, *from, how);
      break;
    }
  }
}

// Adds the places of a level that let in whom `except` refuses, by whatever name nginx finds them, without
// those inside it. One address that is open is the owner's word.
void add_weaker(const Inspection& in, const Context& level, const Context& except,
                std::vector<const Context*>& to) {
  for (const Context* location : level.locations()) {
    if (location == &except) continue;
    if (serves_clients(in, *location) && location->match().kind() != MatchKind::exact &&
        in.requirements.is_weaker(*location, except))
      to.push_back(location);
    add_weaker(in, *location, except, to);
  }
}

bool is_guarding_pattern(const Inspection& in, const Context& context) {
  return context.level() == Context::Level::location && context.match().kind() == MatchKind::regex &&
         GatewayUsage::check(context) && in.usage.asks_gateway(context) && !context.internal() &&
         !answers_by_itself(context) && !in.usage.is_gateway(context);
}

// Returns an address that the protected pattern matches and that nginx takes to the place; "" if none is
// known.
std::string taken_address(const Context& server, const Context& guarded, const Context& place) {
  const auto own = path_in(guarded);
  if (!own) return {};
  std::vector<std::string> addresses = {*own};
  if (place.match().kind() == MatchKind::regex)
    addresses.push_back(*own + sample_of(place.match().text()).value_or(""));
  for (const std::string& address : addresses) {
    if (guarded.match().finds(address).value_or(false) && Model::route(server, address) == &place)
      return address;
  }
  return {};
}

// Returns what both reach, in words; "" if nothing.
std::string both_reach(const Inspection& in, const Context& guarded, const Context& place) {
  const auto own = reached(in, guarded);
  for (const auto& [key, how] : reached(in, place)) {
    if (!key.empty() && own.count(key) > 0) return how;
  }
  return {};
}

// Reports the first place that takes requests from a protected pattern: a prefix with ^~, a pattern before it
// or one within the prefix that nginx finds first.
void before_pattern(Inspection& in, const Context& guarded, const std::vector<const Context*>& places) {
  const Context& server = *guarded.enclosing(Context::Level::server);
  const bool whole = path_in(guarded).value_or("").rfind('/') == 0;
  for (const Context* place : places) {
    const bool within_pattern = place->match().kind() == MatchKind::regex;
    if (whole && (!within_pattern || is_closed(*place) || place->match().anchored() || says_open(in, *place)))
      continue;
    const std::string address = taken_address(server, guarded, *place);
    const std::string how = address.empty() ? "" : both_reach(in, guarded, *place);
    if (how.empty()) continue;
    const std::string text = place->title() + " has " + in.requirements.lacking(*place, guarded) +
                             ", and takes " + legible(address) + " from " + guarded.title() + " (" +
                             render(guarded.place()) + "), which has one: " + how;
    const std::string write = "in " + place->title() + ": " + in.requirements.line_to_add(*place, guarded);
    if (switched_off(*place)) {
      in.advice(place->place(), text, write);
    } else {
      in.danger(place->place(), text, write);
    }
    return;
  }
}

void patterns_before_prefixes(Inspection& in) {
  for (const Context* server : in.usage.model().servers()) pattern_before_prefix(in, *server);
  for (const Context* context : in.usage.model().contexts()) pattern_before_prefix(in, *context);
}

void places_before_patterns(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!is_guarding_pattern(in, *context)) continue;
    std::vector<const Context*> places;
    add_weaker(in, *context->enclosing(Context::Level::server), *context, places);
    before_pattern(in, *context, places);
  }
}

}  // namespace

const std::vector<LintRule>& location_precedence_rules() {
  static const std::vector<LintRule> rules = {
      {"pattern-takes-requests", patterns_before_prefixes,
       "nginx prefers a location with a pattern to one with a prefix, however long that is. A pattern "
       "without a check, or with one that asks for less, takes requests away from a protected prefix."},
      {"pattern-not-reached", places_before_patterns,
       "nginx tries a pattern last of all: not behind a prefix with `^~`, and only after the patterns before "
       "it and those within the longest prefix. Any of these without a check, or with one that asks for "
       "less, "
       "takes requests away from a protected pattern."},
  };
  return rules;
}

}  // namespace session::gateway
