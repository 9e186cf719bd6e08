#pragma once

#include <optional>
#include <string>
#include <vector>

namespace session::gateway {

// What a check by HTTP (/auth/NAME) asks for: what GATEWAY_* params say of a location of nginx.
struct HttpCheck {
  std::string name;
  std::vector<std::string> require = {"login"};  // rules; none: every session passes
  bool touch = true;                             // whether its requests extend the session
  // Whether browsers that ask for a page are sent to the login page, in place of a 401.
  bool redirect = false;
  std::string login_page = "/login";  // a path of the site, or an http or https address
  // The header in which the front passes on the path and query that the client asked for.
  std::string original = "X-Forwarded-Uri";
  bool operator==(const HttpCheck&) const = default;
};

// What /session/NAME allows and shows.
struct HttpView {
  std::string name;
  std::string allow;                  // as GATEWAY_ALLOW; empty: nothing
  std::optional<std::string> expose;  // as GATEWAY_EXPOSE; nullopt: all attributes
  bool operator==(const HttpView&) const = default;
};

}  // namespace session::gateway
