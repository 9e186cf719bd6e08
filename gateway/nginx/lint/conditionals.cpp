// Rules for an `if` that changes a location's settings, by nginx's decision or the client's.

#include <algorithm>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

std::string condition_of(const Context& branch) {
  std::string text;
  for (const std::string& word : branch.block().args)
    text += (text.empty() || text.back() == '(' || word == ")" ? "" : " ") + word;
  return "if " + legible(text);
}

bool asks_for_something(const std::string& rules) { return rules.find_first_not_of(", ") != rules.npos; }

// Whether GATEWAY_REQUIRE uses the variable, or one made of it. Other params don't count: an empty
// GATEWAY_TOUCH opens nothing.
bool is_required(const Inspection& in, const Context& auth, const std::string& variable) {
  std::set<std::string> names;
  for (const Setting& setting : in.usage.params(auth, "GATEWAY_REQUIRE")) {
    for (std::string& name : variables_in(setting.value)) names.insert(std::move(name));
  }
  in.usage.add_sources(*auth.enclosing(Context::Level::server), names);
  return names.count(variable) > 0;
}

// Reports one `set` in an `if` that changes a variable with which locations tell this check what to require.
void changed_word(Inspection& in, const Context& branch, const Directive& line, const Context& auth) {
  const std::string variable = line.arg(0).substr(1);
  const std::string clients = in.taint.deciding(branch);
  const bool opens = !asks_for_something(line.arg(1)) && is_required(in, auth, variable);
  if (!opens && clients.empty()) return;
  std::string text = condition_of(branch) + " changes what the check requires: ";
  text += opens ? "$" + variable + " is empty then" : "the client chooses $" + variable;
  if (!clients.empty()) text += ", and " + clients + " is what the client says";
  in.danger(line.place, text, "set $" + variable + " outside of the if, or in a location of its own");
}

// Reports every `set` in an `if` that changes a requirement. nginx runs it before the check, and in a server
// again for the check itself.
void word_set_in_if(Inspection& in) {
  std::vector<const Context*> branches = in.usage.model().server_branches();
  for (const Context* context : in.usage.model().contexts()) {
    if (context->level() == Context::Level::branch) branches.push_back(context);
  }
  for (const Context* auth : in.usage.auth_locations()) {
    const Context* server = auth->enclosing(Context::Level::server);
    auto names = in.usage.requirement_variables(*auth);
    in.usage.add_sources(*server, names);
    for (const Context* branch : branches) {
      if (branch->enclosing(Context::Level::server) != server) continue;
      for (const Directive* line : branch->own("set")) {
        if (line->arg(0).starts_with('$') && names.count(line->arg(0).substr(1)) > 0)
          changed_word(in, *branch, *line, *auth);
      }
    }
  }
}

// Whether a method changes nothing, so that a site may ask less for it.
bool is_safe(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

// Reports a `map` by which a check requires something, but nothing of some methods.
void word_by_method(Inspection& in) {
  for (const Context* auth : in.usage.auth_locations()) {
    for (const Directive* table : in.usage.model().all()) {
      const std::string variable = assigned_by(*table);
      if (table->name != "map" || table->arg(0) != "$request_method" || variable.empty() ||
          !is_required(in, *auth, variable.substr(1)))
        continue;
      const auto& rows = table->children;
      const bool asks = std::any_of(rows.begin(), rows.end(),
                                    [](const Directive& row) { return asks_for_something(row.arg(0)); });
      for (const Directive& row : rows) {
        if (!asks || row.args.size() != 1 || asks_for_something(row.arg(0)) || is_safe(row.name)) continue;
        in.danger(row.place,
                  "what the check requires is empty for " + legible(row.name) +
                      ": the client chooses the method of its request",
                  "the same for every method");
        break;
      }
    }
  }
}

void changed_by_the_request(Inspection& in) {
  word_set_in_if(in);
  word_by_method(in);
}

}  // namespace

const std::vector<LintRule>& conditional_rules() {
  static const std::vector<LintRule> rules = {
      {"requirement-changed-by-if", changed_by_the_request,
       "`if` runs before the check. One whose condition is the client's to fulfil, or that empties what is "
       "required, lets the client choose what the check asks for. So does a `map` of the method."},
  };
  return rules;
}

}  // namespace session::gateway
