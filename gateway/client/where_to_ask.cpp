#include "gateway/client/where_to_ask.h"

#include <optional>

#include "gateway/config/listen_address.h"

namespace session::gateway {
namespace {

std::optional<Service> service_of(std::string_view endpoint) {
  for (const auto& [name, service] : kServices) {
    if (name == endpoint) return service;
  }
  return std::nullopt;
}

Secret first_of(const std::vector<Secret>& secrets) { return secrets.empty() ? Secret() : secrets.front(); }

Secret first_of_all(const Settings& settings) {
  for (const std::vector<Secret>& secrets : settings.listen_secrets) {
    if (!secrets.empty()) return secrets.front();
  }
  return {};
}

ListenerToAsk configured(const Settings& settings, std::size_t i) {
  return {settings.listen[i], first_of(settings.listen_secrets[i])};
}

// Takes the protocol's name and the colon behind it from the beginning of an address.
std::optional<Protocol> take_protocol(std::string_view& address) {
  constexpr std::string_view kHttp = "http:", kFastcgi = "fastcgi:";
  const bool is_http = address.starts_with(kHttp);
  if (!is_http && !address.starts_with(kFastcgi)) return std::nullopt;
  address.remove_prefix(is_http ? kHttp.size() : kFastcgi.size());
  return is_http ? Protocol::http : Protocol::fastcgi;
}

}  // namespace

Result<ListenerToAsk, std::string> where_to_ask(std::string_view endpoint, const Settings& settings) {
  const auto service = service_of(endpoint);
  std::optional<std::size_t> by_fastcgi;
  for (std::size_t i = 0; i < settings.listen.size(); ++i) {
    const bool is_http = protocol_of(settings.listen[i]) == Protocol::http;
    if (is_http && service && serves_of(settings.listen[i]).contains(*service))
      return configured(settings, i);
    if (!is_http && !by_fastcgi) by_fastcgi = i;
  }
  if (by_fastcgi) return configured(settings, *by_fastcgi);
  const std::string name(endpoint);
  return "no listener answers " + name + ": add " + name +
         " to listen[].serves of one, or name one with --socket";
}

Result<ListenerToAsk, std::string> where_to_ask_at(std::string_view address, const Settings& settings) {
  if (address.starts_with("http://") || address.starts_with("https://"))
    return "expected an address and not a URL, such as http:127.0.0.1:9180, got " + std::string(address);
  const auto protocol = take_protocol(address);
  auto where = parse_listen_address(address);
  if (!where) return where.error();
  std::optional<ListenerToAsk> found;
  for (std::size_t i = 0; i < settings.listen.size() && !found; ++i) {
    if (same_place(settings.listen[i], *where)) found = configured(settings, i);
  }
  if (!found) found = ListenerToAsk{*where, first_of_all(settings)};
  if (protocol) std::visit([&](auto& each) { each.protocol = *protocol; }, found->where);
  return *found;
}

}  // namespace session::gateway
