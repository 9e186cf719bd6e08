// A pattern that would take for ever is given up.
#define BOOST_REGEX_MAX_STATE_COUNT 200000
#include <optional>
#include <string>

#include <boost/regex.hpp>

#include "gateway/nginx/model.h"

namespace session::gateway {
namespace {

// location [modifier] pattern
struct Match {
  explicit Match(const Directive& location) {
    const bool two = location.args.size() > 1;
    modifier = two ? location.arg(0) : "";
    pattern = location.arg(two ? 1 : 0);
    for (const char* joined : {"=", "^~", "~*", "~"}) {  // `location =/path` is one word
      if (two || !pattern.starts_with(joined)) continue;
      modifier = joined;
      pattern.erase(0, modifier.size());
      break;
    }
  }
  [[nodiscard]] bool regex() const { return modifier == "~" || modifier == "~*"; }

  std::string modifier;
  std::string pattern;
};

// nullopt: it can't be told, because the pattern is none for us, or too costly.
std::optional<bool> regex_finds(const Match& match, const std::string& path) {
  try {
    const auto flags =
        boost::regex::perl | (match.modifier == "~*" ? boost::regex::icase : boost::regex::perl);
    return boost::regex_search(path, boost::regex(match.pattern, flags));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

// What a level of locations says, as ngx_http_core_find_location does: sure is an exact match or a regex,
// which ends the search; unknown: a pattern came by that we can't judge.
struct Found {
  const Scope* location = nullptr;
  bool sure = false;
  bool unknown = false;
};

Found search(const Scope& level, const std::string& path);

// The exact match, or the longest prefix, of this level.
Found search_static(const Scope& level, const std::string& path) {
  Found found;
  std::size_t longest = 0;
  for (const Scope* location : level.locations()) {
    const Match match(location->block());
    if (location->named() || match.regex()) continue;
    if (match.modifier == "=") {
      if (match.pattern == path) return {location, true, false};
    } else if (path.starts_with(match.pattern) && (!found.location || match.pattern.size() > longest)) {
      found.location = location;
      longest = match.pattern.size();
    }
  }
  return found;
}

Found search_regexes(const Scope& level, const std::string& path) {
  for (const Scope* location : level.locations()) {
    const Match match(location->block());
    if (!match.regex()) continue;
    const auto finds = regex_finds(match, path);
    if (!finds) return {nullptr, false, true};
    if (!*finds) continue;
    const Found inner = search(*location, path);
    if (inner.unknown || inner.location) return {inner.location, true, inner.unknown};
    return {location, true, false};
  }
  return {};
}

Found search(const Scope& level, const std::string& path) {
  Found found = search_static(level, path);
  if (found.sure) return found;
  bool regexes = true;
  if (found.location) {
    regexes = Match(found.location->block()).modifier != "^~";
    const Found inner = search(*found.location, path);
    if (inner.unknown || inner.sure) return inner;
    if (inner.location) found.location = inner.location;
  }
  if (!regexes) return found;
  const Found other = search_regexes(level, path);
  return other.unknown || other.location ? other : found;
}

}  // namespace

const Scope* Model::route(const Scope& server, const std::string& path) {
  constexpr std::size_t kLongestPath = 1000;
  if (path.size() > kLongestPath) return nullptr;
  const Found found = search(server, path);
  return found.unknown ? nullptr : found.location;
}

const Scope* Model::named_location(const Scope& server, std::string_view name) {
  for (const Scope* location : server.locations()) {
    if (location->named() && location->block().arg(0) == name) return location;
  }
  return nullptr;
}

}  // namespace session::gateway
