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

// The shortest time between two refreshes, however many commands fail.
constexpr milliseconds kRefreshEvery{100};
constexpr std::size_t kMaxNodes = 1000;

// The masters of a Redis Cluster, each with a connection of its own. Which has a slot is learned by CLUSTER
// SLOTS, from any node, and corrected by redirections (Redis Cluster specification, "Redirection and
// resharding").
class Cluster final : public Topology, public std::enable_shared_from_this<Cluster> {
 public:
  Cluster(const Executor& executor, const std::shared_ptr<const RedisSetup>& setup)
      : executor_(executor), setup_(setup), slots_(kSlots) {
    for (const RedisAddress& address : setup->options.addresses) (void)node(address);
  }

  ConnectionPtr of(std::string_view key) override { return slots_[slot_of(key)]; }

  Task<Result<void, ConnectError>> discover(Clock::Steady deadline) override {
    return discover(shared_from_this(), deadline);
  }

  ConnectionPtr redirected(const ServerError& redirection, const RedisConnection& by) override {
    auto address = read_address(redirection.where);
    if (!address || nodes_.size() >= kMaxNodes) return nullptr;
    if (address->host.empty()) address->host = host_of(by);
    ConnectionPtr connection = node(*address);
    named_since_.insert(to_text(*address));
    if (redirection.reaction == ServerError::Reaction::moved) {
      slots_[redirection.slot] = connection;
      request_refresh();  // where one slot has gone, others have
    }
    return connection;
  }

  void request_refresh() override {
    if (refreshing_ || setup_->clock.steady_now() < next_refresh_) return;
    refreshing_ = true;
    // However it ends: an exception must not be the last refresh.
    const auto done = [self = shared_from_this()](const std::exception_ptr&) { self->refreshed(); };
    boost::asio::co_spawn(executor_, refresh(shared_from_this()), done);
  }

  void abandon() override {
    for (const auto& [name, connection] : nodes_) connection->abandon();
  }

 private:
  static Task<Result<void, ConnectError>> discover(std::shared_ptr<Cluster> self, Clock::Steady deadline) {
    self->request_refresh();
    if (self->refreshing_) {
      // One refresh serves all who wait for it; the timer ends the wait of a command at its deadline.
      const auto waiter = std::make_shared<Timer>(self->executor_, self->setup_->clock);
      self->waiting_.push_back(waiter);
      (void)co_await waiter->wait_until(deadline);
    }
    if (self->mapped_) co_return Result<void, ConnectError>();
    co_return ConnectError("no node of the cluster tells who has which slots" +
                           (self->reason_.empty() ? "" : ": " + self->reason_));
  }

  static Task<void> refresh(std::shared_ptr<Cluster> self) {
    for (const ConnectionPtr& connection : self->in_order_of_trust()) {
      const bool learned = co_await self->learn_from(connection);
      if (learned) break;
    }
  }

  void refreshed() {
    refreshing_ = false;
    for (const auto& waiter : std::exchange(waiting_, {})) waiter->cancel();
    next_refresh_ = setup_->clock.steady_now() + kRefreshEvery;
  }

  // Nodes that are not known to be unreachable come first. Another one of them begins each time, so that a
  // node with an outdated list is not the only one that is asked.
  [[nodiscard]] std::vector<ConnectionPtr> in_order_of_trust() {
    std::vector<ConnectionPtr> links;
    for (const auto& [name, connection] : nodes_) links.push_back(connection);
    const std::size_t first = turn_++ % links.size();
    std::rotate(links.begin(), links.begin() + static_cast<std::ptrdiff_t>(first), links.end());
    std::stable_partition(links.begin(), links.end(), [](const ConnectionPtr& connection) {
      return connection->state() == RedisConnection::State::up ||
             connection->state() == RedisConnection::State::idle;
    });
    return links;
  }

  Task<bool> learn_from(ConnectionPtr connection) {
    Command command;
    command.retry = Command::Retry::safe;
    command.then({"CLUSTER", "SLOTS"});
    const auto deadline = setup_->clock.steady_now() + setup_->options.connect_deadline;
    CommandResult answered = co_await connection->ask(std::move(command), deadline);
    if (answered.failure) {
      reason_ = answered.failure->reason;
      co_return false;
    }
    const Reply& reply = answered.replies.front();
    auto ranges = read_slots(reply);
    if (reply.is(Reply::Kind::error)) ranges = ConnectError(read_error(reply.text, "CLUSTER SLOTS").sentence);
    if (!ranges) {
      reason_ = connection->server() + ": " + ranges.error().why;
      co_return false;
    }
    migrate(*ranges, host_of(*connection));
    co_return true;
  }

  void migrate(const std::vector<SlotRange>& ranges, const std::string& host_asked) {
    std::vector<ConnectionPtr> slots(kSlots);
    std::map<std::string, ConnectionPtr> needed;
    for (const SlotRange& range : ranges) {
      RedisAddress master = range.master;
      if (master.host.empty()) master.host = host_asked;
      if (needed.size() >= kMaxNodes) break;
      const ConnectionPtr connection = node(master);
      needed[to_text(master)] = connection;
      for (unsigned slot = range.first; slot <= range.last; ++slot) slots[slot] = connection;
    }
    slots_ = std::move(slots);
    mapped_ = true;
    // The configured ones stay, to ask when all others are gone.
    for (const RedisAddress& address : setup_->options.addresses) needed[to_text(address)] = node(address);
    // So do those that are just getting their first slots: nodes that know of it redirect to them.
    for (const std::string& name : std::exchange(named_since_, {})) {
      if (const auto found = nodes_.find(name); found != nodes_.end()) needed[name] = found->second;
    }
    for (const auto& [name, connection] : nodes_) {
      if (!needed.contains(name)) connection->stop();
    }
    nodes_ = std::move(needed);
  }

  ConnectionPtr node(const RedisAddress& address) {
    const std::string name = to_text(address);
    if (const auto found = nodes_.find(name); found != nodes_.end()) return found->second;
    auto locate = [address](Clock::Steady) -> Task<Result<RedisAddress, ConnectError>> { co_return address; };
    RedisConnectionOptions to_node = setup_->to_server();
    to_node.most_elements = kMaxSlotElements;
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
  std::vector<ConnectionPtr> slots_;            // nullptr: nobody has it
  std::set<std::string> named_since_;           // by redirections, since the slots were learned
  bool mapped_ = false;
  bool refreshing_ = false;
  std::size_t turn_ = 0;                         // whose it is to be asked first
  std::vector<std::shared_ptr<Timer>> waiting_;  // for the end of the refreshing
  Clock::Steady next_refresh_{};
  std::string reason_;  // why the last node that was asked gave no slots
};

}  // namespace

std::shared_ptr<Topology> make_cluster(const Executor& executor,
                                       const std::shared_ptr<const RedisSetup>& setup) {
  return std::make_shared<Cluster>(executor, setup);
}

}  // namespace session
