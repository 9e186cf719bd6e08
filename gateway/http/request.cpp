#include "gateway/http/request.h"

#include <algorithm>

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr char spelled(char c) { return c == '_' ? '-' : lower(c); }

bool is_named(const RequestHeaders::Header& header, std::string_view name) {
  return std::equal(header.name.begin(), header.name.end(), name.begin(), name.end(),
                    [](char given, char wanted) { return spelled(given) == lower(wanted); });
}

}  // namespace

std::string_view RequestHeaders::get(std::string_view name) const {
  for (const Header& header : headers_) {
    if (is_named(header, name)) return header.value;
  }
  return {};
}

RequestHeaders::Values RequestHeaders::all(std::string_view name) const {
  Values values;
  for (const Header& header : headers_) {
    if (is_named(header, name)) values.push_back(header.value);
  }
  return values;
}

}  // namespace session::gateway
