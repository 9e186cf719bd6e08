#include <stdexcept>

#include <yaml-cpp/yaml.h>

#include "core/base/text.h"
#include "tests/support/daemon/simulated_front.h"

namespace session::gateway::test {
namespace {

// A map of the configuration that has these options, and no other ones.
YAML::Node options(const YAML::Node& map, const std::set<std::string>& known) {
  if (!map.IsMap()) throw std::runtime_error("the configuration has no map where one belongs");
  for (const auto& each : map) {
    if (known.count(each.first.as<std::string>()) == 0)
      throw std::runtime_error("the simulation does not know the option " + each.first.as<std::string>());
  }
  return map;
}

std::set<std::string> names_in(const YAML::Node& list) {
  std::set<std::string> names;
  for (const auto& each : list) names.insert(each.as<std::string>());
  return names;
}

std::set<std::string> exact_names_in(const YAML::Node& matchers) {
  std::set<std::string> names;
  for (const auto& each : options(matchers, {"patterns"})["patterns"])
    names.insert(options(each, {"exact"})["exact"].as<std::string>());
  return names;
}

std::string path_of(const std::string& url) { return url.substr(url.find('/', url.find("//") + 2)); }

std::string host_of(const std::string& url) {
  const auto at = url.find("//") + 2;
  return url.substr(at, url.find('/', at) - at);
}

void read_mutations(const YAML::Node& filter, SimulatedFront& to) {
  const YAML::Node mutations =
      options(options(filter, {"@type", "mutations"})["mutations"], {"request_mutations"});
  for (const auto& each : mutations["request_mutations"]) {
    if (each["remove"]) {
      to.strips.insert(options(each, {"remove"})["remove"].as<std::string>());
      continue;
    }
    const YAML::Node append = options(options(each, {"append"})["append"], {"header", "append_action"});
    const YAML::Node header = options(append["header"], {"key", "value"});
    if (header["value"].as<std::string>() != "%REQ(:path)%" ||
        append["append_action"].as<std::string>() != "OVERWRITE_IF_EXISTS_OR_ADD")
      throw std::runtime_error("the simulation does not know that mutation");
    to.says_target_in = header["key"].as<std::string>();
  }
}

void read_ext_authz(const YAML::Node& filter, SimulatedFront& to) {
  const YAML::Node all =
      options(filter, {"@type", "failure_mode_allow", "status_on_error", "allowed_headers", "http_service"});
  if (all["failure_mode_allow"].as<bool>()) throw std::runtime_error("failure_mode_allow is on");
  to.outage = 403;
  if (options(all["status_on_error"], {"code"})["code"].as<std::string>() == "ServiceUnavailable")
    to.outage = 503;
  to.sends = exact_names_in(all["allowed_headers"]);
  to.sends->insert("authorization");
  const YAML::Node service =
      options(all["http_service"], {"server_uri", "path_prefix", "authorization_response"});
  (void)options(service["server_uri"], {"uri", "cluster", "timeout"});
  to.check = service["path_prefix"].as<std::string>();
  const YAML::Node response = options(service["authorization_response"],
                                      {"allowed_upstream_headers", "allowed_client_headers_on_success"});
  to.copies = exact_names_in(response["allowed_upstream_headers"]);
  to.passes_set_cookie =
      exact_names_in(response["allowed_client_headers_on_success"]).count("set-cookie") > 0;
}

}  // namespace

// pkg/middlewares/auth/forward.go, pkg/middlewares/headers and pkg/middlewares/connectionheader of Traefik 3.
SimulatedFront simulated_traefik(const std::string& configuration, const std::string& check) {
  const YAML::Node all = options(options(YAML::Load(configuration), {"http"})["http"], {"middlewares"});
  const YAML::Node middlewares = all["middlewares"];
  SimulatedFront front;
  front.label = "Traefik, simulated";
  front.removes_connection_fields = true;
  front.sets = {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Method", "@METHOD@"},
                {"X-Forwarded-Proto", "https"},   {"X-Forwarded-Host", "@HOST@"},
                {"X-Forwarded-Uri", "@TARGET@"},  {"Accept-Encoding", "gzip"}};
  for (int status = 200; status < 300; ++status) front.passing.insert(status);
  const YAML::Node chain = middlewares["session-gateway-" + check];
  for (const auto& each : options(options(chain, {"chain"})["chain"], {"middlewares"})["middlewares"]) {
    const YAML::Node middleware = options(middlewares[each.as<std::string>()], {"headers", "forwardAuth"});
    if (middleware["headers"]) {
      for (const auto& header :
           options(middleware["headers"], {"customRequestHeaders"})["customRequestHeaders"])
        if (header.second.as<std::string>().empty())
          front.strips.insert(lower(header.first.as<std::string>()));
      continue;
    }
    const YAML::Node ask =
        options(middleware["forwardAuth"], {"address", "trustForwardHeader", "preserveLocationHeader",
                                            "authResponseHeaders", "addAuthCookiesToResponse"});
    if (ask["trustForwardHeader"].as<bool>()) throw std::runtime_error("trustForwardHeader is on");
    const std::string address = ask["address"].as<std::string>();
    front.check = path_of(address);
    front.host = host_of(address);
    if (!ask["preserveLocationHeader"].as<bool>()) front.location_base = "http://" + front.host;
    front.copies = names_in(ask["authResponseHeaders"]);
    front.cookies = names_in(ask["addAuthCookiesToResponse"]);
    front.passes_set_cookie = !front.cookies.empty();
  }
  return front;
}

// ext_authz_http_impl.cc and ext_authz.cc of Envoy's filter ext_authz, and its filter header_mutation.
SimulatedFront simulated_envoy(const std::string& configuration) {
  const YAML::Node all =
      options(YAML::Load(configuration), {"common_http_protocol_options", "normalize_path", "merge_slashes",
                                          "path_with_escaped_slashes_action", "http_filters"});
  SimulatedFront front;
  front.label = "Envoy, simulated";
  front.method_is_clients = true;
  front.path_is_appended = true;
  front.sets = {{"Content-Length", "0"},
                {"X-Envoy-Internal", "true"},
                {"X-Forwarded-For", "192.0.2.1"},
                {"X-Forwarded-Proto", "https"}};
  front.passing = {200};
  front.outage_is_any_5xx = true;
  const YAML::Node protocol =
      options(all["common_http_protocol_options"], {"headers_with_underscores_action"});
  front.drops_underscores = protocol["headers_with_underscores_action"].as<std::string>() == "DROP_HEADER";
  std::string order;
  for (const auto& each : all["http_filters"]) {
    const std::string name = options(each, {"name", "typed_config"})["name"].as<std::string>();
    order += name.substr(name.rfind('.') + 1) + " ";
    if (name.ends_with("header_mutation")) read_mutations(each["typed_config"], front);
    if (name.ends_with("ext_authz")) read_ext_authz(each["typed_config"], front);
  }
  if (order != "header_mutation ext_authz router ")
    throw std::runtime_error("the simulation has another order of filters than " + order);
  return front;
}

// rootfs/etc/nginx/template/nginx.tmpl of ingress-nginx, and what nginx itself does: auth_request, and no
// fields with _.
SimulatedFront simulated_ingress_nginx(const std::string& configuration) {
  const std::vector<YAML::Node> documents = YAML::LoadAll(configuration);
  const YAML::Node own =
      options(documents.at(1)["data"], {"proxy-set-headers", "enable-underscores-in-headers"});
  const std::string prefix = "nginx.ingress.kubernetes.io/";
  const YAML::Node ingress = options(
      documents.at(2)["metadata"]["annotations"],
      {prefix + "auth-url", prefix + "auth-method", prefix + "auth-response-headers",
       prefix + "auth-always-set-cookie", prefix + "auth-signin", prefix + "auth-signin-redirect-param"});
  SimulatedFront front;
  front.label = "ingress-nginx, simulated";
  front.sets = {{"Content-Length", ""},
                {"X-Forwarded-Proto", ""},
                {"X-Request-ID", "0123456789abcdef"},
                {"X-Original-URI", "@TARGET@"},
                {"X-Scheme", "https"},
                {"X-Original-URL", "https://@HOST@@TARGET@"},
                {"X-Original-Method", "@METHOD@"},
                {"X-Sent-From", "nginx-ingress-controller"},
                {"X-Real-IP", "192.0.2.1"},
                {"X-Forwarded-For", "192.0.2.1"},
                {"X-Auth-Request-Redirect", "@TARGET@"}};
  for (int status = 200; status < 300; ++status) front.passing.insert(status);
  front.refusals = SimulatedFront::Refusals::only_401_and_403;
  front.copies_empty = false;
  front.drops_underscores = !own["enable-underscores-in-headers"].as<bool>();
  const std::string address = ingress[prefix + "auth-url"].as<std::string>();
  front.check = path_of(address);
  front.host = host_of(address);
  const std::string names = ingress[prefix + "auth-response-headers"].as<std::string>() + ",";
  for (std::size_t at = 0; at < names.size(); at = names.find(',', at) + 1)
    front.copies.insert(names.substr(at, names.find(',', at) - at));
  for (const auto& each : documents.at(0)["data"]) {
    if (each.second.as<std::string>().empty()) front.hides.insert(lower(each.first.as<std::string>()));
  }
  front.passes_set_cookie = true;
  const std::string signin = ingress[prefix + "auth-signin"].as<std::string>();
  front.signin = "https://@HOST@" + path_of(signin) + "?" +
                 ingress[prefix + "auth-signin-redirect-param"].as<std::string>() + "=https://@HOST@@TARGET@";
  return front;
}

}  // namespace session::gateway::test
