#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/redis/connection/options.h"
#include "core/store/store.h"

namespace session {

class ExpendableWindow;
struct CommandError;
struct PreparedCall;
struct Reply;
struct RedisSetup;

// A Store in Redis: many processes share its sessions, and they survive a restart of the gateway. The
// topology is one server, the master that Sentinel reports, or a Redis Cluster.
//
// Thread-safe. Each event loop (io_context) that calls the store gets connections of its own, one to each
// server it needs, made when first needed and kept until the loop ends; one thread must run an io_context.
// Every call returns within options.deadline; StoreFailure is `full` for Redis' maxmemory, else
// `unavailable`. A command that the server may have executed is sent again only if that does no harm, so the
// outcome of a failed write is unknown. load() returns empty bytes for a key that holds another type than a
// string, or more bytes than the caller or options.max_value_bytes allow: the key exists, but is not a
// session. No more than these bytes and one cross the network. A key without a time to live has
// milliseconds::max() left.
// A write or a touch of an expendable entry that exceeds options.expendable_bytes (ExpendableWindow) is not
// sent, and fails as `full`; only a replace that does not make it larger is, and leaves the entry its end.
// The keys of each owner are in a sorted set of their own, whose name is options.prefix and the owner
// (core/store/redis/owner_index.h).
// Redis acknowledges a write before its replicas have it, so a failover can lose the latest writes.
class RedisStore final : public Store {
 public:
  // Makes no connection. Throws std::runtime_error if a TLS file can't be used, or if a Unix socket's path is
  // too long for the system. The clock outlives the store and the event loops that use it.
  explicit RedisStore(RedisStoreOptions options, const Clock& clock = system_clock());
  ~RedisStore() override;

  // Returns a store with the same sessions and connections that reports its commands to another observer: for
  // one thread with an observer of its own.
  [[nodiscard]] std::unique_ptr<RedisStore> observed_by(StoreObserver& observer) const;

  // nullopt: there is no near cache (RedisStoreOptions::near_cache).
  [[nodiscard]] std::optional<NearCache::Stats> near_cache_stats() const;

  Answer<std::optional<Entry>> load(std::string key, LoadTerms terms = {}) override;
  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override;
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override;
  Answer<TouchOutcome> touch(std::string key, StoreTerms terms) override;
  Answer<EraseOutcome> erase(std::string key, std::string owner = {}) override;
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected, std::string owner = {}) override;
  Answer<OwnedKeys> owned(std::string owner, std::size_t max) override;
  Answer<void> own(std::string key, std::string owner, milliseconds time_left) override;
  Answer<void> disown(std::string key, std::string owner, seconds as_of) override;
  Answer<KeyPage> keys(std::string cursor, std::size_t max) override;

 private:
  RedisStore(std::shared_ptr<const RedisSetup> setup, std::shared_ptr<ExpendableWindow> expendable,
             StoreObserver* observer);
  class CopyEnds;
  using Called = Result<std::vector<Reply>, CommandError>;
  [[nodiscard]] std::optional<Entry> loaded_entry(Called called, std::size_t max_bytes) const;
  // What the share of expendable entries allows a replace to do.
  struct Admitted {
    milliseconds ttl;
    bool counted;  // in place of the former entry
  };
  // nullopt: the entry would grow beyond the share.
  [[nodiscard]] std::optional<Admitted> admit_replace(std::size_t before, std::size_t after,
                                                      const StoreTerms& terms) const;
  Answer<CreateOutcome> create_alone(const PreparedCall& at, const Bytes& bytes, milliseconds ttl);
  Answer<CreateOutcome> create_owned(const PreparedCall& at, std::string_view key, const Bytes& bytes,
                                     const StoreTerms& terms);
  Answer<TouchOutcome> touch_kept(std::string key, StoreTerms terms);
  Answer<TouchOutcome> touch_expendable(std::string key, StoreTerms terms);

  const std::shared_ptr<const RedisSetup> setup_;
  const std::shared_ptr<ExpendableWindow> expendable_;
  StoreObserver* const observer_;
};

}  // namespace session
