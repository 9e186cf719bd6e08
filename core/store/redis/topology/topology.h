#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/redis/connection/connection.h"
#include "core/store/redis/connection/options.h"
#include "core/store/redis/resp/server_error.h"

namespace session {

// The options, the TLS context and the near cache, which all event loops share. Immutable, but for the
// cache.
struct RedisSetup {
  RedisStoreOptions options;
  const Clock& clock;                     // outlives the setup
  std::shared_ptr<TlsContext> tls;        // nullptr: no TLS
  std::shared_ptr<NearCache> near_cache;  // nullptr: there is none

  // Throws std::runtime_error if a TLS file can't be used, or a Unix socket's path is too long for the
  // system.
  explicit RedisSetup(RedisStoreOptions o, const Clock& c = system_clock());

  // Returns the options of a connection to a server that holds sessions.
  [[nodiscard]] RedisConnectionOptions to_server() const;
  // The same for one whose reads the near cache may keep copies of.
  [[nodiscard]] static RedisConnectionOptions to_server_with_cache(
      const std::shared_ptr<const RedisSetup>& setup, const Executor& executor);
  // Returns the options of a connection to a sentinel.
  [[nodiscard]] RedisConnectionOptions to_sentinel() const;
};

// Maps a key to the server that has it. Single server, Sentinel and Cluster differ only in this. Not
// thread-safe: each event loop has one.
class Topology {
 public:
  using ConnectionPtr = std::shared_ptr<RedisConnection>;

  static std::shared_ptr<Topology> make(const Executor& executor, std::shared_ptr<const RedisSetup> setup);
  virtual ~Topology() = default;

  // Returns the connection to the server that has the key; nullptr if it is unknown: call discover() first.
  virtual ConnectionPtr of(std::string_view key) = 0;
  // Returns the connections to all servers that have keys, always in the same order as long as they are the
  // same; none if they are unknown: call discover() first.
  virtual std::vector<ConnectionPtr> servers() = 0;
  // A short text that is another one when the servers are others, or when keys belong to another of them.
  // Empty: not known yet.
  [[nodiscard]] virtual std::string layout() const = 0;
  // Asks the servers which of them has which keys, by `deadline`.
  virtual Task<Result<void, ConnectError>> discover(Clock::Steady deadline) = 0;
  // The same, also if they are known: returns when that is what servers have said since the call began.
  virtual Task<Result<void, ConnectError>> refresh(Clock::Steady deadline) { return discover(deadline); }
  // Returns the connection to the server that a redirection names; nullptr if this topology has no such
  // server.
  virtual ConnectionPtr redirected(const ServerError& redirection, const RedisConnection& by) = 0;
  // Asks the servers again soon: a command has failed in a way that suggests that they have changed roles.
  virtual void request_refresh() = 0;
  // Releases all commands without a result, because the event loop ends.
  virtual void abandon() = 0;
};

}  // namespace session
