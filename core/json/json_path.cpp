#include "core/json/json_path.h"

#include <algorithm>
#include <charconv>

namespace session {
namespace {

// Digits without a leading zero (RFC 6901, section 4).
std::optional<std::size_t> index_of(const std::string& token) {
  if (token.empty() || (token.front() == '0' && token.size() > 1)) return std::nullopt;
  std::size_t index = 0;
  const char* const end = token.data() + token.size();
  const auto [rest, error] = std::from_chars(token.data(), end, index);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return index;
}

}  // namespace

JsonPath::JsonPath(const std::string& text) {
  Json::json_pointer pointer(text);
  for (; !pointer.empty(); pointer.pop_back()) tokens_.push_back({pointer.back(), index_of(pointer.back())});
  std::reverse(tokens_.begin(), tokens_.end());
}

const Json* JsonPath::find(const Json& value) const {
  const Json* at = &value;
  for (const Token& token : tokens_) {
    if (const auto* members = at->get_ptr<const Json::object_t*>()) {
      const auto found = members->find(token.member);
      if (found == members->end()) return nullptr;
      at = &found->second;
    } else {
      const auto* elements = at->get_ptr<const Json::array_t*>();
      if (elements == nullptr || !token.element || *token.element >= elements->size()) return nullptr;
      at = &(*elements)[*token.element];
    }
  }
  return at;
}

}  // namespace session
