#include "gateway/config/problem.h"

#include <algorithm>

namespace session::gateway {
namespace {

constexpr std::size_t kMaxShown = 80;

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (is_graphic(c) || c == ' ') {
    out += c;
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
}

}  // namespace

std::string render(std::string_view file, const Problem& problem) {
  std::string out(file);
  if (problem.line > 0) out.append(":").append(std::to_string(problem.line));
  out += ": ";
  if (!problem.key.empty()) out.append(problem.key).append(": ");
  return out + problem.text;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMaxShown)) append_escaped(out, c);
  if (text.size() > kMaxShown) out += "...";
  return out;
}

std::string shown(std::string_view text) {
  const bool word = !text.empty() && std::all_of(text.begin(), text.end(), is_graphic);
  return word ? escaped(text) : '"' + escaped(text) + '"';
}

std::string any_of(const std::vector<std::string_view>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out;
}

}  // namespace session::gateway
