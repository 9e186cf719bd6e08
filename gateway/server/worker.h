#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>

#include "core/base/await.h"
#include "gateway/backends/store_backend.h"
#include "gateway/endpoints/table.h"
#include "gateway/http/response.h"
#include "gateway/realm/realm_set.h"
#include "gateway/server/codec_factory.h"
#include "gateway/server/idle_limit.h"
#include "gateway/server/idle_watch.h"
#include "gateway/telemetry/worker_telemetry.h"
#include "gateway/transport/accepted_socket.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/connection_host.h"

namespace session::gateway {

// The state that all workers share. Thread-safe.
struct WorkerShared {
  Telemetry& telemetry;
  const EndpointTable& endpoints;
  const StoreBackend& store;
  // The generation of the configuration for new requests. It changes only after every worker has the new
  // keys, so no cookie is signed by a key that another worker does not know.
  const std::atomic<std::uint64_t>& generation;
  // The memory budget of all caches of all workers.
  std::shared_ptr<CacheBudget> cache_budget;
  const Clock& clock = system_clock();
  // The last count of all sessions.
  std::shared_ptr<SessionCensus> census = std::make_shared<SessionCensus>();
};

// One thread with its event loop, its connections, and its own copy of everything that is not thread-safe.
//
// The public functions may be called from any thread, all others from the worker's own.
class Worker final : public ConnectionHost {
 public:
  // Throws std::exception as Realm does. `shared` and the objects that it refers to must outlive the worker.
  Worker(const WorkerShared& shared, const std::shared_ptr<const ConfigSnapshot>& configuration);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Starts the thread, with its number in its name: worker-0.
  void start(std::size_t number);
  // Connects to the store's servers now, and not only when a request needs them, and tries what sessions need
  // (SessionManager::probe_store), so that the log and the metrics show at once whether there is a store. One
  // worker is enough for that.
  void try_store();
  // Takes over a new connection. REQUIRES: it is connected and non-blocking.
  void adopt(AcceptedSocket socket);
  // Takes over a connection, or returns false. Called on the thread of the worker that passes it on.
  using PassOn = std::function<bool(const AcceptedSocket& socket)>;
  // As adopt(), at the limit of connections: ends the connection that has been idle for longest, and counts
  // it as such. If none is idle by then, passes the new one on; if that fails, too, closes it and counts it
  // as refused.
  void adopt_for_idle(AcceptedSocket socket, PassOn pass_on);
  // Since when the connection has been idle that adopt_for_idle() would end; nullopt: none is idle. One that
  // has not sent its first request yet counts after a short time, since its peer connects in order to send
  // one.
  [[nodiscard]] std::optional<Clock::Steady> idle_since() const;
  // Returns the number of connections, including adopted ones that the worker's thread has not processed yet.
  [[nodiscard]] std::size_t connections() const { return connection_count_.load(std::memory_order_relaxed); }
  // Prepares a configuration, and then calls `ready` on this worker's thread. Requests use it as soon as
  // WorkerShared::generation is its generation. The next prepare() drops a configuration whose generation was
  // never set. Throws std::exception as Realm does.
  void prepare(const std::shared_ptr<const ConfigSnapshot>& configuration, std::function<void()> ready);
  // Finishes the requests in progress, closes idle connections, and ends the thread. A new connection gets a
  // short time for its first request. After `grace`, a connection whose request is not answered is closed.
  // Its task still waits for the store, up to the store's deadlines.
  void drain(milliseconds grace);
  // Asks the worker's loop to set heartbeat() to this number. The loop then also empties the caches, and
  // returns free memory to the system, in each minute in which the worker answers no request about sessions.
  void ask_for_heartbeat(std::uint64_t number);
  [[nodiscard]] std::uint64_t heartbeat() const { return heartbeat_.load(std::memory_order_relaxed); }
  // Waits until the thread has ended.
  void join();

 private:
  [[nodiscard]] std::string& scratch() override { return scratch_; }
  [[nodiscard]] Clock::Steady now() const override { return shared_.clock.steady_now(); }
  [[nodiscard]] bool draining() const override { return draining_; }
  [[nodiscard]] WorkerTelemetry& telemetry() override { return telemetry_; }
  Task<Boxed<Response>> respond(const Request& request, Clock::Steady since, std::size_t listener) override;
  // The answer to a request that gets to no endpoint; nullopt: it does.
  [[nodiscard]] std::optional<Response> refuse(const Request& request, const EndpointTable::Entry* endpoint,
                                               std::size_t listener);
  void opened(Connection& connection) override;
  void closed(Connection& connection) override;
  void became_busy(Connection& connection) override;
  void became_idle(Connection& connection) override;
  void watch_deadlines() override;

  using IdleConnections = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

  void serve(AcceptedSocket socket);
  void refuse(AcceptedSocket socket);
  [[nodiscard]] std::unique_ptr<Connection> make_connection(AcceptedSocket accepted);
  // Ends the connection that has been idle for longest. Returns false if none is.
  [[nodiscard]] bool make_room();
  [[nodiscard]] bool make_room_among(IdleConnections& connections);
  void publish_idle();
  void check_deadlines();
  [[nodiscard]] bool is_late(const Connection& connection, Clock::Steady time) const;
  Task<void> report_store(std::shared_ptr<Realm> realm);
  void report_failed_task(const std::exception_ptr& failed);
  void run_in_background(Task<void> task, std::shared_ptr<Realm> realm);
  [[nodiscard]] std::unique_ptr<const RealmSet> make_realms(
      const std::shared_ptr<const ConfigSnapshot>& configuration);
  // Returns the realms for requests that begin now.
  [[nodiscard]] const RealmSet& realms();
  void stop_when_done();

  const WorkerShared shared_;
  WorkerTelemetry telemetry_;
  const std::unique_ptr<Store> store_;  // this worker's store object (StoreBackend::way_for)
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<Executor> work_;
  SteadyTimer deadline_timer_;
  bool watching_ = false;
  bool draining_ = false;
  Clock::Steady drain_until_{};
  Clock::Steady silent_until_{};  // while draining: the deadline for first requests of new connections
  std::string scratch_;
  std::unique_ptr<const RealmSet> realms_;
  std::unique_ptr<const RealmSet> next_;  // prepared; its generation is not in use yet
  CodecFactory codecs_;
  IdleWatch idle_;
  Clock::Steady collect_heap_at_{};  // when the heap is to take back what other threads have freed
  std::unordered_set<Connection*> open_;
  IdleLimit idle_limit_;
  // The open connections that are idle, longest first: those that have had a request, or linger, and those
  // that wait for their first.
  IdleConnections idle_connections_;
  IdleConnections silent_connections_;
  // Since when the first of each has been idle, for other threads; kNone: there is none.
  static constexpr Clock::Steady::rep kNone = Clock::Steady::max().time_since_epoch().count();
  std::atomic<Clock::Steady::rep> first_idle_ = kNone;
  std::atomic<Clock::Steady::rep> first_silent_ = kNone;
  std::atomic<std::size_t> connection_count_ = 0;
  std::atomic<std::uint64_t> heartbeat_ = 0;
  std::size_t background_ = 0;
  std::thread thread_;
};

}  // namespace session::gateway
