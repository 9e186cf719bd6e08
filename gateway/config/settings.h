#pragma once

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/authz/rule_set.h"
#include "core/cookie/attributes.h"
#include "core/cookie/key_ring.h"
#include "core/identity/identity.h"
#include "core/record/policy.h"
#include "core/store/durable/durability.h"
#include "core/store/memory/memory_store.h"
#include "core/store/redis/connection/options.h"
#include "gateway/config/file.h"
#include "gateway/config/format_registry.h"
#include "gateway/config/http_checks.h"
#include "gateway/config/log_settings.h"
#include "gateway/config/redirect_hosts.h"

namespace session::gateway {

// Everything that a configuration file can say. The defaults are these initialisers, and those of the
// sections' own headers, and nowhere else; conf/gateway.yaml shows them, and a test compares the two.

// What the connections of a listener speak.
enum class Protocol { fastcgi, http };

// What a listener of the protocol `http` can answer (`listen[].serves`). The socket of `admin.unix` alone
// serves `admin`, so the file has no name for it.
enum class Service { auth, session, sessions, commit, health, ready, metrics, admin };
// Their names: in the file, of the endpoints, and in the paths.
inline constexpr std::array<std::pair<std::string_view, Service>, 7> kServices = {
    {{"auth", Service::auth},
     {"session", Service::session},
     {"sessions", Service::sessions},
     {"commit", Service::commit},
     {"health", Service::health},
     {"ready", Service::ready},
     {"metrics", Service::metrics}}};

// A group of this machine.
struct UserGroup {
  std::string name;  // as the file has it: a name or a number
  gid_t id = 0;
  bool operator==(const UserGroup&) const = default;
};

// Where the gateway listens: a Unix socket or a TCP address.
struct ListenUnix {
  std::string path;
  unsigned mode = 0660;  // permission bits of the socket file
  Protocol protocol = Protocol::fastcgi;
  std::optional<UserGroup> group = std::nullopt;  // the group of the socket file; nullopt: the process's own
  std::set<Service> serves = {};                  // of HTTP; what is not named is not there
  bool operator==(const ListenUnix&) const = default;
};
struct ListenTcp {
  std::string host;  // a numeric IPv4 or IPv6 address, without brackets
  std::uint16_t port = 0;
  Protocol protocol = Protocol::fastcgi;
  std::set<Service> serves = {};
  bool operator==(const ListenTcp&) const = default;
};
using Listen = std::variant<ListenUnix, ListenTcp>;

[[nodiscard]] inline Protocol protocol_of(const Listen& listen) {
  return std::visit([](const auto& each) { return each.protocol; }, listen);
}
[[nodiscard]] inline const std::set<Service>& serves_of(const Listen& listen) {
  return std::visit([](const auto& each) -> const std::set<Service>& { return each.serves; }, listen);
}

// How operators see and end sessions (the endpoint `admin`).
struct AdminSettings {
  // `unix`: where it answers by HTTP, to whoever the mode of the socket's file lets in; empty: nowhere.
  std::string socket;
  bool attributes = false;  // whether it shows the attributes of a session
};

struct Limits {
  std::size_t connections = 10000;     // open at once; then the longest idle one yields
  std::size_t request_bytes = 131072;  // one FastCGI request, headers and body
  std::size_t remembered = std::size_t{128}
                           << 20;  // by all workers, of cookies that verified and of decoded records
  milliseconds request_deadline = seconds(5);  // from a request's first byte to the last of its answer
};

// Whether answers wait for the store to have the change.
enum class FlushMode { wait, behind };

// Which changed attributes give a session a new id, beside its subject.
enum class RegenerateOn {
  rules,  // those that a rule reads
  off,
};

// What of the client of a login its session keeps, for the user and operators to see.
struct RecordClient {
  bool address = true;
  bool agent = true;
};

// Where sessions are kept.
enum class StoreType { memory, redis };

// What a gateway does while its file of sessions can't be written.
enum class OnDiskError {
  serve,   // it starts, and is ready, but says that it is degraded
  refuse,  // it does not start without the file, and is not ready while the file fails
};

// The file in which the sessions of the memory store outlive the process.
struct MemoryFile {
  std::string path;  // absolute; empty: there is none
  Durability durability = Durability::second;
  OnDiskError on_disk_error = OnDiskError::serve;
};

struct Settings {
  std::vector<Listen> listen = {ListenUnix{"/run/session-gateway/gateway.sock", 0660}};
  // `secret` of each of `listen`, in its order: what requests there must carry one of. Empty: nothing.
  std::vector<std::vector<Secret>> listen_secrets = {{}};
  std::optional<unsigned> workers;  // threads; nullopt (auto): one per core
  Limits limits;
  CookieAttributes cookie;
  // Where browsers may still have a cookie of that name: name and other attributes are those of `cookie`.
  std::vector<CookieAttributes> former_cookies;
  Secret salt;                    // empty, with no keys: random for this process
  std::vector<KeyMaterial> keys;  // empty: one random key for this process
  bool random_keys = false;       // whether keys and salt are such, made because the file has none
  Policy session;
  FlushMode flush = FlushMode::wait;
  // What a visitor's session loses at a login; the default is the format's (FormatRow::forget_at_login).
  std::vector<std::string> forget_at_login = FormatRow().forget_at_login;
  RegenerateOn regenerate_on = RegenerateOn::rules;
  RecordClient record_client;
  StoreType store_type = StoreType::memory;
  MemoryStoreOptions memory;  // read and checked whichever the type is, like the next two
  MemoryFile memory_file;
  RedisStoreOptions redis;
  IdentitySettings identity;
  std::vector<Rule> rules;
  // What listeners of the protocol `http` serve, by the names in their paths.
  std::vector<HttpCheck> checks = {HttpCheck{"login"}};
  std::vector<HttpView> views;
  RedirectHosts redirect_hosts;
  AdminSettings admin;
  // Whose cookies and records (`dialect`): the gateway's own, or those of a library that a site has used so
  // far.
  const FormatRow* format = &FormatRegistry::built_in().rows().front();
  std::vector<const FormatRow*> accept;  // whose sessions migrate to the native format when they are met
  // What the sections of the formats say, by the names of the formats: all of them are there.
  FormatRegistry::SettingsByName formats = FormatRegistry::built_in().defaults();
  LogSettings log;

  // Whether requests of any listener must carry a secret.
  [[nodiscard]] bool has_listen_secret() const {
    return std::any_of(listen_secrets.begin(), listen_secrets.end(),
                       [](const std::vector<Secret>& secrets) { return !secrets.empty(); });
  }
  // Whether the sessions are in memory, and in a file.
  [[nodiscard]] bool has_memory_file() const {
    return store_type == StoreType::memory && !memory_file.path.empty();
  }
  // Whether sessions of the format of that name migrate.
  [[nodiscard]] bool accepts(std::string_view name) const {
    return std::any_of(accept.begin(), accept.end(), [&](const FormatRow* row) { return row->name == name; });
  }
  // REQUIRES: the format is one of the registry that the file was read with.
  [[nodiscard]] const FormatSettings& format_settings(const FormatRow& row) const {
    return *formats.find(row.name)->second;
  }
  template <class Own>
  [[nodiscard]] const Own& format_settings(std::string_view name) const {
    return dynamic_cast<const Own&>(*formats.find(name)->second);
  }

  // The line of each key that the file has, by its dotted name.
  std::map<std::string, int, std::less<>> lines;
  // The files that it names, in the order in which they were read.
  std::vector<ReferencedFile> files;
  // What the file says that is risky and all the same allowed, as lines for the operator.
  std::vector<std::string> warnings;
};

}  // namespace session::gateway
