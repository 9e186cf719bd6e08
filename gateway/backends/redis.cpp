#include "core/store/redis/redis_store.h"
#include "gateway/backends/store_backend.h"
#include "gateway/backends/store_health.h"
#include "gateway/telemetry/log/log.h"

namespace session::gateway {
namespace {

// Each worker has connections of its own, so each of these comes once per worker; and over and over while a
// server takes connections and answers nonsense.
void log_event(const RedisEvent& event) {
  static RateLimit connected;
  static RateLimit lost;
  static RateLimit down;
  static RateLimit moved;
  static RateLimit left;
  switch (event.kind) {
    case RedisEvent::Kind::connected:
      return info(connected, "redis {}: connected", printable(event.server));
    case RedisEvent::Kind::lost:
      return warn(lost, "redis {}: connection lost ({}); reconnecting", printable(event.server),
                  printable(event.reason));
    case RedisEvent::Kind::down:
      return error(down, "redis {}: unreachable ({}); requests with a session get 503 until it is back",
                   printable(event.server), printable(event.reason));
    case RedisEvent::Kind::moved:
      return warn(moved, "redis {}: is now the master", printable(event.server));
    case RedisEvent::Kind::left:
      return info(left, "redis {}: no longer holds sessions", printable(event.server));
  }
}

}  // namespace

StoreBackend make_redis_store(const Settings& settings, StoreObserver* observer) {
  RedisStoreOptions options = settings.redis;
  options.prefix = "";  // keys are named by the dialect, prefix and all
  options.observer = observer;
  // Shared, as connections live as long as the workers' loops.
  const auto health = std::make_shared<StoreHealth>(options.topology);
  options.on_event = [health](const RedisEvent& event) {
    health->hear(event, std::this_thread::get_id(), system_clock().steady_now());
    log_event(event);
  };
  auto report = [health] { return StoreReport{StoreType::redis, {}, 0, health->report()}; };
  auto summary = [health] { return health->summary(system_clock().steady_now()); };
  return StoreBackend{
      std::make_unique<RedisStore>(std::move(options)), {}, std::move(report), std::move(summary)};
}

}  // namespace session::gateway
