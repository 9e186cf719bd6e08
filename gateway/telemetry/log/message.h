#pragma once

#include <cstddef>

namespace session::gateway {

// The messages that a client, an application or an outage can cause at any rate. Each is logged at most once
// a second (Log::warn and Log::error with a Message). Each has an enumerator, so that a flood of one does not
// suppress another. A new message is a line here.
enum class Message : std::size_t {
  // Requests and connections.
  bad_secret,
  unknown_endpoint,
  unknown_check,
  request_failed,
  background_task_failed,
  connection_not_taken,
  connection_failed,
  connection_protocol_error,
  connection_over_limit,
  connection_not_placed,
  connection_yielded,
  connections_refused,
  // Endpoints.
  unknown_rule,
  check_without_store,
  session_without_store,
  commit_refused,
  commit_not_written,
  application_refused,
  application_not_written,
  write_behind_failed,
  corrupt_record,
  admin_without_rule,
  admin_without_store,
  // Stores.
  memory_evictions,
  memory_file_failing,
  memory_file_behind,
  memory_file_recovered,
  redis_connected,
  redis_lost,
  redis_down,
  redis_moved,
  redis_left,
  redis_announces,
  redis_announces_not,
  redis_too_large,
  count  // the last one: how many there are
};
inline constexpr std::size_t kMessages = static_cast<std::size_t>(Message::count);

}  // namespace session::gateway
