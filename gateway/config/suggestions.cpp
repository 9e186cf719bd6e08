#include "gateway/config/suggestions.h"

#include <algorithm>
#include <string>

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr std::size_t kMaxWord = 64;

// Optimal string alignment distance, row by row; the last two rows are kept for swapped letters.
std::size_t typing_errors(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(previous);
    previous.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t wrong = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + wrong});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

// Whether one is the beginning of the other, as "warn" is of "warning".
bool abbreviates(std::string_view a, std::string_view b) {
  constexpr std::size_t kShortest = 3;
  return std::min(a.size(), b.size()) >= kShortest && a != b && (a.starts_with(b) || b.starts_with(a));
}

std::size_t distance(std::string_view a, std::string_view b) {
  return abbreviates(a, b) ? 1 : typing_errors(a, b);
}

// One error in words of up to five letters, two up to eight, three beyond.
std::size_t forgiven(std::string_view word) { return word.size() <= 5 ? 1 : word.size() <= 8 ? 2 : 3; }

}  // namespace

std::optional<std::string_view> suggested(std::string_view text,
                                          const std::vector<std::string_view>& candidates) {
  if (text.size() > kMaxWord) return std::nullopt;
  const std::string word = lower(text);
  std::optional<std::string_view> best;
  std::size_t fewest = 0;
  for (const std::string_view candidate : candidates) {
    const std::size_t errors = distance(word, lower(candidate));
    if (errors > forgiven(candidate) || (best && errors >= fewest)) continue;
    best = candidate;
    fewest = errors;
  }
  return best;
}

std::string suggestion(std::string_view text, const std::vector<std::string_view>& candidates) {
  const auto meant = suggested(text, candidates);
  return meant ? std::string("; did you mean ").append(*meant).append("?") : std::string();
}

}  // namespace session::gateway
