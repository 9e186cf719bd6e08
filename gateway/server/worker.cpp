#include "gateway/server/worker.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "core/base/heap.h"
#include "core/base/thread.h"
#include "gateway/http/problem.h"
#include "gateway/server/refusals.h"
#include "gateway/server/store_check.h"
#include "gateway/telemetry/metrics/request_labels.h"
#include "gateway/telemetry/request_log.h"

namespace session::gateway {
namespace {

// The buffer of a Unix socket, so that one call receives a request under the usual limit.
constexpr std::size_t kScratchBytes = std::size_t{256} << 10;

// The time for the first request of a new connection to arrive: while the worker drains, and before the
// connection may have to yield to another.
constexpr milliseconds kSilence{300};

// A worker that has answered no request about sessions for this time empties its caches.
constexpr milliseconds kIdleTime = std::chrono::minutes(1);

// Makes a socket that owns the descriptor. Throws if memory is lacking, and then closes the descriptor.
ConnectionSocket socket_of(const Executor& executor, const AcceptedSocket& accepted) {
  try {
    return ConnectionSocket(executor, boost::asio::generic::stream_protocol(accepted.family, 0),
                            accepted.descriptor);
  } catch (...) {
    ::close(accepted.descriptor);
    throw;
  }
}

// The user who has connected, as the kernel knows it; nullopt: over TCP nobody knows, and by FastCGI nobody
// asks.
std::optional<uid_t> peer_of(const AcceptedSocket& accepted) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (accepted.family != AF_UNIX || accepted.protocol != Protocol::http ||
      ::getsockopt(accepted.descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return std::nullopt;
  return peer.uid;
}

}  // namespace

Worker::Worker(const WorkerShared& shared, const std::shared_ptr<const ConfigSnapshot>& configuration)
    : shared_(shared),
      telemetry_(shared.telemetry),
      store_(shared.store.way_for(telemetry_.store_observer())),
      loop_(1),
      work_(loop_.get_executor()),
      deadline_timer_(loop_.get_executor()),
      scratch_(kScratchBytes, '\0'),
      realms_(make_realms(configuration)),
      codecs_(realms_->settings().limits, shared.clock,
              [this]() -> const HttpRoutes& { return realms().http_routes(); }),
      idle_(kIdleTime),
      idle_limit_(loop_.get_executor(), shared.clock, open_) {}

Worker::~Worker() {
  loop_.stop();  // For a worker that was never drained, as when the next thread could not be started.
  join();
}

void Worker::start(std::size_t number) {
  thread_ = start_thread("worker-" + std::to_string(number), [this] { loop_.run(); });
}

// The task is not one of those that a drain waits for: it may take as long as the store's deadlines.
void Worker::try_store() {
  boost::asio::post(loop_, [this] {
    boost::asio::co_spawn(loop_, report_store(realms().any()),
                          [this](const std::exception_ptr& failed) { report_failed_task(failed); });
  });
}

// A store that can't be reached has a message of its own.
Task<void> Worker::report_store(std::shared_ptr<Realm> realm) {
  const auto probed = co_await realm->services().sessions.probe_store();
  const std::string problem = probe_problem(probed);
  if (problem.empty()) {
    telemetry_.log().info("the store serves sessions ({})", shared_.store.summary());
  } else if (shared_.store.reachable()) {
    telemetry_.log().error(
        "the store can be reached, but does not serve sessions: {}; requests with a session get 503 until it "
        "does",
        problem);
  }
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<const RealmSet> Worker::make_realms(
    const std::shared_ptr<const ConfigSnapshot>& configuration) {
  Realm::Host host{[this](Task<void> task, std::shared_ptr<Realm> realm) {
                     run_in_background(std::move(task), std::move(realm));
                   },
                   [this] { return draining_; }, shared_.census};
  if (shared_.store.trouble) host.store_trouble = shared_.store.trouble;
  return std::make_unique<const RealmSet>(configuration, *store_, shared_.cache_budget, telemetry_, host);
}

void Worker::prepare(const std::shared_ptr<const ConfigSnapshot>& configuration,
                     std::function<void()> ready) {
  auto made = make_realms(configuration);
  boost::asio::post(loop_, [this, made = std::move(made), ready = std::move(ready)]() mutable {
    (void)realms();  // Adopts the realms that were prepared before, if their generation is in use.
    next_ = std::move(made);
    ready();
  });
}

const RealmSet& Worker::realms() {
  if (next_ && shared_.generation.load(std::memory_order_acquire) == next_->generation()) {
    realms_ = std::move(next_);
  }
  return *realms_;
}

void Worker::ask_for_heartbeat(std::uint64_t number) {
  boost::asio::post(loop_, [this, number] {
    heartbeat_.store(number, std::memory_order_relaxed);
    // Each minute: other threads free sessions that were made here.
    if (idle_.is_due(now())) {
      realms().release_caches();
      release_thread_heap();
    } else if (now() >= collect_heap_at_) {
      collect_thread_heap();
      collect_heap_at_ = now() + kIdleTime;
    }
  });
}

void Worker::adopt(AcceptedSocket socket) {
  connection_count_.fetch_add(1, std::memory_order_relaxed);
  boost::asio::post(loop_, [this, socket] { serve(socket); });
}

void Worker::adopt_for_idle(AcceptedSocket socket, PassOn pass_on) {
  connection_count_.fetch_add(1, std::memory_order_relaxed);
  boost::asio::post(loop_, [this, socket, pass_on = std::move(pass_on)] {
    if (!draining_ && !make_room()) {
      if (pass_on(socket)) {
        connection_count_.fetch_sub(1, std::memory_order_relaxed);
        return;
      }
      telemetry_.count(Count::connection_refused_limit);
      telemetry_.log().warn(Message::connection_not_placed,
                            "refused a connection: all are busy at the limit");
      return refuse(socket);
    }
    telemetry_.count(Count::connection_accepted);
    serve(socket);
  });
}

void Worker::serve(AcceptedSocket socket) {
  if (draining_) return refuse(socket);
  auto connection = make_connection(socket);
  if (connection) boost::asio::co_spawn(loop_, Connection::run(std::move(connection)), boost::asio::detached);
}

void Worker::refuse(AcceptedSocket socket) {
  ::close(socket.descriptor);
  connection_count_.fetch_sub(1, std::memory_order_relaxed);
}

std::optional<Clock::Steady> Worker::idle_since() const {
  const auto first_of = [](const std::atomic<Clock::Steady::rep>& published) {
    return Clock::Steady(Clock::Steady::duration(published.load(std::memory_order_relaxed)));
  };
  const Clock::Steady idle = first_of(first_idle_);
  const Clock::Steady silent = first_of(first_silent_);
  const bool silent_counts = silent != Clock::Steady::max() && now() - silent >= kSilence;
  const Clock::Steady first = silent_counts ? std::min(idle, silent) : idle;
  if (first == Clock::Steady::max()) return std::nullopt;
  return first;
}

bool Worker::make_room() {
  const auto first = idle_since();
  if (!first) return false;
  const bool silent = idle_connections_.empty() || idle_connections_.front().idle_since() > *first;
  return (silent && make_room_among(silent_connections_)) || make_room_among(idle_connections_);
}

bool Worker::make_room_among(IdleConnections& connections) {
  const auto yields = std::find_if(connections.begin(), connections.end(), [this](Connection& connection) {
    const bool fresh = connection.awaiting_first_request() && now() - connection.idle_since() < kSilence;
    return !fresh && connection.yield();
  });
  if (yields == connections.end()) return false;
  const bool lingered = yields->lingers();
  connections.erase(yields);
  publish_idle();
  if (lingered) return true;  // Its request was answered, and nobody will send another one.
  telemetry_.count(Count::connection_ended_limit);
  telemetry_.log().warn(Message::connection_yielded,
                        "closed the longest idle connection for a new one: the limit is reached "
                        "(limits.connections, or the limit on open files)");
  return true;
}

void Worker::publish_idle() {
  const auto first_of = [](const IdleConnections& list) {
    return list.empty() ? kNone : list.front().idle_since().time_since_epoch().count();
  };
  first_idle_.store(first_of(idle_connections_), std::memory_order_relaxed);
  first_silent_.store(first_of(silent_connections_), std::memory_order_relaxed);
}

// Returns nullptr, and closes the descriptor, if the program or the kernel lacks memory for the connection.
std::unique_ptr<Connection> Worker::make_connection(AcceptedSocket accepted) {
  try {
    ConnectionSocket socket = socket_of(loop_.get_executor(), accepted);
    auto codec =
        codecs_.make(accepted.protocol, realms_->settings().limits, accepted.listener, peer_of(accepted));
    return std::make_unique<Connection>(*this, std::move(socket), std::move(codec),
                                        accepted.family == AF_UNIX, accepted.listener);
  } catch (const std::exception& exception) {
    telemetry_.log().error(Message::connection_not_taken, "could not accept a connection: {}",
                           exception.what());
    telemetry_.count(Count::connection_refused_memory);
    connection_count_.fetch_sub(1, std::memory_order_relaxed);
    return nullptr;
  }
}

void Worker::opened(Connection& connection) {
  open_.insert(&connection);
  silent_connections_.push_back(connection);
  publish_idle();
  idle_limit_.watch(connection);
  telemetry_.count(Count::connection_opened);
}

void Worker::closed(Connection& connection) {
  open_.erase(&connection);
  became_busy(connection);
  telemetry_.count(Count::connection_closed);
  connection_count_.fetch_sub(1, std::memory_order_relaxed);
  stop_when_done();
}

void Worker::became_busy(Connection& connection) {
  connection.unlink();
  publish_idle();
}

// One that lingers yields before all others.
void Worker::became_idle(Connection& connection) {
  connection.unlink();
  if (connection.lingers()) {
    idle_connections_.push_front(connection);
  } else {
    idle_connections_.push_back(connection);
    idle_limit_.watch(connection);
  }
  publish_idle();
}

std::optional<Response> Worker::refuse(const Request& request, const EndpointTable::Entry* endpoint,
                                       std::size_t listener) {
  const ListenerSecrets& secrets = realms().listener_secrets();
  Log& log = telemetry_.log();
  if (!secrets.admits(listener, request.front_secret))
    return refuse_secret(request, secrets.address(listener), log);
  if (request.refusal) return refuse_route(request, secrets.address(listener), log);
  if (endpoint == nullptr) return refuse_endpoint(request.settings.endpoint(), log);
  return std::nullopt;
}

Task<Boxed<Response>> Worker::respond(const Request& request, Clock::Steady since, std::size_t listener) {
  const std::string_view name = request.settings.endpoint();
  const EndpointTable::Entry* const endpoint = shared_.endpoints.find(name);
  const std::shared_ptr<Realm> by = realms().pick(request);
  if (auto refused = refuse(request, endpoint, listener)) {
    const bool known = endpoint != nullptr && !request.refusal;
    record_request(telemetry_, known ? endpoint->id : EndpointId::none,
                   {request, known ? name : kNoEndpoint, by->name()}, *refused, now() - since);
    co_return std::move(*refused);
  }
  const AuditedRequest audited{request, name, by->name()};
  if (endpoint->use == EndpointUse::sessions) idle_.count();
  try {
    Boxed<Response> response = co_await endpoint->answer(request, by->services());
    if (request.method == "HEAD") response->body.clear();
    record_request(telemetry_, endpoint->id, audited, *response, now() - since);
    co_return response;
  } catch (const std::exception& exception) {
    telemetry_.log().error(Message::request_failed, "a request failed with an unexpected error: {}",
                           exception.what());
  }
  Response response = problem(500, "internal", "Internal error. See the gateway's log.");
  record_request(telemetry_, endpoint->id, audited, response, now() - since);
  co_return response;
}

void Worker::run_in_background(Task<void> task, std::shared_ptr<Realm> realm) {
  ++background_;
  // The handler keeps the realm alive, because the task uses it.
  boost::asio::co_spawn(loop_, std::move(task), [this, realm](const std::exception_ptr& failed) {
    --background_;
    report_failed_task(failed);
    stop_when_done();
  });
}

void Worker::report_failed_task(const std::exception_ptr& failed) {
  if (!failed) return;
  telemetry_.log().error(Message::background_task_failed,
                         "a background task failed with an unexpected error");
}

// One timer serves all connections: a timer for each would cost more than the rest of a check.
void Worker::watch_deadlines() {
  if (watching_) return;
  watching_ = true;
  const milliseconds deadline = realms_->settings().limits.request_deadline;
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
    if (connection->lingers()) {
      any_waiting = connection->check_linger(time, draining_ && time >= silent_until_) || any_waiting;
      continue;
    }
    if (!connection->busy_since() && !draining_) {
      any_waiting = connection->probe_peer() || any_waiting;
      continue;
    }
    const bool late = is_late(*connection, time);
    if (late && connection->close()) telemetry_.count(Count::connection_ended_deadline);
    any_waiting = any_waiting || !late;
  }
  if (any_waiting) watch_deadlines();
}

// While draining, the only idle connections left are those that have not sent their first request.
bool Worker::is_late(const Connection& connection, Clock::Steady time) const {
  const auto& since = connection.busy_since();
  if (!since) return time >= silent_until_;
  return time - *since >= realms_->settings().limits.request_deadline || (draining_ && time >= drain_until_);
}

void Worker::drain(milliseconds grace) {
  boost::asio::post(loop_, [this, grace] {
    draining_ = true;
    idle_limit_.stop();
    drain_until_ = now() + grace;
    silent_until_ = now() + std::min(grace, kSilence);
    for (Connection* connection : open_) {
      const bool idle = !connection->busy_since() && !connection->lingers();
      if (idle && !connection->awaiting_first_request()) connection->finish();
    }
    if (!open_.empty()) watch_deadlines();
    stop_when_done();
  });
}

void Worker::stop_when_done() {
  if (!draining_ || !open_.empty() || background_ > 0) return;
  loop_.stop();  // Remaining tasks and connections, such as those to the store, end with the loop.
}

}  // namespace session::gateway
