#include <arpa/inet.h>
#include <grp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/unix_socket.h"
#include "gateway/config/listen_address.h"
#include "gateway/config/plain_text.h"
#include "gateway/config/sections.h"
#include "gateway/config/shapes.h"
#include "gateway/config/units.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

// The address as inet_ntop writes it, so that two spellings of it are equal; nullopt if it is not numeric.
std::optional<std::string> canonical_address(const std::string& text, int family) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (text.find('\0') != text.npos || inet_pton(family, text.c_str(), address.data()) != 1)
    return std::nullopt;
  if (!inet_ntop(family, address.data(), out.data(), static_cast<socklen_t>(out.size()))) return std::nullopt;
  return std::string(out.data());
}

// Reads 127.0.0.1:9000 or [::1]:9000. Rejects names: they may resolve to another address than was meant.
std::optional<ListenTcp> tcp_in(const Field& field) {
  constexpr std::string_view kForm = "an address and port such as 127.0.0.1:9000 or \"[::1]:9000\"";
  const auto refuse = [&](std::string_view what) {
    field.expected(what);
    return std::nullopt;
  };
  const auto text = field.text(kForm);
  if (!text) return std::nullopt;
  const auto colon = text->rfind(':');
  if (colon == text->npos) return refuse(kForm);
  std::string host(text->substr(0, colon));
  if (host.empty()) return refuse("an address before the port (0.0.0.0 for all of IPv4)");
  const bool brackets = host.front() == '[' && host.back() == ']';
  if (!brackets && host.find(':') != host.npos)
    return refuse("brackets around an IPv6 address (\"[::1]:9000\")");
  if (brackets) host = host.substr(1, host.size() - 2);
  const auto address = canonical_address(host, brackets ? AF_INET6 : AF_INET);
  if (!address) return refuse("a numeric address, not a name");
  const auto port = parse_count(text->substr(colon + 1));
  if (!port || *port == 0 || *port > 65535) return refuse("a port of 1..65535");
  return ListenTcp{*address, static_cast<std::uint16_t>(*port)};
}

std::optional<std::string> socket_path_in(const Field& field) {
  const auto text = field.text("the path of a socket");
  if (!text) return std::nullopt;
  if (!text->starts_with('/') || text->ends_with('/') || first_not_text(*text)) {
    field.expected("the absolute path of a socket");
  } else if (text->size() > kMaxSocketPath) {
    field.problem("expected a path of at most " + std::to_string(kMaxSocketPath) + " bytes, got " +
                  std::to_string(text->size()));
  } else {
    return std::filesystem::path(*text).lexically_normal().string();
  }
  return std::nullopt;
}

void describe_path(const Field& field) {
  field.describe([] { return Json{{"type", "string"}, {"pattern", "^/"}, {"maxLength", kMaxSocketPath}}; });
}

// The number of the group of that name. nullopt: there is none, or the user database can't tell.
std::optional<gid_t> group_id(const std::string& name) {
  std::vector<char> strings(1024);
  group entry{};
  group* found = nullptr;
  int failed = 0;
  while ((failed = ::getgrnam_r(name.c_str(), &entry, strings.data(), strings.size(), &found)) == ERANGE)
    strings.resize(2 * strings.size());
  if (failed != 0 || found == nullptr) return std::nullopt;
  return found->gr_gid;
}

std::optional<UserGroup> group_in(const Field& field) {
  constexpr std::string_view kForm = "the name or the number of a group";
  const auto text = field.text(kForm);
  if (!text) return std::nullopt;
  if (text->empty() || first_not_text(*text)) {
    field.expected(kForm);
    return std::nullopt;
  }
  const std::string name(*text);
  if (const auto number = parse_count(name); number && *number < std::numeric_limits<gid_t>::max())
    return UserGroup{name, static_cast<gid_t>(*number)};
  if (const auto id = group_id(name)) return UserGroup{name, *id};
  field.problem("this machine has no group " + shown(name) +
                ": expected that of nginx's workers (the second word of `user` in nginx.conf, or the first "
                "user's own group)");
  return std::nullopt;
}

constexpr Choices<Protocol, 2> kProtocols = {{{"fastcgi", Protocol::fastcgi}, {"http", Protocol::http}}};

// Reads what a listener of that protocol serves. Applications commit as anybody, so what serves them serves
// nobody else.
std::set<Service> services_in(const Field& field, Protocol protocol, const Field& listener) {
  std::set<Service> serves;
  field.describe([] { return Json{{"type", "array"}, {"minItems", 1}}; });
  for (const Field& item : items_of(field)) {
    Service service = Service::health;
    read_choice(item, service, kServices);
    serves.insert(service);
  }
  if (protocol == Protocol::fastcgi) {
    if (field.given())
      field.problem("expected only with protocol: http: by FastCGI the web server says GATEWAY_ENDPOINT");
  } else if (serves.empty() && field.clean()) {
    listener.problem(
        "expected serves beside protocol: http, such as [auth, session] or [health, ready, metrics]");
  } else if (serves.count(Service::commit) > 0 && serves.size() > 1) {
    field.problem(
        "expected commit alone: whoever reaches it logs in as anybody, so it needs a listener of its own, "
        "for "
        "applications");
  }
  return serves;
}

std::optional<ListenUnix> unix_in(const Field& path_field, const Field& mode_field,
                                  const Field& group_field) {
  constexpr unsigned kGroupMayConnect = 0020;
  ListenUnix socket;
  const auto path = socket_path_in(path_field);
  const auto mode = mode_field.text("octal permissions such as \"0660\"");
  if (mode) {
    const auto bits = parse_mode(*mode);
    if (!bits) mode_field.expected("octal permissions such as \"0660\"");
    if (bits) socket.mode = *bits;
  }
  socket.group = group_in(group_field);
  if (socket.group && (socket.mode & kGroupMayConnect) == 0)
    mode_field.problem("the group could not connect with these permissions: expected some such as \"0660\"");
  if (!path) return std::nullopt;
  socket.path = *path;
  return socket;
}

std::optional<Listen> place_in(Section& section) {
  const Field path = section["unix"];
  const Field mode = section["mode"];
  const Field group = section["group"];
  const Field tcp = section["tcp"];
  section.field().describe([] { return one_key_shape({"unix", "tcp"}); });
  describe_path(path);
  mode.describe([] { return Json{{"type", {"string", "integer"}}, {"pattern", "^0?[0-7]{3}$"}}; });
  group.describe([] { return Json{{"type", {"string", "integer"}}}; });
  tcp.describe([] { return pattern_shape("^([0-9.]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]+$"); });
  if (path.given() == tcp.given()) {
    section.field().problem(path.given() ? "expected unix or tcp, not both" : "expected unix or tcp");
    return std::nullopt;
  }
  if (path.given()) return unix_in(path, mode, group);
  if (mode.given()) mode.problem("expected only with unix: a TCP socket has no permissions");
  if (group.given()) group.problem("expected only with unix: a TCP socket has no group");
  return tcp_in(tcp);
}

std::optional<Listen> listener_in(Section& section) {
  Protocol protocol = Protocol::fastcgi;
  read_choice(section["protocol"], protocol, kProtocols);
  std::set<Service> serves = services_in(section["serves"], protocol, section.field());
  auto place = place_in(section);
  if (!place) return std::nullopt;
  std::visit(
      [&](auto& each) {
        each.protocol = protocol;
        each.serves = std::move(serves);
      },
      *place);
  return place;
}

struct ReadListener {
  std::string key;
  Listen where;
  std::vector<Secret> secrets;
};

}  // namespace

// The unknown keys of a listener are not quoted: they can be a mistyped secret.
void read_listen(const Field& field, Settings& to) {
  field.describe([] { return Json{{"minItems", 1}}; });
  std::vector<ReadListener> listeners;
  const std::vector<Field> items = items_of(field);
  for (const Field& item : items) {
    read_map(
        item,
        [&](Section& section) {
          std::vector<Secret> secrets;
          read_listen_secrets(section["secret"], secrets);
          const auto listener = listener_in(section);
          if (!listener) return;
          for (const ReadListener& earlier : listeners) {
            if (same_place(earlier.where, *listener)) return item.problem("the same as " + earlier.key);
          }
          listeners.push_back({item.key(), *listener, std::move(secrets)});
        },
        Section::Names::hidden);
  }
  if (!field.given() || !field.clean()) return;
  if (items.empty()) field.problem("expected at least one listener");
  to.listen.clear();
  to.listen_secrets.clear();
  for (ReadListener& each : listeners) {
    to.listen.push_back(std::move(each.where));
    to.listen_secrets.push_back(std::move(each.secrets));
  }
}

void read_admin(Section& section, Settings& to) {
  const Field socket = section["unix"];
  describe_path(socket);
  const auto path = socket_path_in(socket);
  read_flag(section["attributes"], to.admin.attributes);
  if (!path) return;
  const auto same = [&](const Listen& listen) { return same_place(listen, ListenUnix{*path}); };
  if (std::any_of(to.listen.begin(), to.listen.end(), same))
    return socket.problem("the same as one of listen: expected a socket of its own, for operators alone");
  to.admin.socket = *path;
}

}  // namespace session::gateway
