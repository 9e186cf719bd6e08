#include "core/store/redis_store.h"
#include "gateway/log/log.h"
#include "gateway/store/store_in_use.h"

namespace session::gateway {
namespace {

// Each worker has connections of its own, so each of these comes once per worker; and over and over while a
// server takes connections and answers nonsense.
void log_event(const RedisEvent& event) {
  static RateLimit connected;
  static RateLimit lost;
  static RateLimit down;
  static RateLimit moved;
  switch (event.kind) {
    case RedisEvent::Kind::connected:
      return info(connected, "redis {}: connected", printable(event.server));
    case RedisEvent::Kind::lost:
      return warn(lost, "redis {}: the connection ended ({}); connecting again", printable(event.server),
                  printable(event.reason));
    case RedisEvent::Kind::down:
      return error(down, "redis {}: out of reach ({}); sessions can't be answered for until it is back",
                   printable(event.server), printable(event.reason));
    case RedisEvent::Kind::moved:
      return warn(moved, "redis {}: is the master now", printable(event.server));
  }
}

}  // namespace

StoreInUse make_redis_store(const Settings& settings) {
  RedisStoreOptions options = settings.redis;
  options.prefix = "";  // keys are named by the dialect, prefix and all
  options.on_event = log_event;
  return StoreInUse{std::make_unique<RedisStore>(std::move(options)), {}};
}

}  // namespace session::gateway
