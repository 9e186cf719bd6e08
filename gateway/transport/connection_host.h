#pragma once

#include <cstddef>
#include <string>

#include "core/base/boxed.h"
#include "core/base/clock.h"
#include "core/base/task.h"
#include "gateway/http/request.h"
#include "gateway/http/response.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {

class Connection;

// What a connection needs of the thread that serves it. Called on that thread only.
class ConnectionHost {
 public:
  // Memory to receive into, valid until the next coroutine runs.
  [[nodiscard]] virtual std::string& scratch() = 0;
  [[nodiscard]] virtual Clock::Steady now() const = 0;
  // Whether requests under way are finished and nothing new is waited for.
  [[nodiscard]] virtual bool draining() const = 0;

  [[nodiscard]] virtual WorkerTelemetry& telemetry() = 0;

  // Answers a request that began to arrive at `since`, on a connection of that listener. The request outlives
  // the task. Never returns no answer.
  virtual Task<Boxed<Response>> respond(const Request& request, Clock::Steady since,
                                        std::size_t listener) = 0;

  virtual void opened(Connection& connection) = 0;
  virtual void closed(Connection& connection) = 0;
  // A request is under way on the connection, or no longer. A connection is idle when it has opened.
  virtual void became_busy(Connection& connection) = 0;
  virtual void became_idle(Connection& connection) = 0;
  // A request is under way, or a connection lingers. From now on the host closes connections whose request
  // takes longer than the deadline, at most a quarter of it late, and calls check_linger().
  virtual void watch_deadlines() = 0;

 protected:
  ~ConnectionHost() = default;
};

}  // namespace session::gateway
