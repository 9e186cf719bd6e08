#include "gateway/nginx/model/gateway_usage.h"

#include <algorithm>
#include <utility>

namespace session::gateway {
namespace {

constexpr std::string_view kUpstream = "session_gateway";

void add_once(std::vector<const Scope*>& to, const Scope* scope) {
  if (std::find(to.begin(), to.end(), scope) == to.end()) to.push_back(scope);
}

// The @names that requests of a location go on to by themselves.
std::vector<std::string> named_targets(const Scope& spot) {
  std::vector<std::string> names;
  for (const char* directive : {"try_files", "error_page"}) {
    for (const Directive* line : spot.own(directive)) {
      if (!line->args.empty() && line->args.back().starts_with('@')) names.push_back(line->args.back());
    }
  }
  return names;
}

}  // namespace

Site::Site(const Model& model, GatewayFacts facts) : model_(model), facts_(std::move(facts)) {
  find_checks();
  find_applications();
}

std::optional<std::string> Site::check(const Scope& spot) {
  const Directive* line = spot.find("auth_request");
  if (!line || line->arg(0) == "off") return std::nullopt;
  return line->arg(0);
}

const Scope* Site::auth_location(const Scope& spot) const {
  const auto path = check(spot);
  const Scope* server = spot.enclosing(Scope::Level::server);
  const auto found = answered_by_.find({server, path.value_or("")});
  return found == answered_by_.end() ? nullptr : found->second;
}

bool Site::asks_gateway(const Scope& spot) const {
  return may_be_gateway(auth_location(spot)) || check(spot).value_or("").starts_with("/_session/");
}

bool Site::may_be_gateway(const Scope* location) const {
  const auto handler = location ? Model::handler(*location) : std::nullopt;
  if (!handler || handler->kind != "fastcgi") return false;
  return params(*location, "SCRIPT_FILENAME").empty() || !params(*location, "GATEWAY_ENDPOINT").empty();
}

void Site::find_checks() {
  for (const Scope* spot : model_.spots()) {
    const Scope* server = spot->enclosing(Scope::Level::server);
    if (is_endpoint(*spot, "commit")) with_commit_.insert(server);
    const auto path = check(*spot);
    if (!path) continue;
    with_checks_.insert(server);
    const auto [asked, is_new] = answered_by_.try_emplace({server, *path}, nullptr);
    if (!is_new) continue;
    const Scope* location = Model::route(*server, path->substr(0, path->find('?')));
    asked->second = location;
    if (may_be_gateway(location)) add_once(auth_locations_, location);
  }
}

std::vector<Setting> Site::params(const Scope& spot, std::string_view name) const {
  std::vector<Setting> found;
  for (const Directive* line : spot.list("fastcgi_param")) {
    if (line->arg(0) == name) found.push_back({line, line->arg(1)});
  }
  return found;
}

std::set<std::string> Site::words_of_locations(const Scope& auth) const {
  std::set<std::string> names;
  for (const char* param : {"GATEWAY_REQUIRE", "GATEWAY_TOUCH"}) {
    for (const Setting& setting : params(auth, param)) {
      for (std::string& name : variables_in(setting.value)) names.insert(std::move(name));
    }
  }
  return names;
}

bool Site::is_endpoint(const Scope& spot, std::string_view name) const {
  const auto all = params(spot, "GATEWAY_ENDPOINT");
  return std::any_of(all.begin(), all.end(), [&](const Setting& setting) { return setting.value == name; });
}

bool Site::is_gateway(const Scope& spot) const {
  const auto handler = Model::handler(spot);
  if (!handler || handler->kind != "fastcgi") return false;
  if (model_.target(*handler) == kUpstream || !params(spot, "GATEWAY_ENDPOINT").empty()) return true;
  return std::find(auth_locations_.begin(), auth_locations_.end(), &spot) != auth_locations_.end();
}

void Site::find_applications() {
  const auto add = [this](const Scope& spot) {
    const auto handler = Model::handler(spot);
    if (!handler || is_gateway(spot)) return;
    applications_.merge(model_.addresses(*handler));
  };
  for (const Scope* spot : model_.spots()) {
    if (!check(*spot) || !asks_gateway(*spot)) continue;
    add(*spot);
    const Scope* server = spot->enclosing(Scope::Level::server);
    for (const std::string& name : named_targets(*spot)) {
      if (const Scope* target = Model::named_location(*server, name)) add(*target);
    }
  }
}

bool Site::is_application(const Scope& spot) const {
  const auto handler = Model::handler(spot);
  if (!handler || is_gateway(spot)) return false;
  const auto addresses = model_.addresses(*handler);
  return std::any_of(addresses.begin(), addresses.end(),
                     [this](const std::string& address) { return applications_.count(address) > 0; });
}

std::vector<const Scope*> Site::handling_spots() const {
  std::vector<const Scope*> spots;
  for (const Scope* spot : model_.spots()) {
    const auto handler = Model::handler(*spot);
    const bool by_itself = handler && spot->own(handler->line->name).size() > 0;
    if (spot->level() == Scope::Level::location || by_itself) spots.push_back(spot);
  }
  return spots;
}

}  // namespace session::gateway
