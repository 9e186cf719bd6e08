#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/store/redis/connection/options.h"
#include "core/store/store.h"

namespace session {

struct RedisSetup;

// Sessions in Redis: shared by many processes, and still there after a restart. One server, the master that
// Sentinel names, or a Redis Cluster.
//
// Thread-safe. Each event loop (io_context) that asks gets connections of its own, one to each server it
// needs, made when first needed and kept until the loop ends; an io_context must be run by one thread. Every
// answer comes within options.deadline, or is a StoreFailure: `full` for Redis' maxmemory, else
// `unavailable`. Nothing that may have been executed is sent a second time, unless that does no harm; so
// after a failed write it is not known whether it happened. A key that holds something else than a string is
// loaded as empty bytes: it is there, and nothing of ours. A key without a time to live has
// milliseconds::max() left. Redis acknowledges a write before its replicas have it, so a failover can lose
// the writes of the last moment.
class RedisStore final : public Store {
 public:
  // Connects to nothing yet. Throws std::runtime_error if a TLS file can't be used, or a Unix socket's path
  // is too long for the system. The clock outlives the store and the event loops that use it.
  explicit RedisStore(RedisStoreOptions options, const Clock& clock = system_clock());
  ~RedisStore() override;

  // A way to the same sessions, over the same connections, that tells another observer of the commands that
  // go through it: for one thread, with an observer of its own.
  [[nodiscard]] std::unique_ptr<RedisStore> observed_by(StoreObserver& observer) const;

  Answer<std::optional<Entry>> load(std::string key) override;
  Answer<CreateOutcome> create(std::string key, Bytes bytes, milliseconds ttl) override;
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, milliseconds ttl) override;
  Answer<TouchOutcome> touch(std::string key, milliseconds ttl) override;
  Answer<EraseOutcome> erase(std::string key) override;
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected) override;

 private:
  RedisStore(std::shared_ptr<const RedisSetup> setup, StoreObserver* observer);

  const std::shared_ptr<const RedisSetup> setup_;
  StoreObserver* const observer_;
};

}  // namespace session
