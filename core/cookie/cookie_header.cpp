#include "core/cookie/cookie_header.h"

#include <algorithm>

#include "core/base/text.h"

namespace session {
namespace {

// Calls visit(pair) for each pair of each header. Pairs are trimmed, and empty ones skipped.
template <class CheckRequest>
void each_pair(std::span<const std::string_view> headers, CheckRequest visit) {
  for (std::string_view rest : headers) {
    while (!rest.empty()) {
      const std::string_view pair = take_item(rest, ';');
      if (!pair.empty()) visit(pair);
    }
  }
}

// Removes spaces around "=", as servers do: an application also reads " session =x" as a cookie named
// session.
std::string_view name_of(std::string_view pair) { return trimmed(pair.substr(0, pair.find('='))); }

std::string_view value_of(std::string_view pair) {
  const auto equals = pair.find('=');
  return equals == std::string_view::npos ? std::string_view{} : trimmed(pair.substr(equals + 1));
}

}  // namespace

CookieCandidates cookies_named(std::span<const std::string_view> headers, std::string_view name) {
  CookieCandidates found;
  std::size_t seen = 0;
  each_pair(headers, [&](std::string_view pair) {
    if (name_of(pair) != name || ++seen > kMaxCookieCandidates) return;
    const auto value = value_of(pair);
    if (std::find(found.begin(), found.end(), value) == found.end()) found.push_back(value);
  });
  return found;
}

std::string without_cookie(std::span<const std::string_view> headers, std::string_view name) {
  std::string rest;
  each_pair(headers, [&](std::string_view pair) {
    if (name_of(pair) == name) return;
    if (!rest.empty()) rest += "; ";
    rest += pair;
  });
  return rest;
}

}  // namespace session
