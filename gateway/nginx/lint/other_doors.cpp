// Rules for other ways to the files of a protected location: another address, another server, a name that
// ends without a slash.

#include <algorithm>
#include <optional>
#include <set>

#include "gateway/nginx/lint/guarded_files.h"
#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/served_files.h"
#include "gateway/nginx/model/pattern.h"

namespace session::gateway {
namespace {

using MatchKind = LocationMatch::Kind;

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

// Whether the address leads to this guarded file, or (`or_beside`) one beside it, without its check.
bool leads_to(const Inspection& in, const Context& server, const std::string& address, const Guarded& guarded,
              bool or_beside = true) {
  RedirectWalk walk(in.usage, server, in.requirements.admits_past(*guarded.location));
  const auto found = walk.requested(address);
  const std::string& file = guarded.file;
  const std::string beside = file.substr(0, file.rfind('/') + 1);
  return std::any_of(found.ends.begin(), found.ends.end(), [&](const OpenEnd& end) {
    if (Model::handler(*end.context)) return false;
    const auto served = file_of(*end.context, end.path);
    return served && end.keeps_address && (or_beside ? served->starts_with(beside) : *served == file);
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
                " (" + render(location.place()) + "), " + in.requirements.without(place, location) + ": " +
                legible(address),
            none || place.match().text() != location.match().text()
                ? "files of " + location.title() + " in a directory that no " +
                      (is_closed(place) ? "other" : "open") + " place serves"
                : "in " + place.title() + ": " + in.requirements.line_to_add(place, location));
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
  RedirectWalk walk(in.usage, *place.enclosing(Context::Level::server),
                    in.requirements.admits_past(location));
  for (const OpenEnd& end : walk.requested(address).ends) {
    const auto file = Model::handler(*end.context) ? std::nullopt : file_of(*end.context, end.path);
    const std::string own = file ? own_address(location, *file) : "";
    if (own.empty()) continue;
    const Context* closed = Model::route(*location.enclosing(Context::Level::server), own);
    if (closed && GatewayUsage::check(*closed) && in.requirements.is_weaker(*end.context, *closed))
      return true;
  }
  return false;
}

// Returns the address from which a `rewrite` or `try_files` of the place makes the name of the file; "" if
// there is none.
std::string address_made_to(const Inspection& in, const Context& place, const Guarded& guarded) {
  if (place.level() != Context::Level::location || place.match().kind() == MatchKind::exact ||
      (place.own("rewrite").empty() && place.own("try_files").empty()))
    return {};
  std::string begin = place.match().text();
  if (place.match().kind() == MatchKind::regex)
    begin = sample_of(begin.substr(0, std::min(begin.find('('), begin.size()))).value_or("/");
  const std::string& file = guarded.file;
  for (auto slash = file.find('/'); slash != file.npos; slash = file.find('/', slash + 1)) {
    const std::string address = begin + file.substr(slash + (begin.ends_with('/') ? 1 : 0));
    if (leads_to(in, *place.enclosing(Context::Level::server), address, guarded, false)) return address;
  }
  return {};
}

// Returns an address by which a weaker place serves files of a protected location; "" if there is none.
std::string address_past(const Inspection& in, const Context& place, const Guarded& guarded) {
  const Context& server = *place.enclosing(Context::Level::server);
  const std::string address = address_of(place, guarded.file);
  // Where both have the same address, nginx prefers the open one: rule pattern-takes-requests reports that.
  const bool same = !Model::handler(*guarded.location) &&
                    guarded.location->enclosing(Context::Level::server) == &server &&
                    file_of(*guarded.location, address) == file_of(place, address);
  if (!address.empty() && !same && leads_to(in, server, address, guarded)) return address;
  const auto own =
      place.level() == Context::Level::location ? path_in(place) : std::optional<std::string>("/x");
  if (own && publishes(in, place, *own, *guarded.location)) return *own;
  return address_made_to(in, place, guarded);
}

// Reports each place once, with the first protected location whose files it serves.
void same_files(Inspection& in) {
  const auto guarded = guarded_files(in);
  if (guarded.empty()) return;
  for (const Context* server : in.usage.model().servers()) {
    for (const Context* place : serving_places(*server)) {
      for (const Guarded& one : guarded) {
        if (!in.requirements.is_weaker(*place, *one.location)) continue;
        const std::string address = address_past(in, *place, one);
        if (address.empty()) continue;
        report(in, *place, *one.location, address);
        break;
      }
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
      if (!address.empty() && reached.empty() && leads_to(in, server, address, one))
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

// Whether a place passes the address to its program as the client has written it.
bool passes_as_written(const Context& place) {
  const auto handler = Model::handler(place);
  if (!handler || handler->kind == "grpc") return handler.has_value();
  const auto has = [](const std::string& text) { return text.find("$request_uri") != text.npos; };
  if (handler->kind != "proxy") {
    const auto& params = place.list(handler->kind + "_param");
    return std::any_of(params.begin(), params.end(),
                       [&](const Directive* line) { return has(line->arg(1)); });
  }
  const std::string& to = handler->line->arg(0);
  const auto scheme = to.find("://");
  return has(to) || (place.own("rewrite").empty() && scheme != to.npos && !to.starts_with("http://unix:") &&
                     to.find('/', scheme + 3) == to.npos);
}

// Returns a place of the same application, for prefixes below which strangers are let in, that gets addresses
// as they are written; nullptr: there is none.
const Context* place_of_application(const Inspection& in, const Context& guarded) {
  const auto own = Model::handler(guarded);
  if (!own || in.usage.is_gateway(guarded)) return nullptr;
  const auto addresses = in.usage.model().addresses(*own);
  for (const Context* place : in.usage.model().contexts()) {
    if (place->level() != Context::Level::location || place->internal() || place->named() ||
        place->enclosing(Context::Level::server) != guarded.enclosing(Context::Level::server) ||
        place->match().kind() == MatchKind::exact || place->match().text() == "/" ||
        !passes_as_written(*place) || !in.requirements.is_weaker(*place, guarded) ||
        in.usage.is_gateway(*place))
      continue;
    for (const std::string& address : in.usage.model().addresses(*Model::handler(*place))) {
      if (addresses.count(address) > 0) return place;
    }
  }
  return nullptr;
}

// Reports `merge_slashes off` beside a place whose program gets the address as it is written: what is /x/a
// for nginx after `//..`, is /a for a program that merges slashes.
bool slashes_for_program(Inspection& in, const Context& guarded, const Directive& line) {
  const Context* place = place_of_application(in, guarded);
  if (!place) return false;
  in.danger(line.place,
            "with this, nginx takes " + legible(path_in(*place).value_or("/x")) + "//../.." +
                legible(path_in(guarded).value_or("/x")) + " to " + place->title() + " (" +
                render(place->place()) + "), and a program that merges slashes to what the protected " +
                guarded.title() + " (" + render(guarded.place()) + ") guards",
            "merge_slashes on;");
  return true;
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
    RedirectWalk walk(in.usage, server, in.requirements.admits_past(*context));
    for (const OpenEnd& end : walk.requested("/" + *path, true).ends) {
      const std::string undone = undone_by(in.usage, *context, end);
      if (undone.empty() || !told.insert(&server).second) continue;
      in.danger(line->place,
                "with this, /" + legible(*path) + " is no address of the protected " + context->title() +
                    " (" + render(context->place()) + "): " + end.context->title() + " " + undone + ", " +
                    in.requirements.without(*end.context, *context),
                "merge_slashes on;");
    }
    if (told.count(&server) == 0 && slashes_for_program(in, *context, *line)) told.insert(&server);
  }
}

}  // namespace

const std::vector<LintRule>& other_door_rules() {
  static const std::vector<LintRule> rules = {
      {"same-files-elsewhere", same_files,
       "A check guards an address, not the files behind it. A location without a check, or with one that "
       "asks "
       "for less, or another server, that serves the same directory serves the protected files, too."},
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
