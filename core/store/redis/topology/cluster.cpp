#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include "core/base/timer.h"
#include "core/store/redis/topology/factories.h"
#include "core/store/redis/topology/slots.h"

namespace session {
namespace {

// The minimum time between two refreshes, however many commands fail.
constexpr milliseconds kMinRefreshInterval{100};
constexpr std::size_t kMaxNodes = 1000;

// The masters of a Redis Cluster, each with a connection of its own. Any node reports the slot map (CLUSTER
// SLOTS); redirections correct it (Redis Cluster specification, "Redirection and resharding").
class Cluster final : public Topology, public std::enable_shared_from_this<Cluster> {
 public:
  Cluster(const Executor& executor, const std::shared_ptr<const RedisSetup>& setup)
      : executor_(executor), setup_(setup), slots_(kSlots) {
    for (const RedisAddress& address : setup->options.addresses) (void)node(address);
  }

  ConnectionPtr of(std::string_view key) override { return slots_[slot_of(key)]; }

  std::vector<ConnectionPtr> servers() override {
    const std::set<ConnectionPtr> masters(slots_.begin(), slots_.end());
    std::vector<ConnectionPtr> servers;
    for (const auto& [name, connection] : nodes_) {
      if (masters.contains(connection)) servers.push_back(connection);
    }
    return servers;
  }

  [[nodiscard]] std::string layout() const override {
    std::map<ConnectionPtr, std::string> names;
    for (const auto& [name, connection] : nodes_) names[connection] = name;
    std::string ranges;
    ConnectionPtr last;
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      if (slots_[slot] == last) continue;
      last = slots_[slot];
      ranges += std::to_string(slot) + names[last] + "\n";
    }
    return layout_text(ranges);
  }

  Task<Result<void, ConnectError>> discover(Clock::Steady deadline) override {
    return discover(shared_from_this(), deadline);
  }

  Task<Result<void, ConnectError>> refresh(Clock::Steady deadline) override {
    return renew_slots(shared_from_this(), deadline);
  }

  ConnectionPtr redirected(const ServerError& redirection, const RedisConnection& by) override {
    auto address = read_address(redirection.where);
    if (!address || nodes_.size() >= kMaxNodes) return nullptr;
    if (address->host.empty()) address->host = host_of(by);
    ConnectionPtr connection = node(*address);
    redirected_to_.insert(to_text(*address));
    if (redirection.reaction == ServerError::Reaction::moved) {
      slots_[redirection.slot] = connection;
      request_refresh();  // One moved slot suggests that others have moved, too.
    }
    return connection;
  }

  void request_refresh() override {
    if (refreshing_ || setup_->clock.steady_now() < next_refresh_) return;
    refreshing_ = true;
    // refreshed() runs after an exception, too: refreshing_ would otherwise stay set, and no refresh would
    // follow.
    const auto done = [self = shared_from_this()](const std::exception_ptr&) { self->refreshed(); };
    boost::asio::co_spawn(executor_, refresh_now(shared_from_this()), done);
  }

  void abandon() override {
    for (const auto& [name, connection] : nodes_) connection->abandon();
  }

 private:
  static Task<Result<void, ConnectError>> discover(std::shared_ptr<Cluster> self, Clock::Steady deadline) {
    self->request_refresh();
    if (self->refreshing_) {
      // All waiting commands share one refresh. The timer ends this command's wait at its deadline.
      const auto waiter = std::make_shared<Timer>(self->executor_, self->setup_->clock);
      self->waiters_.push_back(waiter);
      (void)co_await waiter->wait_until(deadline);
    }
    if (self->has_slot_map_) co_return Result<void, ConnectError>();
    co_return self->no_slot_map();
  }

  // Only a refresh that begins after this call counts: one that is under way may have read the slot map
  // before. Which of the callers begins it does not matter; the next one begins only kMinRefreshInterval
  // later.
  static Task<Result<void, ConnectError>> renew_slots(std::shared_ptr<Cluster> self, Clock::Steady deadline) {
    const Clock& clock = self->setup_->clock;
    if (self->refreshing_) (void)co_await discover(self, deadline);
    const std::size_t known = self->slot_maps_;
    const auto wait = self->next_refresh_ - clock.steady_now();
    if (wait > wait.zero()) co_await pause(std::chrono::ceil<milliseconds>(wait), clock);
    if (self->slot_maps_ != known) co_return Result<void, ConnectError>();
    auto discovered = co_await discover(self, deadline);
    if (!discovered || self->slot_maps_ != known) co_return discovered;
    co_return self->no_slot_map();
  }

  [[nodiscard]] ConnectError no_slot_map() const {
    return ConnectError("no node of the cluster tells who has which slots" +
                        (reason_.empty() ? "" : ": " + reason_));
  }

  static Task<void> refresh_now(std::shared_ptr<Cluster> self) {
    for (const ConnectionPtr& connection : self->in_probe_order()) {
      const bool done = co_await self->read_slots_from(connection);
      if (done) break;
    }
  }

  void refreshed() {
    refreshing_ = false;
    for (const auto& waiter : std::exchange(waiters_, {})) waiter->cancel();
    next_refresh_ = setup_->clock.steady_now() + kMinRefreshInterval;
  }

  // Puts the nodes that are not known to be unreachable first. Rotates the order with each refresh, so that a
  // node with an outdated slot map is not the only source.
  [[nodiscard]] std::vector<ConnectionPtr> in_probe_order() {
    std::vector<ConnectionPtr> connections;
    for (const auto& [name, connection] : nodes_) connections.push_back(connection);
    const std::size_t first = first_probed_++ % connections.size();
    std::rotate(connections.begin(), connections.begin() + static_cast<std::ptrdiff_t>(first),
                connections.end());
    std::stable_partition(connections.begin(), connections.end(), [](const ConnectionPtr& connection) {
      return connection->state() == RedisConnection::State::up ||
             connection->state() == RedisConnection::State::idle;
    });
    return connections;
  }

  Task<bool> read_slots_from(ConnectionPtr connection) {
    Command command;
    command.retry = Command::Retry::safe;
    command.then({"CLUSTER", "SLOTS"});
    const auto deadline = setup_->clock.steady_now() + setup_->options.connect_deadline;
    CommandResult result = co_await connection->ask(std::move(command), deadline);
    if (result.failure) {
      reason_ = result.failure->reason;
      co_return false;
    }
    const Reply& reply = result.replies.front();
    auto ranges = read_slots(reply);
    if (reply.is(Reply::Kind::error)) ranges = ConnectError(read_error(reply.text, "CLUSTER SLOTS").sentence);
    if (!ranges) {
      reason_ = connection->server() + ": " + ranges.error().why;
      co_return false;
    }
    apply_slots(*ranges, host_of(*connection));
    co_return true;
  }

  void apply_slots(const std::vector<SlotRange>& ranges, const std::string& reporter_host) {
    std::vector<ConnectionPtr> slots(kSlots);
    std::map<std::string, ConnectionPtr> needed;
    for (const SlotRange& range : ranges) {
      RedisAddress master = range.master;
      if (master.host.empty()) master.host = reporter_host;
      if (needed.size() >= kMaxNodes) break;
      const ConnectionPtr connection = node(master);
      needed[to_text(master)] = connection;
      for (unsigned slot = range.first; slot <= range.last; ++slot) slots[slot] = connection;
    }
    tell_the_replaced(slots);
    slots_ = std::move(slots);
    has_slot_map_ = true;
    ++slot_maps_;
    // The configured nodes stay: the client asks them when no other node is left.
    for (const RedisAddress& address : setup_->options.addresses) needed[to_text(address)] = node(address);
    // The targets of redirections stay, too: a node that is importing its first slots is in no slot map yet.
    for (const std::string& name : std::exchange(redirected_to_, {})) {
      if (const auto found = nodes_.find(name); found != nodes_.end()) needed[name] = found->second;
    }
    for (const auto& [name, connection] : nodes_) {
      if (!needed.contains(name)) connection->stop();
    }
    nodes_ = std::move(needed);
  }

  // A node that has lost all of its slots may not know it yet, and announces no change that its successor
  // makes. One that lives and gives slots away announces that their keys are gone.
  void tell_the_replaced(const std::vector<ConnectionPtr>& slots) const {
    const std::set<ConnectionPtr> masters(slots.begin(), slots.end());
    for (const ConnectionPtr& former : std::set<ConnectionPtr>(slots_.begin(), slots_.end())) {
      if (former && !masters.contains(former)) former->tell_of_replacement();
    }
  }

  ConnectionPtr node(const RedisAddress& address) {
    const std::string name = to_text(address);
    if (const auto found = nodes_.find(name); found != nodes_.end()) return found->second;
    auto locate = [address](Clock::Steady) -> Task<Result<RedisAddress, ConnectError>> { co_return address; };
    RedisConnectionOptions to_node = RedisSetup::to_server_with_cache(setup_, executor_);
    to_node.max_elements = kMaxSlotElements;
    const auto connection =
        std::make_shared<RedisConnection>(executor_, std::move(to_node), locate, setup_->clock);
    nodes_.emplace(name, connection);
    return connection;
  }

  static std::string host_of(const RedisConnection& connection) {
    const auto address = read_address(connection.server());
    if (!address) return {};
    const std::string& host = address->host;
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
  }

  Executor executor_;
  std::shared_ptr<const RedisSetup> setup_;
  std::map<std::string, ConnectionPtr> nodes_;  // by address
  std::vector<ConnectionPtr> slots_;            // by slot; nullptr: no node has the slot
  std::set<std::string> redirected_to_;         // targets of redirections since the last slot map
  bool has_slot_map_ = false;
  std::size_t slot_maps_ = 0;  // how many were read
  bool refreshing_ = false;
  std::size_t first_probed_ = 0;                 // the node that the next refresh asks first
  std::vector<std::shared_ptr<Timer>> waiters_;  // commands that wait for the end of the refresh
  Clock::Steady next_refresh_{};
  std::string reason_;  // why the last node that was asked reported no slot map
};

}  // namespace

std::shared_ptr<Topology> make_cluster(const Executor& executor,
                                       const std::shared_ptr<const RedisSetup>& setup) {
  return std::make_shared<Cluster>(executor, setup);
}

}  // namespace session
