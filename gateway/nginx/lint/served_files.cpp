#include "gateway/nginx/lint/served_files.h"

#include <vector>

#include "gateway/nginx/model/pattern.h"

namespace session::gateway {
namespace {

using MatchKind = LocationMatch::Kind;

// The nearest block that says where its files are.
const Context* rooted(const Context& context) {
  const Context* at = &context;
  while (at && at->own("root").empty() && at->own("alias").empty()) at = at->parent();
  return at;
}

// Returns the file that an alias beside a pattern leads to: alias /srv/$1.
std::optional<std::string> captured_file(const LocationMatch& match, std::string alias,
                                         const std::string& path) {
  const auto captures = captures_of(match.text(), path);
  if (!captures) return std::nullopt;
  for (const std::string& name : variables_in(alias)) {
    const auto value = captures->find(name);
    if (value == captures->end()) return std::nullopt;
    for (const std::string& written : {"${" + name + "}", "$" + name}) {
      const auto at = alias.find(written);
      if (at != alias.npos) alias.replace(at, written.size(), value->second);
    }
  }
  return normalised_path(alias);
}

}  // namespace

std::string normalised_path(const std::string& name) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < name.size();) {
    const auto end = std::min(name.find('/', at), name.size());
    const std::string part = name.substr(at, end - at);
    at = end + 1;
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  std::string out = name.starts_with('/') ? "" : ".";
  for (const std::string& part : parts) out += "/" + part;
  return out + (name.ends_with('/') ? "/" : "");
}

std::optional<FilePrefix> file_prefix(const Context& context) {
  const Context* at = rooted(context);
  if (!at) return std::nullopt;
  const bool alias = at->own("root").empty();
  const Directive* line = (alias ? at->own("alias") : at->own("root")).front();
  if (line->arg(0).find('$') != std::string::npos) return std::nullopt;
  if (!alias) {
    std::string directory = line->arg(0);
    while (directory.ends_with('/')) directory.pop_back();
    return FilePrefix{directory, "", line};
  }
  if (at->level() != Context::Level::location || at->match().kind() == MatchKind::regex) return std::nullopt;
  return FilePrefix{line->arg(0), at->match().text(), line};
}

std::optional<std::string> file_of(const Context& context, const std::string& path) {
  const auto prefix = file_prefix(context);
  if (prefix && path.starts_with(prefix->name))
    return normalised_path(prefix->directory + path.substr(prefix->name.size()));
  const Context* at = rooted(context);
  if (prefix || !at || at->own("alias").empty() || at->level() != Context::Level::location ||
      at->match().kind() != MatchKind::regex)
    return std::nullopt;
  return captured_file(at->match(), at->own("alias").front()->arg(0), path);
}

}  // namespace session::gateway
