#include "gateway/transport/http/routes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/config/listen_address.h"
#include "gateway/transfer/export_lines.h"

namespace session::gateway {
namespace {

constexpr std::string_view kAuth = "/auth/";
constexpr std::string_view kSession = "/session/";

HttpRoute refused(Refusal refusal) {
  HttpRoute route;
  route.refusal = refusal;
  return route;
}

HttpRoute not_here() { return refused({404, "no-endpoint", "Nothing is served here."}); }

HttpRoute wrong_method(std::string_view allow) {
  return refused({405, "method-not-allowed", "This address does not take the method.", allow});
}

LocationSettings settings_of(const HttpCheck& check) {
  LocationSettings settings;
  settings.add_endpoint("auth");
  for (const std::string& rule : check.require) settings.add_require(rule);
  if (!check.touch) settings.add_touch("off");
  if (check.redirect) settings.set_login_page(check.login_page);
  return settings;
}

LocationSettings settings_of(const HttpView& view) {
  LocationSettings settings;
  settings.add_endpoint("session");
  settings.add_allow(view.allow);
  if (view.expose) settings.add_expose(*view.expose);
  return settings;
}

// What a listener with that address serves. One that `listen` does not name, a socket of the service manager,
// serves nothing.
std::set<Service> serves_at(const Settings& settings, const std::string& address) {
  for (const Listen& listen : all_listeners(settings)) {
    if (listener_address(listen) == address) return serves_of(listen);
  }
  return {};
}

}  // namespace

HttpRoutes::HttpRoutes(const Settings& settings, const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses) serves_.push_back(serves_at(settings, address));
  for (const HttpCheck& check : settings.checks)
    checks_.emplace(check.name, Check{settings_of(check), check.original});
  for (const HttpView& view : settings.views) views_.emplace(view.name, settings_of(view));
  for (const auto& [name, service] : kServices) {
    if (service != Service::auth && service != Service::session) others_[service].add_endpoint(name);
  }
  others_[Service::admin].add_endpoint("admin");
  max_batch_bytes_ = max_batch_bytes(settings);
}

std::size_t HttpRoutes::request_bytes(std::size_t listener, std::size_t usual) const {
  const bool is_for_operators = listener < serves_.size() && serves_[listener].count(Service::admin) > 0;
  return is_for_operators ? std::max(usual, max_batch_bytes_) : usual;
}

HttpRoute HttpRoutes::find(std::size_t listener, std::string_view method, std::string_view target) const {
  if (listener >= serves_.size()) return not_here();
  const std::set<Service>& serves = serves_[listener];
  if (serves.count(Service::admin) > 0) return admin();
  const std::string_view path = target.substr(0, target.find('?'));
  if (path.starts_with(kAuth) && serves.count(Service::auth) > 0) return check_in(path.substr(kAuth.size()));
  if (path.starts_with(kSession) && serves.count(Service::session) > 0)
    return view_in(path.substr(kSession.size()));
  for (const auto& [service, settings] : others_) {
    if (path.starts_with('/') && path.substr(1) == settings.endpoint() && serves.count(service) > 0)
      return other(service, method);
  }
  return not_here();
}

HttpRoute HttpRoutes::check_in(std::string_view rest) const {
  const std::string_view name = rest.substr(0, rest.find('/'));
  const auto check = checks_.find(name);
  if (check == checks_.end()) {
    HttpRoute route = refused({403, "no-check", "The gateway has no check of this name."});
    route.refusal->asked = name;
    return route;
  }
  HttpRoute route;
  route.settings = &check->second.settings;
  route.original = check->second.original;
  return route;
}

HttpRoute HttpRoutes::view_in(std::string_view rest) const {
  const auto view = views_.find(rest);
  if (view == views_.end()) return not_here();
  HttpRoute route;
  route.settings = &view->second;
  route.takes_body = true;
  return route;
}

// The endpoint knows its paths.
HttpRoute HttpRoutes::admin() const {
  HttpRoute route;
  route.settings = &others_.at(Service::admin);
  route.takes_body = true;
  route.is_operator = true;
  return route;
}

HttpRoute HttpRoutes::other(Service service, std::string_view method) const {
  HttpRoute route;
  route.is_application = service == Service::commit;
  route.takes_body = route.is_application;
  if (route.is_application && method != "POST") return wrong_method("POST");
  const bool reads = method == "GET" || method == "HEAD";
  // Which of the methods a user may, the endpoint says.
  if (!route.is_application && service != Service::sessions && !reads) return wrong_method("GET, HEAD");
  route.settings = &others_.at(service);
  return route;
}

}  // namespace session::gateway
