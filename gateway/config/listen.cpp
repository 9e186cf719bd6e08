#include <arpa/inet.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/base/unix_socket.h"
#include "gateway/config/plain_text.h"
#include "gateway/config/sections.h"
#include "gateway/config/units.h"

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

std::optional<ListenUnix> unix_in(const Field& path_field, const Field& mode_field) {
  ListenUnix socket;
  const auto path = socket_path_in(path_field);
  const auto mode = mode_field.text("octal permissions such as \"0660\"");
  if (mode) {
    const auto bits = parse_mode(*mode);
    if (!bits) mode_field.expected("octal permissions such as \"0660\"");
    if (bits) socket.mode = *bits;
  }
  if (!path) return std::nullopt;
  socket.path = *path;
  return socket;
}

std::optional<Listen> listener_in(Section& section) {
  const Field path = section["unix"];
  const Field mode = section["mode"];
  const Field tcp = section["tcp"];
  if (path.given() == tcp.given()) {
    section.field().problem(path.given() ? "expected unix or tcp, not both" : "expected unix or tcp");
    return std::nullopt;
  }
  if (path.given()) return unix_in(path, mode);
  if (mode.given()) mode.problem("expected only with unix: a TCP socket has no permissions");
  return tcp_in(tcp);
}

struct ReadListener {
  std::string key;
  Listen where;
  std::vector<Secret> secrets;
};

bool same_place(const Listen& a, const Listen& b) {
  const auto* path = std::get_if<ListenUnix>(&a);
  const auto* other = std::get_if<ListenUnix>(&b);
  return path && other ? path->path == other->path : a == b;
}

}  // namespace

// The unknown keys of a listener are not quoted: they can be a mistyped secret.
void read_listen(const Field& field, Settings& to) {
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

}  // namespace session::gateway
