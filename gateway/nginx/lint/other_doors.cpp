// Rules for other ways to the files of a protected location: another address, another server, a name that
// ends without a slash.

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/served_files.h"
#include "gateway/nginx/model/pattern.h"

namespace session::gateway {
namespace {

using MatchKind = LocationMatch::Kind;

// A protected location that serves files, and one of its files.
struct Guarded {
  const Context* location;
  std::string file;
};

bool answers_itself(const Context& context) {
  constexpr std::array<const char*, 4> kAnswers = {"return", "js_content", "empty_gif", "stub_status"};
  return std::any_of(kAnswers.begin(), kAnswers.end(),
                     [&](const char* name) { return !context.own(name).empty(); });
}

// Returns the file in which nginx keeps an answer for a path: proxy_store. nullopt: it keeps none, or where
// is unknown.
std::optional<std::string> stored_file(const Context& context, const std::string& path) {
  const Directive* line = context.find(Model::handler(context)->kind + "_store");
  if (!line || line->arg(0) == "off") return std::nullopt;
  if (line->arg(0) == "on") return file_of(context, path);
  std::string file = line->arg(0);
  for (const char* variable : {"$uri", "$document_uri", "$request_uri"}) {
    const auto at = file.find(variable);
    if (at != file.npos) file.replace(at, std::string(variable).size(), path);
  }
  return file.starts_with('/') && file.find('$') == file.npos ? std::optional(file) : std::nullopt;
}

// Returns the protected locations that serve files; of several with the same files the first.
std::vector<Guarded> guarded_files(const Inspection& in) {
  std::vector<Guarded> all;
  std::set<std::string> seen;
  for (const Context* context : in.usage.model().contexts()) {
    if (context->level() != Context::Level::location || context->internal() ||
        !GatewayUsage::check(*context) || in.usage.is_gateway(*context) || answers_itself(*context))
      continue;
    const auto path = path_in(*context);
    const auto file = !path                      ? std::nullopt
                      : Model::handler(*context) ? stored_file(*context, *path)
                                                 : file_of(*context, *path);
    if (file && seen.insert(*file).second) all.push_back({context, *file});
  }
  return all;
}

bool is_open(const Context& place) {
  return !place.internal() && !is_closed(place) && !Model::handler(place) && !answers_itself(place) &&
         (place.find("root") || place.find("alias"));
}

void add_open(const Context& level, std::vector<const Context*>& to) {
  for (const Context* location : level.locations()) {
    if (is_open(*location)) to.push_back(location);
    add_open(*location, to);
  }
}

// The places of a server that serve files without a check: the server outside of its locations, and these.
std::vector<const Context*> open_places(const Context& server) {
  std::vector<const Context*> places;
  if (is_open(server)) places.push_back(&server);
  add_open(server, places);
  return places;
}

std::string name_of(const Context& place) {
  return place.level() == Context::Level::server ? "/" : place.match().text();
}

// Returns the address by which a location with a pattern leads to the file: `alias /srv/$1`, or the file's
// own.
std::string address_by_pattern(const Context& place, const std::string& file) {
  const std::string& pattern = place.match().text();
  const Directive* alias = place.find("alias");
  const auto prefix = file_prefix(place);
  if (prefix) {
    if (!file.starts_with(prefix->directory + "/")) return {};
    const std::string own = file.substr(prefix->directory.size());
    if (captures_of(pattern, own)) return own;
    const std::string longer = own + sample_of(pattern).value_or("");
    return captures_of(pattern, longer) ? longer : "";
  }
  const auto variable = alias ? alias->arg(0).find('$') : std::string::npos;
  const auto group = pattern.find('(');
  if (variable == std::string::npos || group == std::string::npos) return {};
  const std::string directory = alias->arg(0).substr(0, variable);
  if (!file.starts_with(directory)) return {};
  return sample_of(pattern.substr(0, group)).value_or("") + file.substr(directory.size());
}

// Returns the address by which a place may lead to the file; "" if there is none.
std::string address_of(const Context& place, const std::string& file) {
  if (place.level() == Context::Level::location && place.match().kind() == MatchKind::regex)
    return address_by_pattern(place, file);
  const auto prefix = file_prefix(place);
  if (!prefix || !file.starts_with(prefix->directory)) return {};
  const std::string address = prefix->name + file.substr(prefix->directory.size());
  const std::string name = name_of(place);
  const bool exact = place.level() == Context::Level::location && place.match().kind() == MatchKind::exact;
  if (exact ? address != name : !address.starts_with(name)) return {};
  return address.find("//") == address.npos ? address : "";
}

// Whether the address leads to this file, or one beside it, without a check.
bool leads_to(const Inspection& in, const Context& server, const std::string& address,
              const std::string& file) {
  RedirectWalk walk(in.usage, server);
  const auto found = walk.requested(address);
  const std::string beside = file.substr(0, file.rfind('/') + 1);
  return std::any_of(found.ends.begin(), found.ends.end(), [&](const OpenEnd& end) {
    if (Model::handler(*end.context)) return false;
    const auto served = file_of(*end.context, end.path);
    return served && end.keeps_address && served->starts_with(beside);
  });
}

const Directive* where(const Context& place) {
  const Directive* alias = place.find("alias");
  return alias ? alias : place.find("root");
}

void report(Inspection& in, const Context& place, const Context& location, const std::string& address) {
  const bool none = place.level() == Context::Level::server;
  in.danger(where(place)->place,
            (none ? "this server" : place.title()) + " serves files of the protected " + location.title() +
                " (" + render(location.place()) + "), without a check: " + legible(address),
            none || place.match().text() != location.match().text()
                ? "files of " + location.title() + " in a directory that no open place serves"
                : "in " + place.title() + ": " + kIncludeProtect);
}

// Returns the address that the protected location has for one of its files; "" if that is not one of them.
std::string own_address(const Context& location, const std::string& file) {
  const auto prefix = file_prefix(location);
  const std::string& name = location.match().text();
  const MatchKind kind = location.match().kind();
  if (!prefix) return {};
  if (kind == MatchKind::regex || kind == MatchKind::exact) {
    if (!prefix->name.empty() || !file.starts_with(prefix->directory + "/")) return {};
    const std::string address = file.substr(prefix->directory.size());
    const bool matches = kind == MatchKind::exact ? address == name : captures_of(name, address).has_value();
    return matches ? address : "";
  }
  const std::string directory = prefix->directory + name.substr(prefix->name.size());
  return file.starts_with(directory) ? name + file.substr(directory.size()) : "";
}

// Whether a request for the place's own address ends at a file of the protected location. What lies within a
// site that is protected as a whole may be open: such a location is an exception from it.
bool publishes(const Inspection& in, const Context& place, const std::string& address,
               const Context& location) {
  if (location.match().text() == "/") return false;
  for (const OpenEnd& end :
       RedirectWalk(in.usage, *place.enclosing(Context::Level::server)).requested(address).ends) {
    const auto file = Model::handler(*end.context) ? std::nullopt : file_of(*end.context, end.path);
    const std::string own = file ? own_address(location, *file) : "";
    if (own.empty()) continue;
    const Context* closed = Model::route(*location.enclosing(Context::Level::server), own);
    if (closed && GatewayUsage::check(*closed)) return true;
  }
  return false;
}

// Returns an address by which an open place serves files of a protected location; "" if there is none.
std::string address_past(const Inspection& in, const Context& place, const Guarded& guarded) {
  const Context& server = *place.enclosing(Context::Level::server);
  const std::string address = address_of(place, guarded.file);
  // Where both have the same address, nginx prefers the open one: rule pattern-takes-requests reports that.
  const bool same = !Model::handler(*guarded.location) &&
                    guarded.location->enclosing(Context::Level::server) == &server &&
                    file_of(*guarded.location, address) == file_of(place, address);
  if (!address.empty() && !same && leads_to(in, server, address, guarded.file)) return address;
  const auto own =
      place.level() == Context::Level::location ? path_in(place) : std::optional<std::string>("/x");
  return own && publishes(in, place, *own, *guarded.location) ? *own : "";
}

// Reports each place once, with the first protected location whose files it serves.
void same_files(Inspection& in) {
  const auto guarded = guarded_files(in);
  if (guarded.empty()) return;
  for (const Context* server : in.usage.model().servers()) {
    for (const Context* place : open_places(*server)) {
      for (const Guarded& one : guarded) {
        const std::string address = address_past(in, *place, one);
        if (address.empty()) continue;
        report(in, *place, *one.location, address);
        break;
      }
    }
  }
}

// Reports files whose name the client says: `root /srv/$arg_name`.
void file_name_from_client(Inspection& in) {
  const auto guarded = guarded_files(in);
  for (const Context* server : in.usage.model().servers()) {
    for (const Context* place : open_places(*server)) {
      const Directive* line = where(*place);
      const std::string& name = line->arg(0);
      const auto variable = name.find('$');
      const bool pattern =
          place->level() == Context::Level::location && place->match().kind() == MatchKind::regex;
      if (variable == name.npos || in.taint.in(name).empty() || (pattern && line->name == "alias")) continue;
      const std::string directory = name.substr(0, variable);
      const auto reached = std::find_if(guarded.begin(), guarded.end(),
                                        [&](const Guarded& one) { return one.file.starts_with(directory); });
      if (reached == guarded.end()) continue;
      in.danger(line->place,
                "the client says what " + place->title() + " serves (" + legible(in.taint.in(name)) +
                    "), also the files of the protected " + reached->location->title() + " (" +
                    render(reached->location->place()) + ")",
                legible(line->name) + " with a directory that no variable changes");
    }
  }
}

// Returns the address by which `location /img { alias /srv/img/; }` leads to a file in /srv; "" if it does
// not.
std::string address_above(const FilePrefix& prefix, const std::string& file) {
  const auto slash = prefix.directory.rfind('/', prefix.directory.size() - 2);
  if (slash == std::string::npos || !file.starts_with(prefix.directory.substr(0, slash + 1))) return {};
  return prefix.name + "../" + file.substr(slash + 1);
}

// Reports an alias that ends with a slash beside a location that does not.
void alias_without_slash(Inspection& in) {
  const auto guarded = guarded_files(in);
  for (const Context* place : in.usage.model().contexts()) {
    if (place->level() != Context::Level::location || place->own("alias").empty() || is_closed(*place) ||
        place->internal())
      continue;
    const MatchKind kind = place->match().kind();
    const auto prefix = file_prefix(*place);
    if (!prefix || (kind != MatchKind::prefix && kind != MatchKind::shielded_prefix) ||
        place->match().text().ends_with('/') || !prefix->directory.ends_with('/') ||
        prefix->directory.size() < 2)
      continue;
    const Context& server = *place->enclosing(Context::Level::server);
    std::string reached;
    for (const Guarded& one : guarded) {
      const std::string address = address_above(*prefix, one.file);
      if (!address.empty() && reached.empty() && leads_to(in, server, address, one.file))
        reached = "the files of the protected " + one.location->title() + ": " + legible(address);
    }
    const std::string write =
        "location " + std::string(kind == MatchKind::prefix ? "" : "^~ ") + legible(prefix->name) + "/ {";
    const std::string text = place->title() + " ends without a slash and its alias with one, so that " +
                             legible(prefix->name) + "../ leads out of the directory";
    if (!reached.empty()) {
      in.danger(prefix->line->place, text + ", to " + reached, write);
    } else if (in.usage.has_checks(server)) {
      in.advice(prefix->line->place, text, write);
    }
  }
}

// Reports `merge_slashes off`, with which //account/ is not /account/.
void slashes_not_merged(Inspection& in) {
  std::set<const Context*> told;
  for (const Context* context : in.usage.model().contexts()) {
    const Context& server = *context->enclosing(Context::Level::server);
    const Directive* line = server.find("merge_slashes");
    const auto path = context->level() == Context::Level::location ? path_in(*context) : std::nullopt;
    if (!line || line->arg(0) != "off" || !path || context->internal() || !GatewayUsage::check(*context) ||
        told.count(&server) > 0)
      continue;
    RedirectWalk walk(in.usage, server);
    for (const OpenEnd& end : walk.requested("/" + *path).ends) {
      const std::string undone = undone_by(in.usage, *context, end);
      if (undone.empty() || !told.insert(&server).second) continue;
      in.danger(line->place,
                "with this, /" + legible(*path) + " is no address of the protected " + context->title() +
                    " (" + render(context->place()) + "): " + end.context->title() + " " + undone +
                    ", without a check",
                "merge_slashes on;");
    }
  }
}

}  // namespace

const std::vector<LintRule>& other_door_rules() {
  static const std::vector<LintRule> rules = {
      {"same-files-elsewhere", same_files,
       "A check guards an address, not the files behind it. An open location, or another server, that serves "
       "the same directory serves the protected files, too."},
      {"file-name-from-client", file_name_from_client,
       "A variable of the client's in `root` or `alias` lets the client choose the directory."},
      {"alias-without-slash", alias_without_slash,
       "nginx appends what follows the location's name to `alias`. Where only the alias ends with a slash, "
       "`..` behind the name leads out of the directory."},
      {"slashes-not-merged", slashes_not_merged,
       "With `merge_slashes off`, `//account/` is another address than `/account/` for nginx, and the same "
       "one for file systems and most applications."},
  };
  return rules;
}

}  // namespace session::gateway
