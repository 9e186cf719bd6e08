#include "gateway/config/listen_address.h"

#include <utility>

#include "gateway/config/sections.h"

namespace session::gateway {
namespace {

constexpr unsigned kAdminMode = 0600;

// A list of one listener, as a file has it: "- unix: /path".
YamlNode listener(std::string_view kind, std::string_view where) {
  YamlNode item, list;
  item.kind = YamlNode::Kind::map;
  item.entries.push_back({std::string(kind), 0, text_node(where)});
  list.kind = YamlNode::Kind::list;
  list.items.push_back(std::move(item));
  return list;
}

}  // namespace

YamlNode listen_node(std::string_view text) {
  constexpr std::string_view kUnix = "unix:", kTcp = "tcp:";
  if (text.starts_with(kUnix)) return listener("unix", text.substr(kUnix.size()));
  if (text.starts_with('/')) return listener("unix", text);
  return listener("tcp", text.starts_with(kTcp) ? text.substr(kTcp.size()) : text);
}

Result<Listen, std::string> parse_listen_address(std::string_view text) {
  ParseContext context({}, FormatRegistry::built_in());
  const YamlNode list = listen_node(text);
  Settings settings;
  read_listen(Field(context, &list, "listen", 0), settings);
  if (!context.problems().empty()) return context.problems().front().text;
  return settings.listen.front();
}

std::optional<Listen> admin_listener(const Settings& settings) {
  if (settings.admin.socket.empty()) return std::nullopt;
  return ListenUnix{settings.admin.socket, kAdminMode, Protocol::http, std::nullopt, {Service::admin}};
}

std::vector<Listen> all_listeners(const Settings& settings) {
  std::vector<Listen> all = settings.listen;
  if (auto admin = admin_listener(settings)) all.push_back(std::move(*admin));
  return all;
}

std::string in_brackets(const std::string& host) {
  return host.find(':') == host.npos ? host : "[" + host + "]";
}

std::string host_to_connect(const ListenTcp& listen) {
  if (listen.host == "0.0.0.0") return "127.0.0.1";
  return listen.host == "::" ? "::1" : listen.host;
}

std::string listener_address(const Listen& listen) {
  if (const auto* file = std::get_if<ListenUnix>(&listen)) return "unix:" + file->path;
  const auto& tcp = std::get<ListenTcp>(listen);
  return "tcp:" + in_brackets(tcp.host) + ":" + std::to_string(tcp.port);
}

bool same_place(const Listen& a, const Listen& b) {
  const auto* path = std::get_if<ListenUnix>(&a);
  const auto* other = std::get_if<ListenUnix>(&b);
  if (path != nullptr && other != nullptr) return path->path == other->path;
  const auto* tcp = std::get_if<ListenTcp>(&a);
  const auto* other_tcp = std::get_if<ListenTcp>(&b);
  return tcp != nullptr && other_tcp != nullptr && tcp->host == other_tcp->host &&
         tcp->port == other_tcp->port;
}

}  // namespace session::gateway
