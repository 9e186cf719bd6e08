#pragma once

#include <span>
#include <string>
#include <string_view>

#include <boost/container/static_vector.hpp>

namespace session {

// The maximum number of cookies of one name that are tried. A browser sends one, or two while a path or
// domain changes.
inline constexpr std::size_t kMaxCookieCandidates = 8;
using CookieCandidates = boost::container::static_vector<std::string_view, kMaxCookieCandidates>;

// Returns the values of the first eight cookies of that name in Cookie headers (RFC 6265 5.4: pairs separated
// by ";"), in order and without duplicates. Values are as sent, with their quotes. The views point into
// `headers`.
[[nodiscard]] CookieCandidates cookies_named(std::span<const std::string_view> headers,
                                             std::string_view name);

// Returns the headers joined into one, without the cookies of that name.
[[nodiscard]] std::string without_cookie(std::span<const std::string_view> headers, std::string_view name);

}  // namespace session
