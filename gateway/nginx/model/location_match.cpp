#include "gateway/nginx/model/location_match.h"

// The limit on the work of one match. Boost throws for a pattern that exceeds it.
#define BOOST_REGEX_MAX_STATE_COUNT 200000
#include <algorithm>
#include <utility>
#include <vector>

#include <boost/regex.hpp>

#include "core/base/text.h"

namespace session::gateway {
namespace {

// The longest word that nginx accepts. It bounds the size of a compiled pattern.
constexpr std::size_t kMaxPattern = 4096;

// Returns the alternatives of a pattern outside of groups: ^/a and \.php$ for ^/a|\.php$. An unmatched ) ends
// the pattern.
std::vector<std::string> alternatives(std::string_view pattern) {
  std::vector<std::string> all(1);
  int depth = 0;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size() && depth >= 0; ++i) {
    const char c = pattern[i];
    if (c == '|' && depth == 0 && !in_class) {
      all.emplace_back();
      continue;
    }
    all.back() += c;
    if (c == '\\' && i + 1 < pattern.size()) {
      all.back() += pattern[++i];
    } else if (in_class) {
      in_class = c != ']';
    } else {
      in_class = c == '[';
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
  }
  return all;
}

// Returns true for ^/a, (^/a|^/b) and (?:^/a). kMaxPattern bounds the depth of the recursion.
bool anchored_at_start(std::string_view pattern) {
  const auto all = alternatives(pattern);
  return std::all_of(all.begin(), all.end(), [](const std::string& one) {
    if (one.starts_with("(?:")) return anchored_at_start(std::string_view(one).substr(3));
    if (one.starts_with('(')) return anchored_at_start(std::string_view(one).substr(1));
    return one.starts_with('^') || one.starts_with("\\A");
  });
}

// Returns the literal text that all matches of a pattern begin with: /image for ^/images?/.
std::string literal_prefix(const std::string& pattern) {
  if (!pattern.starts_with('^') || alternatives(pattern).size() > 1) return {};
  const auto end = std::min(pattern.find_first_of("\\.[](){}*+?$^", 1), pattern.size());
  std::string text = pattern.substr(1, end - 1);
  const bool repeated =
      end < pattern.size() && (pattern[end] == '?' || pattern[end] == '*' || pattern[end] == '{');
  if (repeated && !text.empty()) text.pop_back();
  return text;
}

// Returns true if one text is a prefix of the other, ignoring case.
bool is_prefix_of_other(const std::string& a, const std::string& b) {
  const auto n = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
  return std::equal(a.begin(), a.begin() + n, b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

struct LocationMatch::Pattern {
  // nullptr: Boost can't compile the pattern.
  static std::shared_ptr<const Pattern> of(const std::string& text, bool ignores_case);

  boost::regex regex;
  bool anchored = false;
  std::string beginning;
};

std::shared_ptr<const LocationMatch::Pattern> LocationMatch::Pattern::of(const std::string& text,
                                                                         bool ignores_case) {
  if (text.size() > kMaxPattern) return nullptr;
  try {
    auto pattern = std::make_shared<Pattern>();
    const auto flags = boost::regex::perl | (ignores_case ? boost::regex::icase : boost::regex::perl);
    pattern->regex = boost::regex(text, flags);
    pattern->anchored = anchored_at_start(text);
    pattern->beginning = literal_prefix(text);
    return pattern;
  } catch (const std::exception&) {
    return nullptr;
  }
}

LocationMatch::LocationMatch(const Directive& location) {
  const bool has_modifier = location.args.size() > 1;
  std::string modifier = has_modifier ? location.arg(0) : "";
  text_ = location.arg(has_modifier ? 1 : 0);
  for (const char* joined : {"=", "^~", "~*", "~"}) {  // `location =/path` is one word
    if (has_modifier || !text_.starts_with(joined)) continue;
    modifier = joined;
    text_.erase(0, modifier.size());
    break;
  }
  kind_ = modifier == "=" ? Kind::exact : modifier == "^~" ? Kind::shielded_prefix : Kind::prefix;
  if (modifier != "~" && modifier != "~*") return;
  kind_ = Kind::regex;
  ignores_case_ = modifier == "~*";
  pattern_ = Pattern::of(text_, ignores_case_);
}

bool LocationMatch::same_pattern(const LocationMatch& other) const {
  return kind_ == Kind::regex && other.kind_ == Kind::regex && text_ == other.text_ &&
         ignores_case_ == other.ignores_case_;
}

std::optional<bool> LocationMatch::finds(const std::string& path) const {
  if (!pattern_) return std::nullopt;
  // The literal prefix rules out most patterns without a search.
  if (path.size() < pattern_->beginning.size() || !is_prefix_of_other(pattern_->beginning, path))
    return false;
  try {
    return boost::regex_search(path, pattern_->regex);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

bool LocationMatch::anchored() const { return pattern_ && pattern_->anchored; }

bool LocationMatch::may_find_below(const std::string& beginning) const {
  if (!pattern_) return false;
  if (!pattern_->anchored) return true;
  if (!is_prefix_of_other(pattern_->beginning, beginning)) return false;
  try {
    // match_partial: the text may be the beginning of a path that the pattern matches.
    return boost::regex_search(beginning, pattern_->regex, boost::match_default | boost::match_partial);
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace session::gateway
