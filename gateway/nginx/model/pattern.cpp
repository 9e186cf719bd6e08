#include "gateway/nginx/model/pattern.h"

// The limit on the work of one match. Boost throws for a pattern that exceeds it.
#define BOOST_REGEX_MAX_STATE_COUNT 200000
#include <algorithm>
#include <string_view>
#include <vector>

#include <boost/regex.hpp>

namespace session::gateway {
namespace {

// The longest word that nginx accepts; it bounds the depth of the recursion.
constexpr std::size_t kMaxPattern = 4096;
constexpr int kMaxDepth = 50;

// Reads a regular expression and writes a text that it matches: each group's first alternative, each repeated
// part once.
class Sampler {
 public:
  explicit Sampler(std::string_view pattern) : pattern_(pattern) {}

  std::string alternatives(int depth) {
    std::string first = sequence(depth);
    while (sees('|')) {
      ++at_;
      sequence(depth);
    }
    return first;
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ >= pattern_.size(); }
  [[nodiscard]] bool sees(char c) const { return !at_end() && pattern_[at_] == c; }

  std::string sequence(int depth) {
    std::string text;
    while (!at_end() && !sees('|') && !sees(')')) {
      const std::string one = atom(depth);
      for (int times = repeated(); times > 0; --times) text += one;
    }
    return text;
  }

  std::string atom(int depth) {
    const char c = pattern_[at_++];
    if (c == '^' || c == '$') return {};
    if (c == '.') return "x";
    if (c == '[') return of_class();
    if (c == '\\' && !at_end()) return escaped(pattern_[at_++]);
    if (c != '(') return {c};
    if (depth >= kMaxDepth) {
      at_ = pattern_.size();
      return {};
    }
    const bool looks = looks_around();
    std::string inner = alternatives(depth + 1);
    if (sees(')')) ++at_;
    return looks ? std::string() : inner;
  }

  // Skips what makes a group of another kind of a (, and returns whether the group captures no text: (?=...).
  bool looks_around() {
    if (!sees('?')) return false;
    ++at_;
    if (sees('P')) ++at_;
    const bool named = sees('\'') || (sees('<') && pattern_.substr(at_ + 1, 1).find_first_of("=!") != 0);
    if (named) {
      at_ = std::min(pattern_.find(sees('<') ? '>' : '\'', at_ + 1), pattern_.size() - 1) + 1;
      return false;
    }
    const bool plain = sees(':') || sees('>') || sees('|');
    while (!at_end() && !sees(')') && !sees(':') && !plain && std::isalpha(pattern_[at_]) != 0) ++at_;
    const bool looks = sees('=') || sees('!') || sees('<');
    if (!sees(')')) ++at_;
    return looks;
  }

  static std::string escaped(char c) {
    constexpr std::string_view kNothing = "bBAzZGQE";
    if (kNothing.find(c) != kNothing.npos) return {};
    if (c == 'd') return "1";
    if (c == 'w' || c == 'S' || c == 'D') return "x";
    if (c == 's') return " ";
    return {c == 'W' ? '-' : c};
  }

  std::string of_class() {
    const bool negated = sees('^');
    if (negated) ++at_;
    const std::size_t begin = at_;
    if (sees(']')) ++at_;
    while (!at_end() && !sees(']')) {
      const auto name_end = pattern_.substr(at_).starts_with("[:") ? pattern_.find(":]", at_) : pattern_.npos;
      at_ = name_end != pattern_.npos ? name_end + 2 : at_ + (sees('\\') ? 2 : 1);
    }
    const std::string_view inside = pattern_.substr(begin, std::min(at_, pattern_.size()) - begin);
    at_ = std::min(at_ + 1, pattern_.size());
    if (negated) return inside.find('x') == inside.npos ? "x" : "7";
    if (inside.starts_with('\\') && inside.size() > 1) return escaped(inside[1]);
    return inside.starts_with("[:") ? "x" : std::string(inside.substr(0, 1));
  }

  // Skips a quantifier, and returns how often the part before it is written.
  int repeated() {
    int times = 1;
    if (sees('{')) {
      const auto end = pattern_.find('}', at_);
      if (end == pattern_.npos) return 1;
      times = std::clamp(std::atoi(std::string(pattern_.substr(at_ + 1, end - at_ - 1)).c_str()), 1, 64);
      at_ = end + 1;
    } else if (sees('*') || sees('+') || sees('?')) {
      ++at_;
    } else {
      return 1;
    }
    if (sees('?') || sees('+')) ++at_;
    return times;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
};

// Returns the names of the groups of a pattern: (?<name>...).
std::vector<std::string> group_names(std::string_view pattern) {
  std::vector<std::string> names;
  for (std::size_t at = 0; (at = pattern.find("(?", at)) != pattern.npos; ++at) {
    std::size_t begin = at + 2;
    if (begin < pattern.size() && pattern[begin] == 'P') ++begin;
    if (begin >= pattern.size() || (pattern[begin] != '<' && pattern[begin] != '\'')) continue;
    const auto end = pattern.find(pattern[begin] == '<' ? '>' : '\'', begin + 1);
    if (end != pattern.npos) names.emplace_back(pattern.substr(begin + 1, end - begin - 1));
  }
  return names;
}

}  // namespace

std::optional<std::string> sample_of(const std::string& pattern) {
  if (pattern.size() > kMaxPattern) return std::nullopt;
  std::string text = Sampler(pattern).alternatives(0);
  if (text.size() > kMaxPattern || !captures_of(pattern, text)) return std::nullopt;
  return text;
}

std::optional<std::string> path_sample_of(const std::string& pattern) {
  auto sample = sample_of(pattern);
  if (!sample || sample->starts_with('/')) return sample;
  std::string path = "/x" + *sample;
  if (captures_of(pattern, path)) return path;
  path = "/" + *sample;
  return captures_of(pattern, path) ? std::optional(path) : std::nullopt;
}

std::optional<std::map<std::string, std::string>> captures_of(const std::string& pattern,
                                                              const std::string& text) {
  if (pattern.size() > kMaxPattern) return std::nullopt;
  try {
    boost::smatch match;
    if (!boost::regex_search(text, match, boost::regex(pattern, boost::regex::perl))) return std::nullopt;
    std::map<std::string, std::string> captures;
    for (std::size_t i = 1; i < match.size(); ++i)
      captures[std::to_string(i)] = match[static_cast<int>(i)].str();
    for (const std::string& name : group_names(pattern)) captures[name] = match[name].str();
    return captures;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace session::gateway
