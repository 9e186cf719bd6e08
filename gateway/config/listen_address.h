#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/settings.h"

namespace session::gateway {

struct YamlNode;

// An address as `listen` has it in a file: a list of one map, of which `unix` or `tcp` is the only member.
// Whether it is a right one is up to the reader of `listen`.
[[nodiscard]] YamlNode listen_node(std::string_view text);

// The place that an address names: /path or unix:/path, 127.0.0.1:9000 or tcp:127.0.0.1:9000, with brackets
// around IPv6. By the reader of `listen`; the error is what that says of it.
[[nodiscard]] Result<Listen, std::string> parse_listen_address(std::string_view text);

// The address of a listener: unix:/path, tcp:127.0.0.1:9000, tcp:[::1]:9000.
[[nodiscard]] std::string listener_address(const Listen& listen);

// The listener of `admin.unix`, which only its owner and root can connect to; nullopt: there is none.
[[nodiscard]] std::optional<Listen> admin_listener(const Settings& settings);
// Where the gateway listens: `listen`, and the listener of `admin.unix` behind it.
[[nodiscard]] std::vector<Listen> all_listeners(const Settings& settings);

// Where a peer of this machine connects to, without brackets: the loopback address of a listener on every
// address.
[[nodiscard]] std::string host_to_connect(const ListenTcp& listen);
// A host as it stands before a port: IPv6 in brackets.
[[nodiscard]] std::string in_brackets(const std::string& host);

// Whether requests to the one arrive at the other.
[[nodiscard]] bool same_place(const Listen& a, const Listen& b);

}  // namespace session::gateway
