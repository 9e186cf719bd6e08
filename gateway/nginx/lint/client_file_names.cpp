// Rules for names of files that clients say.

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "gateway/nginx/lint/guarded_files.h"
#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/served_files.h"

namespace session::gateway {
namespace {

using MatchKind = LocationMatch::Kind;

constexpr int kMaxDepth = 4;

// Whether a variable has what the client writes, also `..`: a parameter, a header or a cookie, or a `set` or
// `map` with one. nginx refuses a Host with a slash, and has itself resolved the address.
bool is_clients_word(const Inspection& in, const std::string& variable, int depth = 0) {
  constexpr std::array<const char*, 3> kSaid = {"arg_", "http_", "cookie_"};
  if (variable == "http_host") return false;
  if (std::any_of(kSaid.begin(), kSaid.end(), [&](const char* begin) { return variable.starts_with(begin); }))
    return true;
  if (depth >= kMaxDepth) return false;
  const auto has = [&](const std::string& value) {
    const auto names = variables_in(value);
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return is_clients_word(in, name, depth + 1); });
  };
  const auto& all = in.usage.model().all();
  return std::any_of(all.begin(), all.end(), [&](const Directive* line) {
    if (assigned_by(*line) != "$" + variable) return false;
    if (line->name == "set") return has(line->arg(1));
    return line->name == "map" && std::any_of(line->children.begin(), line->children.end(),
                                              [&](const Directive& row) { return has(row.arg(0)); });
  });
}

// A name with a word of the client's: what stands before and behind it.
struct Said {
  std::string variable;  // with its $
  std::string before;
  std::string behind;
};

std::optional<Said> said_in(const Inspection& in, const std::string& name) {
  for (auto at = name.find('$'); at != name.npos; at = name.find('$', at + 1)) {
    const auto variables = variables_in(name.substr(at));
    if (variables.empty() || !is_clients_word(in, variables.front())) continue;
    const bool braces = name.compare(at, 2, "${") == 0;
    const auto end = at + 1 + variables.front().size() + (braces ? 2 : 0);
    const auto last = name.rfind('$');
    const std::string behind = last == at ? name.substr(std::min(end, name.size())) : "";
    return Said{"$" + variables.front(), name.substr(0, at), behind};
  }
  return std::nullopt;
}

// How far the client gets by what it says.
enum class Reach { nowhere, unknown, everywhere };

// Behind a slash, `..` leads everywhere; behind a part of a name only if there is a directory of that name.
Reach reach_of(const Said& said) {
  if (said.before.empty() || said.before.ends_with('/')) return Reach::everywhere;
  const std::string part = said.before.substr(said.before.rfind('/') + 1);
  return part.find_first_of(".$") == part.npos ? Reach::unknown : Reach::nowhere;
}

// The first protected location one of whose files may have such a name; nullptr: none.
const Context* reached_by(const std::vector<Guarded>& guarded, const std::string& directory,
                          const std::string& behind) {
  const auto found = std::find_if(guarded.begin(), guarded.end(), [&](const Guarded& one) {
    const bool one_file = one.location->match().kind() == MatchKind::exact;
    return one.file.starts_with(directory) && (!one_file || one.file.ends_with(behind));
  });
  return found == guarded.end() ? nullptr : found->location;
}

void report(Inspection& in, const Context& place, const Directive& line, const Context& location,
            const std::string& variable, bool sure) {
  const std::string text = "the client says what " + place.title() + " serves (" + legible(variable) + "), " +
                           (sure ? "also" : "perhaps also") + " the files of the protected " +
                           location.title() + " (" + render(location.place()) + ")";
  const std::string write =
      line.name == "root" || line.name == "alias"
          ? legible(line.name) + " with a directory that no variable changes"
          : legible(line.name) + " with $uri, or a map of what the client may say to the names of files";
  if (sure) {
    in.danger(line.place, text, write);
  } else {
    in.advice(line.place, text, write);
  }
}

// `root /srv/$arg_name`. Returns whether it has reported something.
bool look_at_directory(Inspection& in, const std::vector<Guarded>& guarded, const Context& place) {
  const Directive* alias = place.find("alias");
  const Directive& line = alias ? *alias : *place.find("root");
  const std::string& name = line.arg(0);
  const auto variable = name.find('$');
  if (variable == name.npos || in.taint.in(name).empty()) return false;
  const auto said = said_in(in, name);
  const bool pattern = place.level() == Context::Level::location && place.match().kind() == MatchKind::regex;
  if (!said && pattern && alias) return false;  // a capture
  const Context* reached = reached_by(guarded, name.substr(0, variable), "");
  bool sure = reached != nullptr;
  if (!reached && said && reach_of(*said) != Reach::nowhere) {
    reached = reached_by(guarded, "", "");
    sure = reach_of(*said) == Reach::everywhere;
  }
  if (!reached) return false;
  report(in, place, line, *reached, in.taint.in(name), sure);
  return true;
}

// Whether an address that a place redirects to is one of files in an open place. nginx does not resolve `..`
// in it.
bool leads_to_open_files(const Inspection& in, const Context& place, const std::string& address) {
  RedirectWalk walk(in.usage, *place.enclosing(Context::Level::server));
  const auto found = walk.redirected(address.starts_with('$') ? "/x" : address, "/x");
  return std::any_of(found.ends.begin(), found.ends.end(),
                     [](const OpenEnd& end) { return !Model::handler(*end.context); });
}

// A name that `try_files` or `rewrite` makes; `redirects`: as an address, for which nginx looks for a
// location. Returns whether it has reported something.
bool look_at_name(Inspection& in, const std::vector<Guarded>& guarded, const Context& place,
                  const Directive& line, std::string name, bool redirects) {
  name.erase(std::min(name.find('?'), name.size()));
  const auto said = name.starts_with('@') || name.starts_with("http") ? std::nullopt : said_in(in, name);
  if (!said || (redirects && !leads_to_open_files(in, place, name))) return false;
  const bool fixed = !redirects && said->before.find('$') == std::string::npos;
  const auto directory = fixed ? file_of(place, said->before) : std::nullopt;
  const Context* reached = directory ? reached_by(guarded, *directory, said->behind) : nullptr;
  bool sure = reached != nullptr;
  if (!reached && reach_of(*said) != Reach::nowhere) {
    reached = reached_by(guarded, "", said->behind);
    sure = reach_of(*said) == Reach::everywhere;
  }
  if (!reached) return false;
  report(in, place, line, *reached, said->variable, sure);
  return true;
}

bool look_at_names(Inspection& in, const std::vector<Guarded>& guarded, const Context& place) {
  for (const Directive* line : place.own("try_files")) {
    for (const std::string& name : line->args) {
      if (look_at_name(in, guarded, place, *line, name, &name == &line->args.back())) return true;
    }
  }
  std::vector<const Context*> blocks = place.branches();
  blocks.insert(blocks.begin(), &place);
  for (const Context* block : blocks) {
    for (const Directive* line : block->own("rewrite")) {
      const std::string& flag = line->arg(2);
      if (flag != "redirect" && flag != "permanent" &&
          look_at_name(in, guarded, place, *line, line->arg(1), flag != "break"))
        return true;
    }
  }
  return false;
}

// Reports files whose name the client says.
void file_name_from_client(Inspection& in) {
  const auto guarded = guarded_files(in);
  for (const Context* server : in.usage.model().servers()) {
    for (const Context* place : open_places(*server)) {
      if (!look_at_directory(in, guarded, *place)) look_at_names(in, guarded, *place);
    }
  }
}

}  // namespace

const std::vector<LintRule>& client_file_name_rules() {
  static const std::vector<LintRule> rules = {
      {"file-name-from-client", file_name_from_client,
       "A variable of the client's in `root`, `alias`, `try_files` or `rewrite` lets the client choose the "
       "file. "
       "Where nginx has not resolved it, as in `$arg_`, `$http_` and `$cookie_` variables, `..` leads to any "
       "other directory."},
  };
  return rules;
}

}  // namespace session::gateway
