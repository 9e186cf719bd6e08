// Variables: their names in a text, and the constants, which have the same value everywhere.

#include <algorithm>

#include "gateway/nginx/model/model.h"

namespace session::gateway {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string assigned_by(const Directive& line) {
  std::string variable;
  if (line.name == "set" || line.name == "auth_request_set") {
    variable = line.arg(0);
  } else if ((line.name == "map" || line.name == "geo" || line.name == "split_clients") &&
             !line.args.empty()) {
    variable = line.args.back();
  }
  return variable.starts_with('$') ? variable : "";
}

std::vector<std::string> variables_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; (at = text.find('$', at)) != text.npos;) {
    ++at;
    if (at < text.size() && text[at] == '{') ++at;
    const std::size_t begin = at;
    while (at < text.size() && is_word(text[at])) ++at;
    if (at > begin) names.emplace_back(text.substr(begin, at - begin));
  }
  return names;
}

void Model::find_constants() {
  std::set<std::string, std::less<>> others;
  for (const Directive* line : all_) {
    std::string name = assigned_by(*line);
    if (name.empty()) continue;
    name.erase(0, 1);
    const std::string& value = line->arg(1);
    const bool same = line->name == "set" && value.find('$') == value.npos &&
                      constants_.try_emplace(name, value).first->second == value;
    if (!same) others.insert(std::move(name));
  }
  for (const std::string& name : others) constants_.erase(name);
}

std::string Model::with_constants(const std::string& text) const {
  std::string out = text;
  for (const std::string& name : variables_in(text)) {
    const auto constant = constants_.find(name);
    if (constant == constants_.end()) continue;
    for (const std::string& written : {"${" + name + "}", "$" + name}) {
      const auto at = out.find(written);
      const auto end = at + written.size();
      if (at == out.npos || (written.back() != '}' && end < out.size() && is_word(out[end]))) continue;
      out.replace(at, written.size(), constant->second);
      break;
    }
  }
  return out;
}

}  // namespace session::gateway
