#include <string>

#include "gateway/nginx/model/model.h"

namespace session::gateway {
namespace {

using MatchKind = LocationMatch::Kind;

// The result of the search in one level of locations, after ngx_http_core_find_location. `sure`: an exact
// match or a regex, which ends the search. `unknown`: the search met a pattern that can't be evaluated.
struct LocationSearch {
  const Context* location = nullptr;
  bool sure = false;
  bool unknown = false;
};

LocationSearch search(const Context& level, const std::string& path);

// Returns the exact match of a level, or else the longest prefix.
LocationSearch search_static(const Context& level, const std::string& path) {
  LocationSearch found;
  std::size_t longest = 0;
  for (const Context* location : level.locations()) {
    const LocationMatch& match = location->match();
    if (location->named() || match.kind() == MatchKind::regex) continue;
    if (match.kind() == MatchKind::exact) {
      if (match.text() == path) return {location, true, false};
    } else if (path.starts_with(match.text()) && (!found.location || match.text().size() > longest)) {
      found.location = location;
      longest = match.text().size();
    }
  }
  return found;
}

LocationSearch search_regexes(const Context& level, const std::string& path) {
  for (const Context* location : level.locations()) {
    if (location->match().kind() != MatchKind::regex) continue;
    const auto finds = location->match().finds(path);
    if (!finds) return {nullptr, false, true};
    if (!*finds) continue;
    const LocationSearch inner = search(*location, path);
    if (inner.unknown || inner.location) return {inner.location, true, inner.unknown};
    return {location, true, false};
  }
  return {};
}

LocationSearch search(const Context& level, const std::string& path) {
  LocationSearch found = search_static(level, path);
  if (found.sure) return found;
  bool regexes = true;
  if (found.location) {
    regexes = found.location->match().kind() != MatchKind::shielded_prefix;
    const LocationSearch inner = search(*found.location, path);
    if (inner.unknown || inner.sure) return inner;
    if (inner.location) found.location = inner.location;
  }
  if (!regexes) return found;
  const LocationSearch other = search_regexes(level, path);
  return other.unknown || other.location ? other : found;
}

}  // namespace

Model::Routed Model::routed(const Context& server, const std::string& path) {
  constexpr std::size_t kMaxPath = 1000;
  if (path.size() > kMaxPath) return {nullptr, true};
  const LocationSearch found = search(server, path);
  return {found.unknown ? nullptr : found.location, found.unknown};
}

const Context* Model::route(const Context& server, const std::string& path) {
  return routed(server, path).location;
}

const Context* Model::named_location(const Context& server, std::string_view name) {
  for (const Context* location : server.locations()) {
    if (location->named() && location->block().arg(0) == name) return location;
  }
  return nullptr;
}

}  // namespace session::gateway
