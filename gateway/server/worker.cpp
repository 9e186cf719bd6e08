#include "gateway/server/worker.h"

#include <unistd.h>

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "gateway/http/problem.h"
#include "gateway/log/log.h"
#include "gateway/server/account.h"
#include "gateway/server/connection.h"
#include "gateway/server/dialects.h"

namespace session::gateway {
namespace {

// As much as a unix socket holds, so that a request under the usual limit takes one call.
constexpr std::size_t kScratchBytes = std::size_t{256} << 10;

SessionManagerOptions options_for(const Settings& settings) {
  SessionManagerOptions options;
  options.policy = settings.session;
  options.cookie = settings.cookie;
  options.memory.keep_data = !settings.rules.empty();
  options.write_deadline = settings.limits.request_deadline / 2;
  return options;
}

Response no_endpoint(std::string_view name) {
  static RateLimit limit;
  warn(limit, "a location has no such GATEWAY_ENDPOINT: '{}'", printable(name));
  return problem(404, "no-endpoint", "This location is not set up for the session gateway.");
}

}  // namespace

Worker::Worker(const Shared& shared)
    : settings_(shared.settings),
      metrics_(shared.metrics),
      loop_(1),
      work_(loop_.get_executor()),
      deadline_timer_(loop_.get_executor()),
      scratch_(kScratchBytes, '\0'),
      parser_(settings_.limits.request_bytes),
      sessions_(shared.store, dialect_for(settings_), shared.identity, options_for(settings_)),
      rules_(shared.rules),
      services_{sessions_,
                shared.store,
                *rules_,
                settings_.flush,
                [this](Task<void> task) { run_in_background(std::move(task)); },
                [this] { return metrics_.render(); }} {
  for (Accepted& format : accepted_by(settings_)) sessions_.accept(std::move(format));
}

Worker::~Worker() {
  loop_.stop();  // if it was started and never drained, as when the next worker's thread could not be had
  join();
}

void Worker::start() {
  thread_ = std::thread([this] {
    const Tallies::Seat seat(metrics_.tallies());
    loop_.run();
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
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
    return std::make_unique<Connection>(*this, descriptor, family);
  } catch (const std::exception& exception) {
    static RateLimit limit;
    error(limit, "could not take a connection: {}", exception.what());
    Tallies::here().count(Count::connection_refused_memory);
    ::close(descriptor);
    connection_count_.fetch_sub(1, std::memory_order_relaxed);
    return nullptr;
  }
}

void Worker::opened(Connection& connection) {
  open_.insert(&connection);
  Tallies::here().count(Count::connection_opened);
}

void Worker::closed(Connection& connection) {
  open_.erase(&connection);
  Tallies::here().count(Count::connection_closed);
  connection_count_.fetch_sub(1, std::memory_order_relaxed);
  stop_when_done();
}

FramingLimits Worker::framing_limits() const {
  FramingLimits limits;
  limits.request_bytes = settings_.limits.request_bytes;
  limits.connections = settings_.limits.connections;
  return limits;
}

Task<Response> Worker::respond(const Request& request) {
  const std::string_view name = request.params.get("GATEWAY_ENDPOINT");
  const Endpoint endpoint = find_endpoint(name);
  const Clock::Steady start = now();
  if (endpoint == nullptr) {
    Response response = no_endpoint(name);
    account(request, response, name, now() - start);
    co_return response;
  }
  try {
    Response response = co_await endpoint(request, services_);
    if (request.params.get("REQUEST_METHOD") == "HEAD") response.body.clear();
    account(request, response, name, now() - start);
    co_return response;
  } catch (const std::exception& exception) {
    static RateLimit limit;
    error(limit, "a request failed by an unexpected error: {}", exception.what());
  }
  Response response = problem(500, "internal", "The gateway made a mistake; its log says more.");
  account(request, response, name, now() - start);
  co_return response;
}

void Worker::run_in_background(Task<void> task) {
  ++background_;
  boost::asio::co_spawn(loop_, std::move(task), [this](const std::exception_ptr& failed) {
    --background_;
    static RateLimit limit;
    if (failed) error(limit, "a task in the background failed by an unexpected error");
    stop_when_done();
  });
}

// One timer for all connections: a timer each would cost more than the rest of a check.
void Worker::watch_deadlines() {
  if (watching_) return;
  watching_ = true;
  const milliseconds deadline = settings_.limits.request_deadline;
  deadline_timer_.expires_after(std::clamp(deadline / 4, milliseconds(1), milliseconds(250)));
  deadline_timer_.async_wait([this](const boost::system::error_code& error) {
    watching_ = false;
    if (!error) check_deadlines();
  });
}

void Worker::check_deadlines() {
  const Clock::Steady time = now();
  bool any_busy = false;
  for (Connection* connection : open_) {
    const auto& since = connection->busy_since();
    if (!since) continue;
    const bool late =
        time - *since >= settings_.limits.request_deadline || (draining_ && time >= drain_until_);
    if (late && connection->close()) Tallies::here().count(Count::connection_ended_deadline);
    any_busy = any_busy || !late;
  }
  if (any_busy) watch_deadlines();
}

void Worker::drain(milliseconds grace) {
  boost::asio::post(loop_, [this, grace] {
    draining_ = true;
    drain_until_ = now() + grace;
    for (Connection* connection : open_) {
      if (!connection->busy_since()) connection->finish();
    }
    stop_when_done();
  });
}

void Worker::stop_when_done() {
  if (!draining_ || !open_.empty() || background_ > 0) return;
  loop_.stop();  // whatever is left, as a store's connections, ends with the loop
}

}  // namespace session::gateway
