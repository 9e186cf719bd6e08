#include "gateway/endpoints/return_address.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void add_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
}

// Removes what browsers skip or take for a slash (https://url.spec.whatwg.org) from the beginning.
std::string_view without_slashes(std::string_view path) {
  const auto is_slash = [](char c) { return c == '/' || c == '\\' || static_cast<unsigned char>(c) <= ' '; };
  const auto* const begin = std::find_if_not(path.begin(), path.end(), is_slash);
  return path.substr(static_cast<std::size_t>(begin - path.begin()));
}

// A host, with or without a port, as nginx or a browser writes it.
bool is_host(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
}

}  // namespace

void add_return_address(Headers& headers, const Request& request) {
  const std::string_view address = request.address;
  if (!address.starts_with('/') || address.size() > kMaxReturnAddress) return;
  std::string path;
  path.reserve(address.size() + address.size() / 2);
  add_encoded(path, "/");
  add_encoded(path, without_slashes(address));
  headers.add("X-Session-Return", path);
  const std::string_view scheme = request.settings.scheme();
  const std::string_view host = trimmed(request.headers.get("Host"));
  if ((scheme != "https" && scheme != "http") || !is_host(host) || host.size() > kMaxReturnAddress) return;
  std::string url;
  url.reserve(scheme.size() + host.size() + path.size() + 16);
  add_encoded(url, scheme);
  add_encoded(url, "://");
  add_encoded(url, host);
  headers.add("X-Session-Return-URL", url + path);
}

}  // namespace session::gateway
