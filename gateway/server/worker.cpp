#include "gateway/server/worker.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "gateway/endpoints/endpoint.h"
#include "gateway/http/problem.h"
#include "gateway/telemetry/log/log.h"
#include "gateway/telemetry/request_log.h"
#include "gateway/transport/connection.h"

namespace session::gateway {
namespace {

// As much as a unix socket holds, so that a request under the usual limit takes one call.
constexpr std::size_t kScratchBytes = std::size_t{256} << 10;

// How long the first request of a new connection may take to arrive while the worker drains.
constexpr milliseconds kSilence{300};

Response no_endpoint(std::string_view name) {
  static RateLimit limit;
  warn(limit, "unknown GATEWAY_ENDPOINT: '{}'", printable(name));
  return problem(404, "no-endpoint", "This location is not configured for the session gateway.");
}

// The socket that owns the descriptor from now on; if it can't be had, the descriptor is closed.
ConnectionSocket socket_of(const Executor& executor, int descriptor, int family) {
  try {
    return ConnectionSocket(executor, boost::asio::generic::stream_protocol(family, 0), descriptor);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
}

}  // namespace

Worker::Worker(const Shared& shared, std::shared_ptr<const ConfigSnapshot> configuration)
    : shared_(shared),
      loop_(1),
      work_(loop_.get_executor()),
      deadline_timer_(loop_.get_executor()),
      scratch_(kScratchBytes, '\0'),
      realm_(make_realm(std::move(configuration))),
      parser_(realm_->settings().limits.request_bytes) {}

Worker::~Worker() {
  loop_.stop();  // if it was started and never drained, as when the next worker's thread could not be had
  join();
}

void Worker::start(std::size_t number) {
  thread_ = std::thread([this] {
    const CounterRegistry::ThreadScope seat(shared_.metrics.counters());
    loop_.run();
  });
  ::pthread_setname_np(thread_.native_handle(), ("worker-" + std::to_string(number)).c_str());
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<Realm> Worker::make_realm(std::shared_ptr<const ConfigSnapshot> configuration) {
  return std::make_shared<Realm>(std::move(configuration), shared_.store, shared_.cache_budget,
                                 shared_.metrics, [this](Task<void> task, std::shared_ptr<Realm> realm) {
                                   run_in_background(std::move(task), std::move(realm));
                                 });
}

void Worker::prepare(std::shared_ptr<const ConfigSnapshot> configuration, std::function<void()> ready) {
  auto made = make_realm(std::move(configuration));
  boost::asio::post(loop_, [this, made = std::move(made), ready = std::move(ready)]() mutable {
    (void)realm();  // the one prepared before may count by now
    next_ = std::move(made);
    ready();
  });
}

const std::shared_ptr<Realm>& Worker::realm() {
  if (next_ && shared_.generation.load(std::memory_order_acquire) == next_->generation()) {
    realm_ = std::move(next_);
  }
  return realm_;
}

void Worker::ask_for_heartbeat(std::uint64_t number) {
  boost::asio::post(loop_, [this, number] { heartbeat_.store(number, std::memory_order_relaxed); });
}

void Worker::adopt(int descriptor, int family) {
  connection_count_.fetch_add(1, std::memory_order_relaxed);
  boost::asio::post(loop_, [this, descriptor, family] {
    if (draining_) {
      ::close(descriptor);
      connection_count_.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    auto connection = take(descriptor, family);
    if (connection)
      boost::asio::co_spawn(loop_, Connection::run(std::move(connection)), boost::asio::detached);
  });
}

// nullptr: it could not be had, for lack of memory or of the kernel's; the descriptor is closed.
std::unique_ptr<Connection> Worker::take(int descriptor, int family) {
  try {
    ConnectionSocket socket = socket_of(loop_.get_executor(), descriptor, family);
    return std::make_unique<Connection>(*this, std::move(socket), family == AF_UNIX);
  } catch (const std::exception& exception) {
    static RateLimit limit;
    error(limit, "could not accept a connection: {}", exception.what());
    CounterRegistry::here().count(Count::connection_refused_memory);
    connection_count_.fetch_sub(1, std::memory_order_relaxed);
    return nullptr;
  }
}

void Worker::opened(Connection& connection) {
  open_.insert(&connection);
  CounterRegistry::here().count(Count::connection_opened);
}

void Worker::closed(Connection& connection) {
  open_.erase(&connection);
  CounterRegistry::here().count(Count::connection_closed);
  connection_count_.fetch_sub(1, std::memory_order_relaxed);
  stop_when_done();
}

FramingLimits Worker::framing_limits() const {
  FramingLimits limits;
  limits.request_bytes = realm_->settings().limits.request_bytes;
  limits.connections = realm_->settings().limits.connections;
  return limits;
}

Task<Response> Worker::respond(const Request& request, Clock::Steady since) {
  const std::string_view name = request.settings.endpoint();
  const Endpoint endpoint = find_endpoint(name);
  if (endpoint == nullptr) {
    Response response = no_endpoint(name);
    record_request(request, response, name, now() - since);
    co_return response;
  }
  const std::shared_ptr<Realm> by = realm();
  try {
    Response response = co_await endpoint(request, by->services());
    if (request.params.get("REQUEST_METHOD") == "HEAD") response.body.clear();
    record_request(request, response, name, now() - since);
    co_return response;
  } catch (const std::exception& exception) {
    static RateLimit limit;
    error(limit, "a request failed with an unexpected error: {}", exception.what());
  }
  Response response = problem(500, "internal", "Internal error. See the gateway's log.");
  record_request(request, response, name, now() - since);
  co_return response;
}

void Worker::run_in_background(Task<void> task, std::shared_ptr<Realm> realm) {
  ++background_;
  // The handler keeps `serving`, which the task works with.
  boost::asio::co_spawn(loop_, std::move(task), [this, realm](const std::exception_ptr& failed) {
    --background_;
    static RateLimit limit;
    if (failed) error(limit, "a background task failed with an unexpected error");
    stop_when_done();
  });
}

// One timer for all connections: a timer each would cost more than the rest of a check.
void Worker::watch_deadlines() {
  if (watching_) return;
  watching_ = true;
  const milliseconds deadline = realm_->settings().limits.request_deadline;
  const milliseconds longest = draining_ ? milliseconds(50) : milliseconds(250);
  deadline_timer_.expires_after(std::clamp(deadline / 4, milliseconds(1), longest));
  deadline_timer_.async_wait([this](const boost::system::error_code& error) {
    watching_ = false;
    if (!error) check_deadlines();
  });
}

void Worker::check_deadlines() {
  const Clock::Steady time = now();
  bool any_waiting = false;
  for (Connection* connection : open_) {
    if (!connection->busy_since() && !draining_) {
      any_waiting = connection->probe_peer() || any_waiting;
      continue;
    }
    const bool late = is_late(*connection, time);
    if (late && connection->close()) CounterRegistry::here().count(Count::connection_ended_deadline);
    any_waiting = any_waiting || !late;
  }
  if (any_waiting) watch_deadlines();
}

// Draining, who is not busy is fresh.
bool Worker::is_late(const Connection& connection, Clock::Steady time) const {
  const auto& since = connection.busy_since();
  if (!since) return time >= silent_until_;
  return time - *since >= realm_->settings().limits.request_deadline || (draining_ && time >= drain_until_);
}

void Worker::drain(milliseconds grace) {
  boost::asio::post(loop_, [this, grace] {
    draining_ = true;
    drain_until_ = now() + grace;
    silent_until_ = now() + std::min(grace, kSilence);
    for (Connection* connection : open_) {
      if (!connection->busy_since() && !connection->awaiting_first_request()) connection->finish();
    }
    if (!open_.empty()) watch_deadlines();
    stop_when_done();
  });
}

void Worker::stop_when_done() {
  if (!draining_ || !open_.empty() || background_ > 0) return;
  loop_.stop();  // whatever is left, as a store's connections, ends with the loop
}

}  // namespace session::gateway
