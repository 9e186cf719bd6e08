#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/store/observer.h"

namespace session {

// Where a Redis server or sentinel listens: a host with a port, or the path of a Unix socket.
struct RedisAddress {
  std::string host = {};  // a name or a numeric address, without brackets
  std::uint16_t port = 6379;
  std::string path = {};  // of a Unix socket; then host and port do not count
  bool operator==(const RedisAddress&) const = default;
};

// Whether a text can be the host of an address: up to 253 characters of visible ASCII. The names that servers
// report of each other must not break or forge lines of a log.
[[nodiscard]] bool can_be_host(std::string_view text);

// As logs name it: 10.0.0.7:6379, [::1]:6379 or unix:/run/redis.sock.
[[nodiscard]] std::string to_text(const RedisAddress& address);

enum class RedisTopology {
  single,    // one server, at the one address
  sentinel,  // the addresses are sentinels', which say where the master is
  cluster,   // the addresses are some of a Redis Cluster's nodes; the others are found through them
};

// TLS, with the server's certificate always verified, its name included. Files are PEM.
struct RedisTls {
  std::string ca_file = {};      // empty: the certificate authorities that the system trusts
  std::string certificate = {};  // of the client, with its key; empty: none
  std::string key = {};
  std::string server_name = {};  // what the certificate must be for; empty: the host of each address
  bool operator==(const RedisTls&) const = default;
};

// The present password. Called at each connect, so that a changed password needs no restart. Must be
// thread-safe and must not throw. Empty function or empty password: no AUTH.
using PasswordSource = std::function<Secret()>;

// A change of a connection that an operator wants to know of.
struct RedisEvent {
  enum class Kind {
    connected,
    lost,   // a connection ended; another attempt follows, at once if this connection had worked for a while
    down,   // The circuit is open: commands fail fast until `connected`. Emitted once per outage.
    moved,  // a failover: another server has the sessions now; `connected` follows at once
    left,   // a node has left its cluster: no command is sent to it any more
  };
  Kind kind{};
  std::string server;  // as to_text says it
  std::string reason;  // holds nothing secret and nothing of a session
};

struct RedisStoreOptions {
  std::vector<RedisAddress> addresses = {RedisAddress{"127.0.0.1", 6379}};
  RedisTopology topology = RedisTopology::single;
  std::string master_name = {};  // for sentinel: what the sentinels call the master
  unsigned database = 0;         // SELECT; 0 for cluster
  std::string user = {};         // of Redis' ACL; empty: the default user
  PasswordSource password = {};
  std::string sentinel_user = {};  // for sentinels that ask for one of their own
  PasswordSource sentinel_password = {};
  std::optional<RedisTls> tls = {};
  std::string prefix = "session:";     // of every key
  milliseconds deadline{250};          // for one answer, with everything that it takes: connecting, retrying
  milliseconds connect_deadline{500};  // for one attempt to connect, TLS and greeting included
  std::size_t max_value_bytes = std::size_t{16} << 20;  // a longer reply is taken for a broken one
  std::string client_name = "session-gateway";          // as CLIENT LIST shows it
  // Called for each event, on the thread of the connection; must be thread-safe.
  std::function<void(const RedisEvent&)> on_event = {};
  StoreObserver* observer = nullptr;  // called for every command; outlives the store
};

}  // namespace session
