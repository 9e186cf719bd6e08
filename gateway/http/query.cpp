#include "gateway/http/query.h"

#include <algorithm>
#include <charconv>

#include "core/base/escape.h"

namespace session::gateway {
namespace {

constexpr std::size_t kMaxBytes = 4096;

// Decodes a name or a value; nullopt: a percent sign does not begin two hexadecimal digits.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned char byte = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || read.ec != std::errc() || read.ptr != digits.data() + 2) return std::nullopt;
    out.push_back(static_cast<char>(byte));
    i += 2;
  }
  return out;
}

}  // namespace

Result<Query, InputProblem> Query::parse(std::string_view text, std::span<const std::string_view> names) {
  if (text.size() > kMaxBytes) return InputProblem("The query is longer than 4,096 bytes.");
  Query query;
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const auto name = decoded(part.substr(0, equals));
    const auto value = decoded(equals == std::string_view::npos ? "" : part.substr(equals + 1));
    if (!name || !value) return InputProblem("A percent sign in the query does not begin an escape.");
    if (std::find(names.begin(), names.end(), *name) == names.end())
      return InputProblem("The query has a name that means nothing here: " + printable(*name));
    if (query.has(*name)) return InputProblem("The query has a name twice: " + printable(*name));
    query.values_.emplace_back(*name, *value);
  }
  return query;
}

std::optional<std::string> Query::get(std::string_view name) const {
  const auto found =
      std::find_if(values_.begin(), values_.end(), [&](const auto& value) { return value.first == name; });
  return found == values_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace session::gateway
