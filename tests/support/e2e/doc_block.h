#pragma once

#include <stdexcept>
#include <string>

#include "tests/support/e2e/process.h"
#include "tests/support/places.h"

namespace session::test {

// The first block of that language in a page of the project that has this text in it.
inline std::string doc_block(const std::string& file, const std::string& language, const std::string& text) {
  const std::string page = read_file(source_root() + "/" + file);
  const std::string opening = "\n```" + language + "\n";
  for (auto at = page.find(opening); at != std::string::npos; at = page.find(opening, at + 1)) {
    const auto begin = at + opening.size();
    const std::string block = page.substr(begin, page.find("```\n", begin) - begin);
    if (block.find(text) != std::string::npos) return block;
  }
  throw std::runtime_error(file + " has no block of " + language + " with " + text);
}

}  // namespace session::test
