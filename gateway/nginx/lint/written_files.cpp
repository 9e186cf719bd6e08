// Rules for files that clients write: into the directories that a check guards.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>

#include "gateway/nginx/lint/guarded_files.h"
#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/served_files.h"

namespace session::gateway {
namespace {

// Whether a limit_except refuses a method, which it does not name, by a lock of its own.
bool is_limited(const Context& place, const std::string& method) {
  const auto& branches = place.branches();
  return std::any_of(branches.begin(), branches.end(), [&](const Context* branch) {
    const auto& allowed = branch->block().args;
    return branch->block().name == "limit_except" && has_other_lock(*branch) &&
           std::find(allowed.begin(), allowed.end(), method) == allowed.end();
  });
}

// Returns the method by which clients of a place write to an address of their choice: with one, `Destination`
// names the file. "": there is none.
std::string copying_method(const Context& place) {
  const Directive* line = place.find("dav_methods");
  for (const char* method : {"COPY", "MOVE"}) {
    if (line && std::find(line->args.begin(), line->args.end(), method) != line->args.end() &&
        !is_limited(place, method))
      return method;
  }
  return {};
}

// The directory that addresses of a place are below, if that is `root`: nginx makes the name of a copy with
// the lines of the place, and does not ask which location the address belongs to.
std::optional<std::string> root_of(const Context& place) {
  const auto prefix = file_prefix(place);
  if (!prefix || !prefix->name.empty()) return std::nullopt;
  return normalised_path(prefix->directory) + "/";
}

void report(Inspection& in, const Context& place, const Directive& line, const std::string& how,
            const Guarded& guarded) {
  const Context& location = *guarded.location;
  in.danger(line.place,
            place.title() + " lets clients " + how + " the files of the protected " + location.title() +
                " (" + render(location.place()) + "), " + in.requirements.without(place, location),
            "in " + place.title() + ": " + in.requirements.line_to_add(place, location) +
                "; or a directory of its own");
}

// Reports copies over protected files.
void copies_over(Inspection& in, const std::vector<Guarded>& guarded, const Context& place) {
  const std::string method = copying_method(place);
  const auto root = root_of(place);
  if (method.empty() || !root) return;
  const auto one = std::find_if(guarded.begin(), guarded.end(), [&](const Guarded& each) {
    return each.file.starts_with(*root) && in.requirements.is_weaker(place, *each.location);
  });
  if (one == guarded.end()) return;
  report(in, place, *place.find("dav_methods"), "write with " + method + " (Destination) over", *one);
}

// Reports bodies that become files among protected ones.
void bodies_among(Inspection& in, const std::vector<Guarded>& guarded, const Context& place) {
  const auto directory = directory_of_bodies(place);
  if (!directory || place.internal() || place.named()) return;
  const auto one = std::find_if(guarded.begin(), guarded.end(), [&](const Guarded& each) {
    return directory->starts_with(each.file.substr(0, each.file.rfind('/') + 1)) &&
           in.requirements.is_weaker(place, *each.location);
  });
  if (one == guarded.end()) return;
  report(in, place, *place.find("client_body_in_file_only"), "leave the bodies of their requests among",
         *one);
}

// Reports each place once, with the first protected location among whose files its clients write.
void written_by_strangers(Inspection& in) {
  const auto guarded = guarded_files(in);
  if (guarded.empty()) return;
  for (const Context* server : in.usage.model().servers()) {
    for (const Context* place : serving_places(*server)) copies_over(in, guarded, *place);
  }
  for (const Context* context : in.usage.model().contexts()) {
    if (context->level() == Context::Level::location) bodies_among(in, guarded, *context);
  }
}

}  // namespace

const std::vector<LintRule>& written_file_rules() {
  static const std::vector<LintRule> rules = {
      {"writes-to-protected", written_by_strangers,
       "With `COPY` and `MOVE` of `dav_methods` the client names the file that is written, in the header "
       "`Destination`: any one below `root`, also of a location with a check. With "
       "`client_body_in_file_only` "
       "the bodies of requests become files in `client_body_temp_path`."},
  };
  return rules;
}

}  // namespace session::gateway
