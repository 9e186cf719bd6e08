#include "gateway/nginx/lint/taint_analysis.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace session::gateway {
namespace {

constexpr std::array<std::string_view, 3> kPrefixes = {"arg_", "http_", "cookie_"};
constexpr std::array<std::string_view, 16> kNames = {"args",
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
                                                     "uid_got",
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

// Returns the names of a pattern's groups that capture any text.
std::vector<std::string> groups_of(std::string_view pattern) {
  std::vector<std::string> to;
  for (std::size_t at = 0; (at = pattern.find("(?", at)) != pattern.npos; ++at) {
    std::size_t begin = at + 2;
    if (begin < pattern.size() && pattern[begin] == 'P') ++begin;
    if (begin >= pattern.size() || (pattern[begin] != '<' && pattern[begin] != '\'')) continue;
    const auto end = pattern.find(pattern[begin] == '<' ? '>' : '\'', begin + 1);
    if (end == pattern.npos) return to;
    const auto close = std::min(pattern.find(')', end), pattern.size());
    if (!only_words(pattern.substr(end + 1, close - end - 1)))
      to.emplace_back(pattern.substr(begin + 1, end - begin - 1));
  }
  return to;
}

// Returns the variable that an `if` matches with an expression: $http_x of ($http_x ~ "^(.*)$"); "" if it
// does not.
std::string matched_by(const Directive& block) {
  if (block.name != "if") return {};
  for (std::size_t i = 0; i + 1 < block.args.size(); ++i) {
    const auto variable = block.args[i].find('$');
    if (variable == std::string::npos) continue;
    const bool matches = block.args[i + 1].starts_with('~') || block.args[i + 1].starts_with("!~");
    return matches ? block.args[i].substr(variable) : "";
  }
  return {};
}

bool is_pattern(std::string_view key) { return key.starts_with('~'); }

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

bool is_wide_network(const std::string& network) {
  constexpr int kLeastBitsOfIpv4 = 8, kLeastBitsOfIpv6 = 16;
  const auto slash = network.find('/');
  if (slash == network.npos) return false;
  int bits = 0;
  const char* end = network.data() + network.size();
  const auto [last, error] = std::from_chars(network.data() + slash + 1, end, bits);
  const bool six = network.find(':') != network.npos;
  return error == std::errc() && last == end && bits < (six ? kLeastBitsOfIpv6 : kLeastBitsOfIpv4);
}

TaintAnalysis::TaintAnalysis(const Model& model) {
  std::vector<const Directive*> assignments;
  for (const Directive* line : model.all()) {
    find_captures(*line, matched_by(*line));
    const bool address = line->name == "geo" && line->args.size() == 1;
    if ((line->args.size() == 2 || address) && !assigned_by(*line).empty()) assignments.push_back(line);
    if (line->name == "set_real_ip_from" && is_wide_network(line->arg(0)))
      said_.insert({"remote_addr", "binary_remote_addr"});
  }
  std::vector<const Context*> branches = model.server_branches();
  for (const Context* context : model.contexts()) {
    if (context->level() == Context::Level::branch) branches.push_back(context);
  }
  // Propagates the taint until nothing new is found. No real configuration needs this many rounds.
  constexpr int kMaxRounds = 50;
  bool more = true;
  for (int round = 0; more && round < kMaxRounds; ++round) {
    more = learn_captures();
    for (const Directive* line : assignments) more = learn(*line) || more;
    for (const Context* branch : branches) more = learn_choices(*branch) || more;
  }
}

void TaintAnalysis::find_captures(const Directive& line, const Source& condition) {
  for (const std::string& word : line.args) {
    for (const std::string& name : groups_of(word)) captures_[name].insert(condition);
  }
  const bool table = line.name == "map" && line.args.size() == 2;
  for (const Directive& child : line.children) {
    if (child.name == "rewrite") break;  // it captures anew
    if (table) {
      for (const std::string& name : groups_of(child.name)) captures_[name].insert(line.arg(0));
    } else if (!condition.empty() && child.name == "set") {
      numbered_[&child] = condition;
    }
  }
}

bool TaintAnalysis::learn_captures() {
  bool more = false;
  for (const auto& [name, sources] : captures_) {
    const bool clients = std::any_of(sources.begin(), sources.end(),
                                     [this](const Source& source) { return captures_clients_words(source); });
    more = (clients && said_.insert(name).second) || more;
  }
  return more;
}

bool TaintAnalysis::captures_clients_words(const Source& source) const {
  return source.empty() || !in(source).empty();
}

bool TaintAnalysis::learn(const Directive& line) {
  const bool table = is_one_of(kTables, line.name);
  const auto numbered = numbered_.find(&line);
  const std::string from = table
                               ? decision_in(line.args.size() == 1 ? "$remote_addr" : line.arg(0))
                               : in_beside(line.arg(1), numbered == numbered_.end() ? "" : numbered->second);
  const bool tainted = table ? (!from.empty() && decides(line)) || has_tainted_value(line) : !from.empty();
  return tainted && said_.insert(assigned_by(line).substr(1)).second;
}

bool TaintAnalysis::has_tainted_value(const Directive& table) const {
  if (table.name != "map") return false;
  return std::any_of(table.children.begin(), table.children.end(), [&](const Directive& row) {
    if (row.args.size() != 1) return false;
    return !in_beside(row.arg(0), is_pattern(row.name) ? table.arg(0) : "").empty();
  });
}

std::string TaintAnalysis::in_beside(std::string_view text, const Source& source) const {
  for (const std::string& variable : variables_in(text)) {
    if (is_capture(variable) && !captures_clients_words(source)) continue;
    if (is_said(variable) || chosen_.count(variable) > 0) return "$" + variable;
  }
  return {};
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

std::string TaintAnalysis::in(std::string_view text) const { return in_beside(text, ""); }

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
