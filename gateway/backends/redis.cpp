#include <optional>
#include <thread>
#include <utility>

#include "core/base/escape.h"
#include "core/store/redis/redis_store.h"
#include "gateway/backends/redis_families.h"
#include "gateway/backends/store_backend.h"
#include "gateway/backends/store_health.h"
#include "gateway/telemetry/metrics/store_report.h"

namespace session::gateway {
namespace {

// Logs an event, with a rate limit. Each worker has its own connections, so every event comes once per
// worker, and repeatedly while a server accepts connections but sends invalid replies.
void log_event(Log& log, const RedisEvent& event) {
  switch (event.kind) {
    case RedisEvent::Kind::connected:
      return log.info(Message::redis_connected, "redis {}: connected", printable(event.server));
    case RedisEvent::Kind::lost:
      return log.warn(Message::redis_lost, "redis {}: connection lost ({}); reconnecting",
                      printable(event.server), printable(event.reason));
    case RedisEvent::Kind::down:
      return log.error(Message::redis_down,
                       "redis {}: unreachable ({}); requests with a session get 503 until it is back",
                       printable(event.server), printable(event.reason));
    case RedisEvent::Kind::moved:
      return log.warn(Message::redis_moved, "redis {}: is now the master", printable(event.server));
    case RedisEvent::Kind::left:
      return log.info(Message::redis_left, "redis {}: no longer holds sessions", printable(event.server));
    case RedisEvent::Kind::announced:
      return log.info(Message::redis_announces, "redis {}: announces changes; the near cache is in use",
                      printable(event.server));
    case RedisEvent::Kind::unannounced:
      return log.warn(Message::redis_announces_not,
                      "redis {}: does not announce changes ({}); every check asks it until it does",
                      printable(event.server), printable(event.reason));
  }
}

StoreReport report_of(const RedisReport& redis, const std::optional<NearCache::Stats>& near_cache) {
  StoreReport report;
  report.up = !redis.cut_off;
  add_redis_families(report.families, redis);
  if (near_cache) add_near_cache_families(report.families, *near_cache);
  return report;
}

}  // namespace

StoreBackend make_redis_store(const Settings& settings, Telemetry& telemetry,
                              const StoreProgress& /*progress*/) {
  RedisStoreOptions options = settings.redis;
  options.prefix = "";  // The format builds the whole key, prefix included.
  // Shared, because connections live as long as the workers' loops.
  const auto health = std::make_shared<StoreHealth>(options.topology);
  options.on_event = [health, &log = telemetry.log()](const RedisEvent& event) {
    const Clock::Steady now = system_clock().steady_now();
    health->hear(event, std::this_thread::get_id(), now);
    const bool repeats =
        event.kind == RedisEvent::Kind::announced || event.kind == RedisEvent::Kind::unannounced;
    if (!repeats || health->is_news(event, now)) log_event(log, event);
  };
  options.on_too_large = [health, &log = telemetry.log()](std::size_t max_bytes) {
    health->count_too_large();
    log.warn(Message::redis_too_large, "redis: a record has more than {} bytes, and is not read: malformed",
             max_bytes);
  };
  const auto store = std::make_shared<RedisStore>(std::move(options));
  telemetry.register_store(
      [health, store] { return report_of(health->report(), store->near_cache_stats()); });
  return StoreBackend{[store](StoreObserver& observer) { return store->observed_by(observer); },
                      {},
                      [health] { return health->summary(system_clock().steady_now()); },
                      [health] { return !health->report().cut_off; }};
}

}  // namespace session::gateway
