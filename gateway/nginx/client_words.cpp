#include "gateway/nginx/client_words.h"

#include <algorithm>
#include <array>
#include <vector>

#include "gateway/nginx/site.h"

namespace session::gateway {
namespace {

constexpr std::array<std::string_view, 3> kPrefixes = {"arg_", "http_", "cookie_"};
constexpr std::array<std::string_view, 12> kNames = {"args",
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
                                                     "remote_user"};

bool is_capture(const std::string& name) { return name.size() == 1 && name[0] >= '1' && name[0] <= '9'; }

bool of_request(const std::string& name) {
  const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || is_capture(name) ||
         std::any_of(kPrefixes.begin(), kPrefixes.end(), begins);
}

// (?<name>a|b) is words, (?<name>.+) is whatever the client writes.
bool only_words(std::string_view group) {
  return std::all_of(group.begin(), group.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '|' || c == '-';
  });
}

// The names of the groups in a pattern that take whatever the client writes.
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

// A map to one value says the same whatever the client does.
bool decides(const Directive& map) {
  std::set<std::string> values;
  for (const Directive& row : map.children) {
    if (row.args.size() == 1) values.insert(row.arg(0));
  }
  return values.size() > 1;
}

}  // namespace

ClientWords::ClientWords(const Model& model) {
  for (const Directive* line : model.all()) {
    learn_captures(line->name, learned_);
    for (const std::string& word : line->args) learn_captures(word, learned_);
  }
  std::vector<const Directive*> assignments;
  for (const Directive* line : model.all()) {
    if (line->name == "set" || line->name == "map") assignments.push_back(line);
  }
  // What is made of it, and of that again, until nothing new is found. Nobody hands a value on this often.
  constexpr int kMostRounds = 50;
  bool more = true;
  for (int round = 0; more && round < kMostRounds; ++round) {
    more = false;
    for (const Directive* line : assignments) more = learn(*line) || more;
  }
}

bool ClientWords::learn(const Directive& line) {
  if (line.args.size() != 2 || !line.arg(line.name == "map" ? 1 : 0).starts_with('$')) return false;
  if (line.name == "set" && !in(line.arg(1)).empty()) return learned_.insert(line.arg(0).substr(1)).second;
  if (line.name != "map" || !decides(line)) return false;
  const std::string from = in(line.arg(0));
  if (from.empty() || from == "$uri" || from == "$document_uri") return false;
  return learned_.insert(line.arg(1).substr(1)).second;
}

bool ClientWords::is_clients(const std::string& variable) const {
  return of_request(variable) || learned_.count(variable) > 0;
}

std::string ClientWords::in(std::string_view text) const {
  for (const std::string& variable : variables_in(text)) {
    if (is_clients(variable)) return "$" + variable;
  }
  return {};
}

}  // namespace session::gateway
