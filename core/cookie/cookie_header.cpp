#include "core/cookie/cookie_header.h"

#include <algorithm>

#include "core/base/text.h"

namespace session {
namespace {

// Removes spaces around "=", as servers do: an application also reads " session =x" as a cookie named
// session.
std::size_t name_size_of(std::string_view pair) { return trimmed(pair.substr(0, pair.find('='))).size(); }

std::string_view value_of(std::string_view pair) {
  const auto equals = pair.find('=');
  return equals == std::string_view::npos ? std::string_view{} : trimmed(pair.substr(equals + 1));
}

}  // namespace

RequestCookies::RequestCookies(std::span<const std::string_view> headers) {
  for (std::string_view rest : headers) {
    const char* last_end = nullptr;
    while (!rest.empty()) {
      const std::string_view pair = take_item(rest, ';');
      if (pair.empty()) continue;
      const bool joined = last_end != nullptr && pair.data() == last_end + 2 && last_end[0] == ';';
      pairs_.push_back({pair, name_size_of(pair), joined && last_end[1] == ' '});
      last_end = pair.data() + pair.size();
      size_ += pair.size() + 2;
    }
  }
}

void RequestCookies::append(std::string& rest, std::string_view run) const {
  if (run.empty()) return;
  if (rest.empty()) {
    rest.reserve(size_);
  } else {
    rest.append("; ", 2);
  }
  rest.append(run);
}

CookieCandidates RequestCookies::named(std::string_view name) const {
  CookieCandidates found;
  std::size_t seen = 0;
  for (const Pair& pair : pairs_) {
    if (pair.name() != name || ++seen > kMaxCookieCandidates) continue;
    const auto value = value_of(pair.text);
    if (std::find(found.begin(), found.end(), value) == found.end()) found.push_back(value);
  }
  return found;
}

}  // namespace session
