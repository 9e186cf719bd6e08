#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/browser/browser.h"

namespace session::test {

inline constexpr const char* kFirstBrowserKeys =
    "[{ id: k1, value: 'the first key of the tests with a browser' }]";

// What a test adds to the files in tests/support/browser. In each text @PORT@ is the site's port.
struct BrowserSiteOptions {
  std::string scheme = "https";  // or http
  std::string gateway = {};      // lines of gateway.yaml
  std::string store = "{ type: memory }";
  std::string http = {};      // lines at http level of nginx.conf
  std::string server = {};    // lines of the server of site.example: further locations, for example
  std::string refusals = {};  // session-gateway-refusals.conf; empty: there is none
  // The location of site.example for all that has no other one, such as the login page.
  std::string home = "location / { include session-gateway-public.conf; proxy_pass http://application; }";
};

// A private site with the real gateway, and the real nginx with what `session-gateway nginx` writes for it,
// and a browser that visits it. Its hosts, on one port of 127.0.0.1: site.example, which is localhost too;
// login.site.example, the login page of a domain; elsewhere.example, another site. The application is
// application.js. The logs are shown when the test fails.
class BrowserSite {
 public:
  explicit BrowserSite(const BrowserSiteOptions& options = {});
  BrowserSite(const BrowserSite&) = delete;
  BrowserSite& operator=(const BrowserSite&) = delete;
  ~BrowserSite();

  // Runs a script in the browser (Browser::run). Its variables are `site`, `login_site`, `elsewhere` and
  // `localhost` too: the addresses of these hosts, without a path.
  Json browse(const std::string& script);
  // https://site.example:PORT and a path.
  [[nodiscard]] std::string url(const std::string& path, const std::string& host = "site.example") const;

  // The statuses that requests for this path got from nginx, in order, whatever their query; waits for the
  // first.
  [[nodiscard]] std::vector<std::string> statuses(const std::string& path) const;
  // The gateway has these keys from now on.
  void use_keys(const std::string& keys);
  // What `session-gateway lint` says of this site's nginx.conf.
  [[nodiscard]] std::string lint() const { return lint("nginx.conf"); }
  // The same, as if nginx did not listen at 127.0.0.1 but for everybody.
  [[nodiscard]] std::string lint_when_public() const;

 private:
  void configure(const std::string& keys) const;
  void write_nginx_files() const;
  [[nodiscard]] std::string lint(const std::string& file) const;
  void start();
  [[nodiscard]] std::string filled(const std::string& name) const;
  [[nodiscard]] std::string log(const std::string& name) const { return read_file(dir_ / (name + ".log")); }

  BrowserSiteOptions options_;
  Browser browser_;
  TempDir dir_;
  int port_ = free_port();
  std::unique_ptr<Process> application_;
  std::unique_ptr<Process> gateway_;
  std::unique_ptr<Process> nginx_;
};

// The user whom the application was told of, by what a script returned of its answer; null if it did not
// answer.
[[nodiscard]] inline Json user_of(const Json& seen) {
  const Json told = seen.value("told", Json());
  return told.is_object() ? told.value("user", Json()) : Json();
}

}  // namespace session::test
