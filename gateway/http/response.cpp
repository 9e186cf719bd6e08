#include "gateway/http/response.h"

#include <algorithm>

#include "core/base/text.h"

namespace session::gateway {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

Headers& Headers::add(std::string_view name, std::string_view value) {
  const std::size_t start = lines_.size();
  lines_.resize(start + name.size() + value.size() + 4);
  char* at = std::copy(name.begin(), name.end(), lines_.data() + start);
  *at++ = ':';
  *at++ = ' ';
  char* const end = std::copy(value.begin(), value.end(), at);
  for (const char c : {'\r', '\n', '\0'}) {
    if (value.find(c) != std::string_view::npos) std::replace(at, end, c, ' ');
  }
  end[0] = '\r';
  end[1] = '\n';
  return *this;
}

// The line of that name without its end; data() is null if there is none.
std::string_view Headers::find(std::string_view name) const {
  std::string_view rest = lines_;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    const std::size_t colon = line.find(':');
    if (equal_ignoring_case(line.substr(0, colon), name)) return line;
    rest.remove_prefix(end + 2);
  }
  return {};
}

bool Headers::has(std::string_view name) const { return find(name).data() != nullptr; }

std::string_view Headers::get(std::string_view name) const {
  const std::string_view line = find(name);
  return line.data() == nullptr ? line : line.substr(name.size() + 2);
}

}  // namespace session::gateway
