#pragma once

#include <cstddef>

#include "core/store/observer.h"
#include "gateway/telemetry/metrics/durations.h"

namespace session::gateway {

// The outcome of a request, for the label `outcome`. There are few, so that a graph of them stays readable.
enum class RequestOutcome { ok, refused, forbidden, bad_request, store_unavailable, error };
inline constexpr std::size_t kOutcomes = 6;

// The counters without further labels.
enum class Count {
  connection_opened,
  connection_closed,
  connection_accepted,
  connection_refused_limit,
  connection_refused_descriptors,
  connection_refused_memory,
  connection_ended_deadline,
  connection_ended_protocol,
  connection_ended_too_large,
  connection_ended_limit,
  session_new,
  session_moved,
  session_imported,
  session_id_login,
  session_id_rights,
  session_id_asked,
  session_destroyed,
  session_ended_limit,
  session_ended_admin,
  malformed_record,
  count  // the last one: how many there are
};
inline constexpr std::size_t kCounts = static_cast<std::size_t>(Count::count);

// The number of refusal reasons (request_labels.h), including one for all others.
inline constexpr std::size_t kReasons = 27;

// An endpoint in the metrics. `none` stands for requests of no endpoint, or of one that does not exist;
// Metrics::register_endpoint returns the others.
enum class EndpointId : std::size_t { none = 0 };

// The slot of each number in a row of counters. The numbers that every gateway has come first. Behind them
// each endpoint has a block, so the number of endpoints decides the length of a row.
namespace layout {

// The slots of a duration: the buckets, and behind them the sum in nanoseconds.
inline constexpr std::size_t kDuration = kBuckets + 1;

inline constexpr std::size_t kRefusals = kCounts;
inline constexpr std::size_t kStoreTimes = kRefusals + kReasons;
inline constexpr std::size_t kEndpoints = kStoreTimes + kStoreCommands * 2 * kDuration;
inline constexpr std::size_t kEachEndpoint = kOutcomes + kDuration;

[[nodiscard]] constexpr std::size_t of(Count count) { return static_cast<std::size_t>(count); }
[[nodiscard]] constexpr std::size_t refusal(std::size_t reason) { return kRefusals + reason; }
[[nodiscard]] constexpr std::size_t store_time(StoreCommand command, bool ok) {
  return kStoreTimes + (static_cast<std::size_t>(command) * 2 + (ok ? 0 : 1)) * kDuration;
}
[[nodiscard]] constexpr std::size_t request(EndpointId endpoint, RequestOutcome outcome) {
  return kEndpoints + static_cast<std::size_t>(endpoint) * kEachEndpoint + static_cast<std::size_t>(outcome);
}
[[nodiscard]] constexpr std::size_t request_time(EndpointId endpoint) {
  return kEndpoints + static_cast<std::size_t>(endpoint) * kEachEndpoint + kOutcomes;
}
// The length of a row; `endpoints` counts EndpointId::none.
[[nodiscard]] constexpr std::size_t size(std::size_t endpoints) {
  return kEndpoints + endpoints * kEachEndpoint;
}

}  // namespace layout
}  // namespace session::gateway
