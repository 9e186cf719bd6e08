#include "gateway/nginx/lint/taint_analysis.h"

#include <algorithm>
#include <array>
#include <vector>

namespace session::gateway {
namespace {

constexpr std::array<std::string_view, 3> kPrefixes = {"arg_", "http_", "cookie_"};
constexpr std::array<std::string_view, 15> kNames = {"args",
                                                     "is_args",
                                                     "query_string",
                                                     "request_uri",
                                                     "uri",
                                                     "document_uri",
                                                     "request",
                                                     "request_body",
                                                     "content_type",
                                                     "request_filename",
                                                     "fastcgi_script_name",
                                                     "fastcgi_path_info",
                                                     "remote_user",
                                                     "invalid_referer",
                                                     "proxy_add_x_forwarded_for"};

bool is_capture(const std::string& name) { return name.size() == 1 && name[0] >= '1' && name[0] <= '9'; }

bool of_request(const std::string& name) {
  const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || is_capture(name) ||
         std::any_of(kPrefixes.begin(), kPrefixes.end(), begins);
}

// Whether a group captures fixed words only, as (?<name>a|b) does. (?<name>.+) captures any text of the
// client.
bool only_words(std::string_view group) {
  return std::all_of(group.begin(), group.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '|' || c == '-';
  });
}

// Adds the names of a pattern's groups that capture any text of the client.
void learn_captures(std::string_view pattern, std::set<std::string>& to) {
  for (std::size_t at = 0; (at = pattern.find("(?", at)) != pattern.npos; ++at) {
    std::size_t begin = at + 2;
    if (begin < pattern.size() && pattern[begin] == 'P') ++begin;
    if (begin >= pattern.size() || (pattern[begin] != '<' && pattern[begin] != '\'')) continue;
    const auto end = pattern.find(pattern[begin] == '<' ? '>' : '\'', begin + 1);
    if (end == pattern.npos) return;
    const auto close = std::min(pattern.find(')', end), pattern.size());
    if (!only_words(pattern.substr(end + 1, close - end - 1)))
      to.emplace(pattern.substr(begin + 1, end - begin - 1));
  }
}

constexpr std::array<std::string_view, 3> kTables = {"map", "geo", "split_clients"};
// The rows of a `geo` without a value.
constexpr std::array<std::string_view, 4> kNoValues = {"proxy", "delete", "include", "volatile"};

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Whether a table has several values. A table with one value has the same result for every client.
bool decides(const Directive& table) {
  std::set<std::string> values;
  for (const Directive& row : table.children) {
    if (row.args.size() == 1 && (table.name != "geo" || !is_one_of(kNoValues, row.name)))
      values.insert(row.arg(0));
  }
  return values.size() > 1;
}

// Whether nginx has routed on the variable. A decision on it only repeats nginx's own decision.
bool routed_on(std::string_view variable) {
  return variable == "uri" || variable == "document_uri" || variable == "request_filename";
}

}  // namespace

TaintAnalysis::TaintAnalysis(const Model& model) {
  learn_captures_of(model);
  std::vector<const Directive*> assignments;
  for (const Directive* line : model.all()) {
    if (line->args.size() == 2 && !assigned_by(*line).empty()) assignments.push_back(line);
  }
  std::vector<const Context*> branches = model.server_branches();
  for (const Context* context : model.contexts()) {
    if (context->level() == Context::Level::branch) branches.push_back(context);
  }
  // Propagates the taint until nothing new is found. No real configuration needs this many rounds.
  constexpr int kMaxRounds = 50;
  bool more = true;
  for (int round = 0; more && round < kMaxRounds; ++round) {
    more = false;
    for (const Directive* line : assignments) more = learn(*line) || more;
    for (const Context* branch : branches) more = learn_choices(*branch) || more;
  }
}

// Learns the captures of all patterns but those of maps, which capture what the map looks at.
void TaintAnalysis::learn_captures_of(const Model& model) {
  std::set<const Directive*> rows;
  for (const Directive* line : model.all()) {
    if (line->name != "map") continue;
    for (const Directive& row : line->children) rows.insert(&row);
  }
  for (const Directive* line : model.all()) {
    if (rows.count(line) > 0) continue;
    learn_captures(line->name, said_);
    for (const std::string& word : line->args) learn_captures(word, said_);
  }
}

bool TaintAnalysis::learn(const Directive& line) {
  const std::size_t before = said_.size();
  if (line.name == "map" && !in(line.arg(0)).empty()) {
    for (const Directive& row : line.children) learn_captures(row.name, said_);
  }
  const bool table = is_one_of(kTables, line.name);
  const std::string from = table ? decision_in(line.arg(0)) : in(line.arg(1));
  if (!from.empty() && (!table || decides(line))) said_.insert(assigned_by(line).substr(1));
  return said_.size() > before;
}

bool TaintAnalysis::learn_choices(const Context& branch) {
  if (deciding(branch).empty()) return false;
  bool more = false;
  for (const Directive* line : branch.own("set")) {
    const std::string variable = assigned_by(*line);
    more = (!variable.empty() && chosen_.insert(variable.substr(1)).second) || more;
  }
  return more;
}

bool TaintAnalysis::is_said(const std::string& variable) const {
  return of_request(variable) || said_.count(variable) > 0;
}

std::string TaintAnalysis::in(std::string_view text) const {
  for (const std::string& variable : variables_in(text)) {
    if (is_said(variable) || chosen_.count(variable) > 0) return "$" + variable;
  }
  return {};
}

std::string TaintAnalysis::said_in(std::string_view text) const {
  for (const std::string& variable : variables_in(text)) {
    if (is_said(variable)) return "$" + variable;
  }
  return {};
}

std::string TaintAnalysis::decision_in(std::string_view text) const {
  for (const std::string& variable : variables_in(text)) {
    if (!routed_on(variable) && !in("$" + variable).empty()) return "$" + variable;
  }
  return {};
}

std::string TaintAnalysis::deciding(const Context& branch) const {
  if (branch.block().name != "if") return {};
  for (const std::string& word : branch.block().args) {
    const std::string variable = decision_in(word);
    if (!variable.empty()) return variable;
  }
  return {};
}

}  // namespace session::gateway
