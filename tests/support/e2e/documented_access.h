#pragma once

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/e2e/process.h"
#include "tests/support/places.h"

// Reads from docs/redis.md which permissions the gateway's user needs, so that tests run with exactly the
// documented permissions.
namespace session::test {

inline std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// The text between the first `begin` and the next `end`.
inline std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto at = text.find(begin);
  const auto stop = at == std::string::npos ? at : text.find(end, at + begin.size());
  if (stop == std::string::npos) throw std::runtime_error("docs/redis.md does not say: " + begin);
  return text.substr(at + begin.size(), stop - at - begin.size());
}

inline std::string documentation() { return read_file(source_root() + "/docs/redis.md"); }

// The ACL rules of the command that creates the user, with this password.
inline std::vector<std::string> documented_rules(const std::string& password) {
  auto rules = words_of(between(documentation(), "ACL SETUSER gateway ", "\n"));
  std::replace(rules.begin(), rules.end(), std::string(">PASSWORD"), ">" + password);
  return rules;
}

// The rules to add in a case, whatever the line breaks: documented_addition("With Sentinel add").
inline std::vector<std::string> documented_addition(const std::string& sentence) {
  const std::string text = replaced(documentation(), "\n", " ");
  return words_of(between(text, sentence + " `", "`"));
}

}  // namespace session::test
