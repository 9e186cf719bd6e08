#pragma once

#include <cstddef>

#include "core/store/observer.h"
#include "gateway/telemetry/metrics/durations.h"

namespace session::gateway {

// The outcome of a request, for the label `outcome`. There are few, so that a graph of them stays readable.
enum class RequestOutcome { ok, refused, forbidden, bad_request, store_unavailable, error };
inline constexpr std::size_t kOutcomes = 6;

// What is counted and has no further labels.
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
  session_new,
  session_moved,
  session_id_login,
  session_id_asked,
  session_destroyed,
  malformed_record,
  count  // the last one: how many there are
};
inline constexpr std::size_t kCounts = static_cast<std::size_t>(Count::count);

// The reasons of refusal that there are (request_labels.h), and one for all others.
inline constexpr std::size_t kReasons = 16;

// An endpoint in the metrics. `none` stands for requests of no endpoint, or of one that does not exist; the
// others are given out by Metrics::register_endpoint.
enum class EndpointId : std::size_t { none = 0 };

// Where each number lies in a row of counters. What every gateway has comes first; each endpoint has a block
// behind that, so that a row is as long as there are endpoints.
namespace layout {

// Of a duration: the buckets, and behind them the sum in nanoseconds.
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
