#include "core/store/redis/topology/sentinel.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/base/timer.h"
#include "core/store/redis/topology/factories.h"

namespace session {
namespace {

// The interval at which the sentinels are asked about a connected master. A master that they have replaced
// without its knowledge is dropped at the second mismatch.
constexpr milliseconds kCheckInterval{1000};

// The master that the sentinels report. They are asked before each attempt to connect, and each second while
// connected: a master that lost the sentinels in a network partition does not know that it was replaced.
class SentinelServer final : public Topology, public std::enable_shared_from_this<SentinelServer> {
 public:
  SentinelServer(const Executor& executor, const std::shared_ptr<const RedisSetup>& setup)
      : executor_(executor), setup_(setup), sentinels_(std::make_shared<Sentinels>(executor, setup)) {}

  ConnectionPtr of(std::string_view) override {
    if (!connection_) start();
    return connection_;
  }
  std::vector<ConnectionPtr> servers() override { return {of({})}; }
  [[nodiscard]] std::string layout() const override {
    return connection_ && !connection_->server().empty() ? layout_text(connection_->server()) : std::string();
  }
  Task<Result<void, ConnectError>> discover(Clock::Steady) override {
    co_return Result<void, ConnectError>();
  }
  ConnectionPtr redirected(const ServerError&, const RedisConnection&) override { return nullptr; }
  void request_refresh() override {}
  void abandon() override {
    if (connection_) connection_->abandon();
    sentinels_->abandon();
  }

 private:
  void start() {
    RedisConnectionOptions to_master = RedisSetup::to_server_with_cache(setup_, executor_);
    to_master.handshake.role = Handshake::Role::master;
    connection_ = std::make_shared<RedisConnection>(
        executor_, std::move(to_master),
        [self = weak_from_this()](Clock::Steady until) { return locate(self.lock(), until); }, setup_->clock);
    boost::asio::co_spawn(executor_, watch(weak_from_this(), setup_->clock), boost::asio::detached);
  }

  static Task<Result<RedisAddress, ConnectError>> locate(std::shared_ptr<SentinelServer> self,
                                                         Clock::Steady until) {
    if (!self) co_return ConnectError("the store is gone");
    const auto reported = std::exchange(self->agreed_master_, std::nullopt);
    Result<RedisAddress, ConnectError> found = ConnectError();
    if (reported) found = *reported;
    if (!reported) found = co_await self->sentinels_->master(until);
    if (found) self->master_ = *found;
    co_return found;
  }

  static Task<void> watch(std::weak_ptr<SentinelServer> weak, const Clock& clock) {
    for (;;) {
      co_await pause(kCheckInterval, clock);
      const auto self = weak.lock();
      if (!self) co_return;
      try {
        co_await self->check_master();
      } catch (const std::exception&) {
        // The check is repeated after the next interval.
      }
    }
  }

  // Drops the connection if a majority of the sentinels reports another master in two checks in a row. A
  // majority, because one sentinel may be partitioned together with the old master. Two checks, because a
  // failover takes a moment to reach all sentinels.
  Task<void> check_master() {
    const bool seen_before = std::exchange(mismatch_seen_, false);
    if (connection_->state() != RedisConnection::State::up) co_return;
    const auto until = setup_->clock.steady_now() + setup_->options.connect_deadline;
    auto reported = co_await sentinels_->majority(until);
    mismatch_seen_ = reported && *reported != master_ && connection_->state() == RedisConnection::State::up;
    if (!mismatch_seen_ || !seen_before) co_return;
    mismatch_seen_ = false;
    agreed_master_ = std::move(reported);
    connection_->renew("the sentinels name another master");
  }

  Executor executor_;
  std::shared_ptr<const RedisSetup> setup_;
  std::shared_ptr<Sentinels> sentinels_;
  ConnectionPtr connection_;
  RedisAddress master_;                        // the last one that was reported
  std::optional<RedisAddress> agreed_master_;  // the target of the next attempt to connect
  bool mismatch_seen_ = false;                 // whether the last check found another master
};

}  // namespace

Result<RedisAddress, ConnectError> read_master(const Reply& reply) {
  if (reply.is(Reply::Kind::nil)) return ConnectError("the sentinels know no master of that name");
  if (reply.is(Reply::Kind::error)) return ConnectError(read_error(reply.text, "asking a sentinel").sentence);
  const bool is_pair = reply.is(Reply::Kind::array) && reply.elements.size() == 2 &&
                       reply.elements[0].is(Reply::Kind::bulk) && reply.elements[1].is(Reply::Kind::bulk);
  if (!is_pair) return ConnectError("a sentinel's answer can't be read");
  RedisAddress address;
  address.host = reply.elements[0].bytes.view();
  const std::string_view port = reply.elements[1].bytes.view();
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  const bool is_valid = error == std::errc() && end == port.data() + port.size() && address.port != 0 &&
                        can_be_host(address.host);
  if (!is_valid) return ConnectError("a sentinel's answer can't be read");
  return address;
}

std::optional<RedisAddress> majority_of(const std::vector<RedisAddress>& reported) {
  for (const RedisAddress& one : reported) {
    const auto votes = static_cast<std::size_t>(std::count(reported.begin(), reported.end(), one));
    if (2 * votes > reported.size()) return one;
  }
  return std::nullopt;
}

Sentinels::Sentinels(const Executor& executor, std::shared_ptr<const RedisSetup> setup)
    : executor_(executor), setup_(std::move(setup)), connections_(setup_->options.addresses.size()) {}

void Sentinels::abandon() {
  for (const auto& connection : connections_) {
    if (connection) connection->abandon();
  }
}

// Each sentinel gets an equal share of the time, so that one that does not answer leaves time for the others,
// and for the connection to the master.
Task<Result<RedisAddress, ConnectError>> Sentinels::master(Clock::Steady until) {
  const std::size_t first = first_asked_++;
  Result<RedisAddress, ConnectError> last = ConnectError("no sentinel answers");
  for (std::size_t tried = 0; tried < connections_.size(); ++tried) {
    const Clock::Steady now = setup_->clock.steady_now();
    if (now >= until) break;
    const auto share = (until - now) / static_cast<int>(connections_.size() - tried + 1);
    last = co_await ask((first + tried) % connections_.size(), now + share);
    if (last) break;
  }
  co_return last;
}

Task<std::optional<RedisAddress>> Sentinels::majority(Clock::Steady until) {
  std::vector<RedisAddress> reported;
  for (std::size_t which = 0; which < connections_.size(); ++which) {
    const Clock::Steady now = setup_->clock.steady_now();
    if (now >= until) break;
    const auto share = (until - now) / static_cast<int>(connections_.size() - which);
    auto master = co_await ask(which, now + share);
    if (master) reported.push_back(std::move(*master));
  }
  co_return majority_of(reported);
}

Task<Result<RedisAddress, ConnectError>> Sentinels::ask(std::size_t which, Clock::Steady until) {
  const std::shared_ptr<RedisConnection> asked = connection(which);
  Command command;
  command.retry = Command::Retry::safe;
  command.then({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", setup_->options.master_name});
  CommandResult result = co_await asked->ask(std::move(command), until);
  if (result.failure) co_return ConnectError("sentinel " + result.failure->reason);
  co_return read_master(result.replies.front());
}

const std::shared_ptr<RedisConnection>& Sentinels::connection(std::size_t which) {
  std::shared_ptr<RedisConnection>& connection = connections_[which];
  if (connection) return connection;
  const RedisAddress address = setup_->options.addresses[which];
  auto locate = [address](Clock::Steady) -> Task<Result<RedisAddress, ConnectError>> { co_return address; };
  return connection =
             std::make_shared<RedisConnection>(executor_, setup_->to_sentinel(), locate, setup_->clock);
}

std::shared_ptr<Topology> make_sentinel_server(const Executor& executor,
                                               const std::shared_ptr<const RedisSetup>& setup) {
  return std::make_shared<SentinelServer>(executor, setup);
}

}  // namespace session
