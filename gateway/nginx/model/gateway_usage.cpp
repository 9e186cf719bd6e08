#include "gateway/nginx/model/gateway_usage.h"

#include <algorithm>
#include <utility>

namespace session::gateway {
namespace {

constexpr std::string_view kUpstream = "session_gateway";
constexpr std::string_view kHttpUpstream = "session_gateway_http";

void add_once(std::vector<const Context*>& to, const Context* context) {
  if (std::find(to.begin(), to.end(), context) == to.end()) to.push_back(context);
}

// Returns the @names to which nginx passes requests of a location on: those in try_files and error_page.
std::vector<std::string> named_targets(const Context& context) {
  std::vector<std::string> names;
  for (const char* directive : {"try_files", "error_page"}) {
    for (const Directive* line : context.own(directive)) {
      if (!line->args.empty() && line->args.back().starts_with('@')) names.push_back(line->args.back());
    }
  }
  return names;
}

}  // namespace

GatewayUsage::GatewayUsage(const Model& model, GatewayFacts facts) : model_(model), facts_(std::move(facts)) {
  find_checks();
  find_applications();
}

std::optional<std::string> GatewayUsage::check(const Context& context) {
  const Directive* line = context.find("auth_request");
  if (!line || line->arg(0) == "off") return std::nullopt;
  return line->arg(0);
}

const Context* GatewayUsage::auth_location(const Context& context) const {
  const auto path = check(context);
  const Context* server = context.enclosing(Context::Level::server);
  const auto found = answered_by_.find({server, path.value_or("")});
  return found == answered_by_.end() ? nullptr : found->second;
}

bool GatewayUsage::asks_gateway(const Context& context) const {
  return may_be_gateway(auth_location(context)) || check(context).value_or("").starts_with("/_session/");
}

bool GatewayUsage::may_be_gateway(const Context* location) const {
  const auto handler = location ? Model::handler(*location) : std::nullopt;
  if (!handler || handler->kind != "fastcgi") return location && is_http_gateway(*location);
  return params(*location, "SCRIPT_FILENAME").empty() || !params(*location, "GATEWAY_ENDPOINT").empty();
}

void GatewayUsage::find_checks() {
  for (const Context* context : model_.contexts()) {
    const Context* server = context->enclosing(Context::Level::server);
    if (is_endpoint(*context, "commit")) servers_with_commit_.insert(server);
    const auto path = check(*context);
    if (!path) continue;
    servers_with_checks_.insert(server);
    const auto [entry, is_new] = answered_by_.try_emplace({server, *path}, nullptr);
    if (!is_new) continue;
    const Context* location = Model::route(*server, *path);  // nginx takes a ? as a part of the name
    entry->second = location;
    if (may_be_gateway(location))
      add_once(is_http_gateway(*location) ? http_auth_locations_ : auth_locations_, location);
  }
}

std::vector<Setting> GatewayUsage::params(const Context& context, std::string_view name) const {
  std::vector<Setting> found;
  for (const Directive* line : context.list("fastcgi_param")) {
    if (line->arg(0) == name) found.push_back({line, line->arg(1)});
  }
  return found;
}

std::set<std::string> GatewayUsage::requirement_variables(const Context& auth) const {
  std::set<std::string> names;
  for (const char* param : {"GATEWAY_REQUIRE", "GATEWAY_TOUCH"}) {
    for (const Setting& setting : params(auth, param)) {
      for (std::string& name : variables_in(setting.value)) names.insert(std::move(name));
    }
  }
  return names;
}

void GatewayUsage::add_sources(const Context& server, std::set<std::string>& names) const {
  for (std::size_t before = 0; before != names.size();) {
    before = names.size();
    for (const Context* context : model_.contexts()) {
      if (context->enclosing(Context::Level::server) != &server) continue;
      for (const Directive* line : context->own("set")) {
        if (!line->arg(0).starts_with('$') || names.count(line->arg(0).substr(1)) == 0) continue;
        for (std::string& name : variables_in(line->arg(1))) names.insert(std::move(name));
      }
    }
  }
}

bool GatewayUsage::is_endpoint(const Context& context, std::string_view name) const {
  const auto all = params(context, "GATEWAY_ENDPOINT");
  return std::any_of(all.begin(), all.end(), [&](const Setting& setting) { return setting.value == name; });
}

bool GatewayUsage::is_gateway(const Context& context) const {
  const auto handler = Model::handler(context);
  if (!handler || handler->kind != "fastcgi") return is_http_gateway(context);
  if (model_.target(*handler) == kUpstream || !params(context, "GATEWAY_ENDPOINT").empty()) return true;
  return std::find(auth_locations_.begin(), auth_locations_.end(), &context) != auth_locations_.end();
}

bool GatewayUsage::is_http_gateway(const Context& context) const {
  const auto handler = Model::handler(context);
  if (!handler || handler->kind != "proxy") return false;
  const auto addresses = model_.addresses(*handler);
  return model_.target(*handler) == kHttpUpstream ||
         std::any_of(addresses.begin(), addresses.end(),
                     [this](const std::string& address) { return facts_.http_addresses.count(address) > 0; });
}

std::string GatewayUsage::http_path(const Context& context) const {
  std::string text = model_.with_constants(Model::handler(context)->line->arg(0));
  const auto scheme = text.find("://");
  text.erase(0, scheme == text.npos ? 0 : scheme + 3);
  const auto colon = text.starts_with("unix:") ? text.find(':', 5) : text.npos;
  if (text.starts_with("unix:")) return colon == text.npos ? "" : text.substr(colon + 1);
  return text.substr(std::min({text.find('/'), text.find('$', 1), text.size()}));
}

void GatewayUsage::find_applications() {
  const auto add = [this](const Context& context) {
    const auto handler = Model::handler(context);
    if (!handler || is_gateway(context)) return;
    applications_.merge(model_.addresses(*handler));
  };
  for (const Context* context : model_.contexts()) {
    if (!check(*context) || !asks_gateway(*context)) continue;
    add(*context);
    const Context* server = context->enclosing(Context::Level::server);
    for (const std::string& name : named_targets(*context)) {
      if (const Context* target = Model::named_location(*server, name)) add(*target);
    }
  }
}

bool GatewayUsage::is_application(const Context& context) const {
  const auto handler = Model::handler(context);
  if (!handler || is_gateway(context)) return false;
  const auto addresses = model_.addresses(*handler);
  return std::any_of(addresses.begin(), addresses.end(),
                     [this](const std::string& address) { return applications_.count(address) > 0; });
}

std::vector<const Context*> GatewayUsage::handling_contexts() const {
  std::vector<const Context*> contexts;
  for (const Context* context : model_.contexts()) {
    const auto handler = Model::handler(*context);
    const bool has_own_handler = handler && context->own(handler->line->name).size() > 0;
    if (context->level() == Context::Level::location || has_own_handler) contexts.push_back(context);
  }
  return contexts;
}

}  // namespace session::gateway
