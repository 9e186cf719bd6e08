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
#include "core/store/redis/near_cache/near_cache.h"

namespace session {

// The address of a Redis server or sentinel: a host with a port, or the path of a Unix socket.
struct RedisAddress {
  std::string host = {};  // a name or a numeric address, without brackets
  std::uint16_t port = 6379;
  std::string path = {};  // the path of a Unix socket; if set, host and port are not used
  bool operator==(const RedisAddress&) const = default;
};

// Returns true if a text can be the host of an address: 1 to 253 characters of visible ASCII. Servers report
// the names of other servers, and these must not break or forge lines of the log.
[[nodiscard]] bool can_be_host(std::string_view text);

// Formats an address for the log: 10.0.0.7:6379, [::1]:6379 or unix:/run/redis.sock.
[[nodiscard]] std::string to_text(const RedisAddress& address);

enum class RedisTopology {
  single,    // There is one server and one address.
  sentinel,  // The addresses are those of sentinels, which report the master's address.
  cluster,   // The addresses are those of some nodes of a Redis Cluster, which report the others.
};

// The settings of TLS. The server's certificate and its name are always verified. The files are PEM.
struct RedisTls {
  std::string ca_file = {};      // empty: the certificate authorities that the system trusts
  std::string certificate = {};  // the client's certificate, which needs `key`; empty: none
  std::string key = {};
  std::string server_name = {};  // the name in the server's certificate; empty: the host of each address
  bool operator==(const RedisTls&) const = default;
};

// Returns the current password. Called at each connect, so that a changed password needs no restart. Must be
// thread-safe and must not throw. With an empty function or an empty password no AUTH is sent.
using PasswordSource = std::function<Secret()>;

// A change of a connection, for the operator.
struct RedisEvent {
  enum class Kind {
    connected,
    lost,   // The connection has ended. An attempt to connect follows, at once if the connection was stable.
    down,   // The circuit is open: commands fail fast until `connected`. Emitted once per outage.
    moved,  // A failover: another server has the sessions now. `connected` follows at once.
    left,   // A node has left its cluster: it gets no more commands.
    announced,    // The server announces changes: copies of its entries serve (near cache).
    unannounced,  // It does not, for that reason: every load asks it.
  };
  Kind kind{};
  std::string server;  // the address, from to_text()
  std::string reason;  // contains no secrets and no session data
};

// Called for each event, on the thread of its connection; must be thread-safe.
using RedisListener = std::function<void(const RedisEvent&)>;
// Tells a listener, if there is one. One that throws must not end a connection: its exception is dropped.
void tell(const RedisListener& listener, const RedisEvent& event);

struct RedisStoreOptions {
  std::vector<RedisAddress> addresses = {RedisAddress{"127.0.0.1", 6379}};
  RedisTopology topology = RedisTopology::single;
  std::string master_name = {};  // for sentinel: the master's name
  unsigned database = 0;         // the database for SELECT; 0 for cluster
  std::string user = {};         // the user in Redis' ACL; empty: the default user
  PasswordSource password = {};
  std::string sentinel_user = {};  // for sentinels with a user or password of their own
  PasswordSource sentinel_password = {};
  std::optional<RedisTls> tls = {};
  std::string prefix = "session:";  // the prefix of every key
  // For one call of the store, connecting and retries included. A connection on which nothing has arrived for
  // so long, while a reply was due, is given up.
  milliseconds deadline{1000};
  milliseconds connect_deadline{500};  // for one attempt to connect, TLS and handshake included
  // The most that load() returns, whatever its caller allows. A longer reply is a protocol error.
  std::size_t max_value_bytes = std::size_t{32} << 20;
  std::size_t expendable_bytes = std::size_t{256} << 20;  // of expendable entries (ExpendableWindow)
  NearCacheOptions near_cache = {};
  std::string client_name = "session-gateway";  // shown by CLIENT LIST
  RedisListener on_event = {};
  // Called for each value that load() does not return because it has more bytes than this, on the thread of
  // the call; must be thread-safe.
  std::function<void(std::size_t max_bytes)> on_too_large = {};
  StoreObserver* observer = nullptr;  // called for every command; outlives the store
};

}  // namespace session
