#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "core/json/json.h"

namespace session::test {

struct Reply {
  long status = 0;                                           // 0: no response
  long http_version = 0;                                     // CURL_HTTP_VERSION_...
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  [[nodiscard]] std::string header(std::string_view name) const;  // the first, or ""
  [[nodiscard]] bool has(std::string_view name) const { return !all(name).empty(); }
  [[nodiscard]] Json json() const { return Json::parse(body, nullptr, false); }
  // The value of the cookie that a Set-Cookie of that name sets; "" without one.
  [[nodiscard]] std::string cookie(std::string_view name) const;
};

// The address that a client connects to.
struct Site {
  std::string url;          // without a path: http://gateway.test
  std::string unix_socket;  // empty: TCP
  std::string ca_file;      // for https, which is then HTTP/2
};

using HeaderLines = std::vector<std::string>;  // "Name: value", or "Name;" for an empty value

// An HTTP client that keeps its connection. Follows no redirects. Not thread-safe: one per thread.
class Client {
 public:
  explicit Client(const Site& site);

  // From now on the client keeps and sends cookies like a browser.
  void keep_cookies();

  Reply get(const std::string& path, const HeaderLines& headers = {});
  Reply head(const std::string& path, const HeaderLines& headers = {});
  Reply post(const std::string& path, const std::string& body, const HeaderLines& headers = {});
  Reply send(const std::string& method, const std::string& path, const HeaderLines& headers = {});

 private:
  Reply perform(const std::string& path, const HeaderLines& headers);

  std::unique_ptr<CURL, void (*)(CURL*)> handle_;
  std::string url_;
};

}  // namespace session::test
