#include "gateway/nginx/model/sizes.h"

#include <charconv>

#include "core/base/text.h"

namespace session::gateway {

std::uint64_t nginx_size(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > 1ULL << 40) return 0;
  const std::string unit = lower(std::string(end, text.data() + text.size()));
  if (unit.empty()) return number;
  if (number > 1ULL << 30) return 0;
  return unit == "k" ? number << 10 : unit == "m" ? number << 20 : unit == "g" ? number << 30 : 0;
}

}  // namespace session::gateway
