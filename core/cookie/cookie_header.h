#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>
#include <boost/container/static_vector.hpp>

namespace session {

// The maximum number of cookies of one name that are tried. A browser sends one, or two while a path or
// domain changes.
inline constexpr std::size_t kMaxCookieCandidates = 8;
using CookieCandidates = boost::container::static_vector<std::string_view, kMaxCookieCandidates>;

// The cookies of a request: the pairs of its Cookie headers (RFC 6265 5.4: separated by ";"), which are read
// once for all that asks about them. Views of the headers.
class RequestCookies {
 public:
  explicit RequestCookies(std::span<const std::string_view> headers);

  // Returns the values of the first eight cookies of that name, in order and without duplicates. Values are
  // as sent, with their quotes.
  [[nodiscard]] CookieCandidates named(std::string_view name) const;

  // Returns the headers joined into one, without the cookies whose name `leave_out` is true of.
  template <class LeaveOut>
  [[nodiscard]] std::string without(LeaveOut leave_out) const {
    std::string rest;
    for (const Pair& pair : pairs_) {
      if (leave_out(pair.name())) continue;
      if (rest.empty()) {
        rest.reserve(size_);
      } else {
        rest.append("; ", 2);
      }
      rest.append(pair.text);
    }
    return rest;
  }

 private:
  struct Pair {
    std::string_view text;  // trimmed, not empty
    std::size_t name_size;
    [[nodiscard]] std::string_view name() const { return {text.data(), name_size}; }
  };

  boost::container::small_vector<Pair, 12> pairs_;
  std::size_t size_ = 0;  // of all pairs, joined
};

}  // namespace session
