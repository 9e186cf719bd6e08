#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/cache_budget.h"
#include "core/base/clock.h"
#include "core/store/redis/near_cache/hearing.h"
#include "core/store/store.h"

namespace session {

struct NearCacheOptions {
  std::size_t max_bytes = 0;     // 0: there is no cache
  milliseconds max_age{10'000};  // how long a copy serves, even if no change is announced
  // How long a copy serves on while its server can't be reached; 0: it does not.
  milliseconds stale_on_outage{0};
  bool operator==(const NearCacheOptions&) const = default;
};

// Copies of entries that a server has promised to announce each change of (CLIENT TRACKING, "Server-assisted
// client side caching"). All event loops of a process share it, so that what one of them writes or hears of
// is gone for all. Thread-safe.
//
// A copy serves only while its server is heard (Hearing). A reply and an announcement come over different
// connections, and either may come first. So a reader takes a ticket before it asks the server, and a copy is
// kept only if no change of the entry was announced, or made by this process, since then.
class NearCache {
 public:
  // The state of a key before its entry is asked for.
  struct Ticket {
    std::uint32_t changes = 0;
    Clock::Steady at{};
  };
  struct Stats {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t stale = 0;          // copies that served during an outage
    std::uint64_t announcements = 0;  // changes of one key that servers have announced
    std::uint64_t flushes = 0;        // times that all copies of a connection were given up
    std::size_t entries = 0;
    std::size_t bytes = 0;
    milliseconds oldest_hit{};  // the greatest age of a copy that has served as a hit
  };

  // The clock outlives the cache.
  NearCache(NearCacheOptions options, const Clock& clock);
  ~NearCache();
  NearCache(const NearCache&) = delete;
  NearCache& operator=(const NearCache&) = delete;

  // Returns the copy of an entry, and the time that it has left by now; nullopt: there is none that may
  // serve. A copy of more than `max_bytes` is none.
  [[nodiscard]] std::optional<Entry> find(std::string_view key, std::size_t max_bytes);
  // The same while the server can't be reached: also a copy that has served within the last
  // `stale_on_outage`.
  [[nodiscard]] std::optional<Entry> find_stale(std::string_view key, std::size_t max_bytes);

  // To be called before the server is asked for an entry.
  [[nodiscard]] Ticket ticket(std::string_view key) const;
  // The server has answered that this is the entry, or that there is none. Another copy serves no more. This
  // one is kept if the ticket is good still, and if the connection was heard all the time: then `hearing` is
  // that. Without bytes or time left there is nothing to keep.
  void note(std::string_view key, const Ticket& ticket, const std::optional<Entry>& entry,
            std::shared_ptr<const Hearing> hearing);

  // The entry may have changed: this process has written it, or tried to.
  void forget(std::string_view key);
  // A server has announced that the entry has changed.
  void on_announced(std::string_view key);

  // How many connections are heard. Without any, nothing can be kept.
  [[nodiscard]] bool is_hearing() const { return hearings_.load(std::memory_order_relaxed) > 0; }
  void on_hearing() { hearings_.fetch_add(1, std::memory_order_relaxed); }
  void on_deaf() {
    hearings_.fetch_sub(1, std::memory_order_relaxed);
    flushes_.fetch_add(1, std::memory_order_relaxed);
  }
  // Frees some of what will not serve any more.
  void sweep();

  [[nodiscard]] bool serves_stale() const { return options_.stale_on_outage.count() > 0; }
  [[nodiscard]] Stats stats() const;

 private:
  struct Copy {
    std::string key;
    std::size_t hash;
    Bytes bytes;
    Clock::Steady kept_at;  // when the server was asked for it
    Clock::Steady ends;     // when the entry expires; max(): never
    std::shared_ptr<const Hearing> hearing;
    std::size_t cost;
  };
  using Copies = std::list<Copy>;

  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kCounters = 1024;  // in each shard
  // A part of the copies. The order of `copies` is that of their last use.
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    Copies copies;
    std::unordered_map<std::size_t, Copies::iterator> by_hash;  // of two keys with one hash, the first
    Stats stats;                                                // without what the cache counts as a whole
    // How often an entry has changed whose key has this hash; several keys share one.
    std::array<std::uint32_t, kCounters> changes{};
  };
  struct Place {
    Shard& shard;
    std::size_t hash;
    std::uint32_t& changes;
  };
  [[nodiscard]] Place place_of(std::string_view key) const;
  // The copy of a key; copies.end(): there is none. With the shard locked, as all functions below.
  [[nodiscard]] static Copies::iterator copy_of(const Place& place, std::string_view key);
  [[nodiscard]] bool may_serve(const Copy& copy, Clock::Steady now) const;
  [[nodiscard]] bool may_serve_stale(const Copy& copy, Clock::Steady now) const;
  void drop(Shard& shard, Copies::iterator copy);
  bool make_room(Shard& shard, std::size_t cost);
  void change(const Place& place);
  void keep(const Place& place, Copies fresh);

  const NearCacheOptions options_;
  const Clock& clock_;
  CacheBudget budget_;
  const std::unique_ptr<std::array<Shard, kShards>> shards_;

  std::atomic<std::size_t> hearings_ = 0;
  std::atomic<std::uint64_t> flushes_ = 0;
};

}  // namespace session
