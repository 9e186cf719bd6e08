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
    std::string_view run;  // pairs that are joined in the header as they are to be in the result
    for (const Pair& pair : pairs_) {
      if (leave_out(pair.name())) continue;
      if (pair.joined && !run.empty() && run.data() + run.size() + 2 == pair.text.data()) {
        run = {run.data(), run.size() + 2 + pair.text.size()};
      } else {
        append(rest, run);
        run = pair.text;
      }
    }
    append(rest, run);
    return rest;
  }

 private:
  void append(std::string& rest, std::string_view run) const;

  struct Pair {
    std::string_view text;  // trimmed, not empty
    std::size_t name_size;
    bool joined;  // the header has "; " and nothing else between the pair before it and this one
    [[nodiscard]] std::string_view name() const { return {text.data(), name_size}; }
  };

  boost::container::small_vector<Pair, 12> pairs_;
  std::size_t size_ = 0;  // of all pairs, joined
};

}  // namespace session
