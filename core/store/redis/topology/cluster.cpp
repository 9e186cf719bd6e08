#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include "core/base/await.h"
#include "core/store/redis/topology/slots.h"
#include "core/store/redis/topology/factories.h"

namespace session {
namespace {

// However many commands fail, the nodes are not asked more often than that.
constexpr milliseconds kRefreshEvery{100};
constexpr std::size_t kMostNodes = 1000;

// The masters of a Redis Cluster, each with a link of its own. Which has a slot is learned by CLUSTER SLOTS,
// from any node, and corrected by redirections (Redis Cluster specification, "Redirection and resharding").
class Cluster final : public Servers, public std::enable_shared_from_this<Cluster> {
 public:
  Cluster(const Executor& executor, const std::shared_ptr<const RedisSetup>& setup)
      : executor_(executor), setup_(setup), slots_(kSlots) {
    for (const RedisAddress& address : setup->options.addresses) (void)node(address);
  }

  LinkPtr of(std::string_view key) override { return slots_[slot_of(key)]; }

  Task<Result<void, Broken>> find_out(Clock::Steady deadline) override {
    return find_out(shared_from_this(), deadline);
  }

  LinkPtr redirected(const ServerError& redirection, const Link& by) override {
    auto address = read_address(redirection.where);
    if (!address || nodes_.size() >= kMostNodes) return nullptr;
    if (address->host.empty()) address->host = host_of(by);
    LinkPtr link = node(*address);
    named_since_.insert(to_text(*address));
    if (redirection.reaction == ServerError::Reaction::moved) {
      slots_[redirection.slot] = link;
      suspect();  // where one slot has gone, others have
    }
    return link;
  }

  void suspect() override {
    if (refreshing_ || system_clock().steady_now() < next_refresh_) return;
    refreshing_ = true;
    // However it ends: an exception must not be the last refresh.
    const auto done = [self = shared_from_this()](const std::exception_ptr&) { self->refreshed(); };
    boost::asio::co_spawn(executor_, refresh(shared_from_this()), done);
  }

  void abandon() override {
    for (const auto& [name, link] : nodes_) link->abandon();
  }

 private:
  static Task<Result<void, Broken>> find_out(std::shared_ptr<Cluster> self, Clock::Steady deadline) {
    self->suspect();
    if (self->refreshing_) {
      // Once for all who wait; the timer is for those who can't wait that long.
      const auto bell = std::make_shared<SteadyTimer>(self->executor_, deadline);
      self->waiting_.push_back(bell);
      (void)co_await bell->async_wait(kAwaitTuple);
    }
    if (self->mapped_) co_return Result<void, Broken>();
    co_return Broken("no node of the cluster tells who has which slots" +
                     (self->reason_.empty() ? "" : ": " + self->reason_));
  }

  static Task<void> refresh(std::shared_ptr<Cluster> self) {
    for (const LinkPtr& link : self->in_order_of_trust()) {
      const bool learned = co_await self->learn_from(link);
      if (learned) break;
    }
  }

  void refreshed() {
    refreshing_ = false;
    for (const auto& bell : std::exchange(waiting_, {})) bell->cancel();
    next_refresh_ = system_clock().steady_now() + kRefreshEvery;
  }

  // Those first that are not known to be out of reach. Among them another one begins each time, so that none
  // that has old news only is believed for ever.
  [[nodiscard]] std::vector<LinkPtr> in_order_of_trust() {
    std::vector<LinkPtr> links;
    for (const auto& [name, link] : nodes_) links.push_back(link);
    const std::size_t first = turn_++ % links.size();
    std::rotate(links.begin(), links.begin() + static_cast<std::ptrdiff_t>(first), links.end());
    std::stable_partition(links.begin(), links.end(), [](const LinkPtr& link) {
      return link->state() == Link::State::up || link->state() == Link::State::idle;
    });
    return links;
  }

  Task<bool> learn_from(LinkPtr link) {
    Command command;
    command.repeat = Command::Repeat::harmless;
    command.then({"CLUSTER", "SLOTS"});
    const auto deadline = system_clock().steady_now() + setup_->options.connect_deadline;
    Answered answered = co_await link->ask(std::move(command), deadline);
    if (answered.failure) {
      reason_ = answered.failure->reason;
      co_return false;
    }
    const Reply& reply = answered.replies.front();
    auto ranges = read_slots(reply);
    if (reply.is(Reply::Kind::error)) ranges = Broken(read_error(reply.text, "CLUSTER SLOTS").sentence);
    if (!ranges) {
      reason_ = link->server() + ": " + ranges.error().why;
      co_return false;
    }
    take_over(*ranges, host_of(*link));
    co_return true;
  }

  void take_over(const std::vector<SlotRange>& ranges, const std::string& host_asked) {
    std::vector<LinkPtr> slots(kSlots);
    std::map<std::string, LinkPtr> needed;
    for (const SlotRange& range : ranges) {
      RedisAddress master = range.master;
      if (master.host.empty()) master.host = host_asked;
      if (needed.size() >= kMostNodes) break;
      const LinkPtr link = node(master);
      needed[to_text(master)] = link;
      for (unsigned slot = range.first; slot <= range.last; ++slot) slots[slot] = link;
    }
    slots_ = std::move(slots);
    mapped_ = true;
    // The configured ones stay, to ask when all others are gone.
    for (const RedisAddress& address : setup_->options.addresses) needed[to_text(address)] = node(address);
    // So do those that are just getting their first slots: nodes that know of it redirect to them.
    for (const std::string& name : std::exchange(named_since_, {})) {
      if (const auto found = nodes_.find(name); found != nodes_.end()) needed[name] = found->second;
    }
    for (const auto& [name, link] : nodes_) {
      if (!needed.contains(name)) link->stop();
    }
    nodes_ = std::move(needed);
  }

  LinkPtr node(const RedisAddress& address) {
    const std::string name = to_text(address);
    if (const auto found = nodes_.find(name); found != nodes_.end()) return found->second;
    auto locate = [address](Clock::Steady) -> Task<Result<RedisAddress, Broken>> { co_return address; };
    LinkSetup to_node = setup_->to_server();
    to_node.most_elements = kMostSlotElements;
    const auto link = std::make_shared<Link>(executor_, std::move(to_node), locate);
    nodes_.emplace(name, link);
    return link;
  }

  static std::string host_of(const Link& link) {
    const auto address = read_address(link.server());
    if (!address) return {};
    const std::string& host = address->host;
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
  }

  Executor executor_;
  std::shared_ptr<const RedisSetup> setup_;
  std::map<std::string, LinkPtr> nodes_;  // by address
  std::vector<LinkPtr> slots_;            // nullptr: nobody has it
  std::set<std::string> named_since_;     // by redirections, since the slots were learned
  bool mapped_ = false;
  bool refreshing_ = false;
  std::size_t turn_ = 0;                               // whose it is to be asked first
  std::vector<std::shared_ptr<SteadyTimer>> waiting_;  // for the end of the refreshing
  Clock::Steady next_refresh_{};
  std::string reason_;  // why the last node that was asked did not tell
};

}  // namespace

std::shared_ptr<Servers> make_cluster(const Executor& executor,
                                      const std::shared_ptr<const RedisSetup>& setup) {
  return std::make_shared<Cluster>(executor, setup);
}

}  // namespace session
