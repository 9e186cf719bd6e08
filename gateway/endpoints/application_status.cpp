#include "gateway/endpoints/application_status.h"

#include <charconv>

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr int kBadGateway = 502;

// The last status of a list; 0 if it is none.
int last_status(std::string_view list) {
  const auto separator = list.find_last_of(",:");
  const std::string_view text =
      trimmed(separator == std::string_view::npos ? list : list.substr(separator + 1));
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  return error == std::errc() && end == text.data() + text.size() && text.size() == 3 ? status : 0;
}

}  // namespace

int failed_status(std::span<const std::string_view> statuses) {
  for (const std::string_view list : statuses) {
    const int status = last_status(list);
    if (status >= 200 && status < 400) continue;
    return status >= 400 && status < 600 ? status : kBadGateway;
  }
  return 0;
}

}  // namespace session::gateway
