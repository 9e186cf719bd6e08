#include "gateway/backends/redis_families.h"

namespace session::gateway {
namespace {

template <class Number>
double number(Number value) {
  return static_cast<double>(value);
}

}  // namespace

void add_redis_families(Families& families, const RedisReport& redis) {
  gauge(families, "session_gateway_store_connections", "The workers' connections to Redis, by state.")
      .value(number(redis.up), {{"state", "up"}})
      .value(number(redis.connecting), {{"state", "connecting"}})
      .value(number(redis.down), {{"state", "down"}});
  counter(families, "session_gateway_store_reconnects_total",
          "Connections to Redis that were made again after they had been lost, or could not be made.")
      .value(number(redis.reconnects));
  counter(families, "session_gateway_store_outages_total",
          "Times that a worker's connection to Redis was given up for down, so that commands failed at once.")
      .value(number(redis.outages));
  counter(families, "session_gateway_store_failovers_total",
          "Times that another Redis became the master that is used.")
      .value(number(redis.failovers));
}

}  // namespace session::gateway
