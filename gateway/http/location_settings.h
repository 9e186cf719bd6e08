#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/session/touch.h"

namespace session::gateway {

// What the front's configuration says of the location that a request came in by: which endpoint answers it,
// and what it requires and allows.
//
// The codec of each protocol fills it in once per request, from the front's words only. A setting may be
// given several times, as when an included file and a location both have a line of it. Then all of them count
// and the narrowest wins: no line opens what another closes. The order does not matter.
//
// A value without references to the request. Not thread-safe.
class LocationSettings {
 public:
  // Two different names are the name of no endpoint, since neither can be trusted to be the one that was
  // meant. The same name twice is that name.
  void add_endpoint(std::string_view name);
  // Names of rules, separated by commas. Lists add up: the session must satisfy all rules of all lists.
  void add_require(std::string_view rules);
  // Of set, unset, destroy, regenerate and lifetime, separated by commas; set:cart, unset:cart or
  // lifetime:remember for one. What each
  // list contains is allowed: `set` contains `set:cart`, an empty list contains nothing.
  void add_allow(std::string_view actions);
  // Names of attributes, separated by commas. What each list contains is shown; an empty list contains
  // nothing.
  void add_expose(std::string_view attributes);
  // "off" holds, however often and wherever "on" is said. Any other value is "on".
  void add_touch(std::string_view value);
  // "on" lets the application of the location commit. Any other value refuses it, also an empty one, however
  // often and wherever "on" is said.
  void add_commit(std::string_view value);
  // Where a browser that asks for a page without a session is sent, in place of a 401: a path, or an http or
  // https address.
  void set_login_page(std::string_view address) { login_page_ = address; }
  // The scheme of the location's addresses in browsers. Two different schemes equal no scheme.
  void add_scheme(std::string_view scheme);

  // Empty: none was named.
  [[nodiscard]] std::string_view endpoint() const { return endpoint_ ? std::string_view(*endpoint_) : ""; }
  // Empty: nothing is required.
  [[nodiscard]] std::string_view require() const { return require_; }
  // Empty: no action is allowed.
  [[nodiscard]] std::string_view allow() const { return allow_ ? std::string_view(*allow_) : ""; }
  // nullopt: all attributes are shown.
  [[nodiscard]] const std::optional<std::string>& expose() const { return expose_; }
  // Whether requests extend the session.
  [[nodiscard]] Touch touch() const { return touch_; }
  // Whether the endpoint `commit` applies what an application asks for. It does if the setting is not given.
  [[nodiscard]] bool may_commit() const { return may_commit_; }
  // Empty: nowhere; the front does that.
  [[nodiscard]] const std::string& login_page() const { return login_page_; }
  // Empty: not known.
  [[nodiscard]] std::string_view scheme() const { return scheme_; }

 private:
  std::optional<std::string> endpoint_;
  std::string require_;
  std::optional<std::string> allow_;
  std::optional<std::string> expose_;
  Touch touch_ = Touch::on;
  bool may_commit_ = true;
  std::string login_page_;
  std::string scheme_;
};

}  // namespace session::gateway
