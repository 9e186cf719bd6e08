#pragma once

#include <memory>
#include <string_view>

#include "core/store/redis/connection/connection.h"
#include "core/store/redis/connection/options.h"
#include "core/store/redis/resp/server_error.h"

namespace session {

// What all event loops share: made once from the options.
struct RedisSetup {
  RedisStoreOptions options;
  const Clock& clock;               // outlives the setup
  std::shared_ptr<TlsContext> tls;  // nullptr: no TLS

  // Throws std::runtime_error if a TLS file can't be used, or a Unix socket's path is too long for the
  // system.
  explicit RedisSetup(RedisStoreOptions o, const Clock& c = system_clock());

  // For connections to servers that hold sessions.
  [[nodiscard]] RedisConnectionOptions to_server() const;
  // For connections to sentinels.
  [[nodiscard]] RedisConnectionOptions to_sentinel() const;
};

// Which server has a key: the one thing in which single server, Sentinel and Cluster differ. One per event
// loop, and used on its thread only.
class Topology {
 public:
  using ConnectionPtr = std::shared_ptr<RedisConnection>;

  static std::shared_ptr<Topology> make(const Executor& executor, std::shared_ptr<const RedisSetup> setup);
  virtual ~Topology() = default;

  // The connection to the server that has the key; nullptr if that is not known: call discover() first.
  virtual ConnectionPtr of(std::string_view key) = 0;
  // Asks the servers which one has which keys, until `deadline` at most.
  virtual Task<Result<void, ConnectError>> discover(Clock::Steady deadline) = 0;
  // The connection to the server that a redirection names; nullptr if this topology has no other servers.
  virtual ConnectionPtr redirected(const ServerError& redirection, const RedisConnection& by) = 0;
  // A command failed in a way that may mean that the servers have changed roles: asks them again soon.
  virtual void request_refresh() = 0;
  // The event loop ends.
  virtual void abandon() = 0;
};

}  // namespace session
