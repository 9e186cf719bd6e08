#pragma once

#include <cstddef>

#include "core/store/observer.h"
#include "gateway/http/endpoint_names.h"
#include "gateway/telemetry/metrics/durations.h"

namespace session::gateway {

// What came of a request, as the label `outcome` says it: few, so that a graph of them can be read.
enum class Outcome { ok, refused, forbidden, bad_request, store_unavailable, error };
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
};
inline constexpr std::size_t kCounts = 15;

// The reasons of refusal that there are (request_labels.h), and one for all others.
inline constexpr std::size_t kReasons = 16;

// Where each figure lies in a tally: all of them in a row, so that tallies are summed by one loop.
namespace layout {

// Of a duration: the buckets, and behind them the sum in nanoseconds.
inline constexpr std::size_t kDuration = kBuckets + 1;
inline constexpr std::size_t kEndpoints = kEndpointNames.size() + 1;  // the last: no endpoint of that name

inline constexpr std::size_t kRequests = kCounts;
inline constexpr std::size_t kRefusals = kRequests + kEndpoints * kOutcomes;
inline constexpr std::size_t kRequestTimes = kRefusals + kReasons;
inline constexpr std::size_t kStoreTimes = kRequestTimes + kEndpoints * kDuration;
inline constexpr std::size_t kAll = kStoreTimes + kStoreCommands * 2 * kDuration;

[[nodiscard]] constexpr std::size_t of(Count count) { return static_cast<std::size_t>(count); }
[[nodiscard]] constexpr std::size_t request(std::size_t endpoint, Outcome outcome) {
  return kRequests + endpoint * kOutcomes + static_cast<std::size_t>(outcome);
}
[[nodiscard]] constexpr std::size_t refusal(std::size_t reason) { return kRefusals + reason; }
[[nodiscard]] constexpr std::size_t request_time(std::size_t endpoint) {
  return kRequestTimes + endpoint * kDuration;
}
[[nodiscard]] constexpr std::size_t store_time(StoreCommand command, bool ok) {
  return kStoreTimes + (static_cast<std::size_t>(command) * 2 + (ok ? 0 : 1)) * kDuration;
}

}  // namespace layout
}  // namespace session::gateway
