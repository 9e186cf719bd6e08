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

// How often the sentinels are asked about a master that is connected. One that they have replaced without its
// knowing is dropped the second time.
constexpr milliseconds kWatchEvery{1000};

// The master that the sentinels name. They are asked before each attempt to connect, and each second while
// the connection lasts: a master that was cut off from them does not know that it is none any more.
class SentinelServer final : public Topology, public std::enable_shared_from_this<SentinelServer> {
 public:
  SentinelServer(const Executor& executor, const std::shared_ptr<const RedisSetup>& setup)
      : executor_(executor), setup_(setup), sentinels_(std::make_shared<Sentinels>(executor, setup)) {}

  ConnectionPtr of(std::string_view) override {
    if (!connection_) begin();
    return connection_;
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
  void begin() {
    RedisConnectionOptions to_master = setup_->to_server();
    to_master.handshake.role = Handshake::Role::master;
    connection_ = std::make_shared<RedisConnection>(
        executor_, std::move(to_master),
        [self = weak_from_this()](Clock::Steady until) { return locate(self.lock(), until); }, setup_->clock);
    boost::asio::co_spawn(executor_, watch(weak_from_this(), setup_->clock), boost::asio::detached);
  }

  static Task<Result<RedisAddress, ConnectError>> locate(std::shared_ptr<SentinelServer> self,
                                                         Clock::Steady until) {
    if (!self) co_return ConnectError("the store is gone");
    const auto named = std::exchange(self->named_by_most_, std::nullopt);
    Result<RedisAddress, ConnectError> found = ConnectError();
    if (named) found = *named;
    if (!named) found = co_await self->sentinels_->master(until);
    if (found) self->master_ = *found;
    co_return found;
  }

  static Task<void> watch(std::weak_ptr<SentinelServer> weak, const Clock& clock) {
    for (;;) {
      co_await pause(kWatchEvery, clock);
      const auto self = weak.lock();
      if (!self) co_return;
      try {
        co_await self->look_again();
      } catch (const std::exception&) {
        // The next check comes in a second.
      }
    }
  }

  // One sentinel may be cut off together with the master that it names, so most of them count. News of a
  // failover takes a moment to reach them all: they must say so twice.
  Task<void> look_again() {
    const bool doubted = std::exchange(doubted_, false);
    if (connection_->state() != RedisConnection::State::up) co_return;
    const auto until = setup_->clock.steady_now() + setup_->options.connect_deadline;
    auto named = co_await sentinels_->majority(until);
    doubted_ = named && *named != master_ && connection_->state() == RedisConnection::State::up;
    if (!doubted_ || !doubted) co_return;
    doubted_ = false;
    named_by_most_ = std::move(named);
    connection_->renew("the sentinels name another master");
  }

  Executor executor_;
  std::shared_ptr<const RedisSetup> setup_;
  std::shared_ptr<Sentinels> sentinels_;
  ConnectionPtr connection_;
  RedisAddress master_;                        // as it was named last
  std::optional<RedisAddress> named_by_most_;  // where the next attempt goes
  bool doubted_ = false;                       // whether most named another master a moment ago
};

}  // namespace

Result<RedisAddress, ConnectError> read_master(const Reply& reply) {
  if (reply.is(Reply::Kind::nil)) return ConnectError("the sentinels know no master of that name");
  if (reply.is(Reply::Kind::error)) return ConnectError(read_error(reply.text, "asking a sentinel").sentence);
  const bool pair = reply.is(Reply::Kind::array) && reply.elements.size() == 2 &&
                    reply.elements[0].is(Reply::Kind::bulk) && reply.elements[1].is(Reply::Kind::bulk);
  if (!pair) return ConnectError("a sentinel's answer can't be read");
  RedisAddress address;
  address.host = reply.elements[0].bytes.view();
  const std::string_view port = reply.elements[1].bytes.view();
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  const bool is_valid_reply = error == std::errc() && end == port.data() + port.size() && address.port != 0 &&
                              can_be_host(address.host);
  if (!is_valid_reply) return ConnectError("a sentinel's answer can't be read");
  return address;
}

std::optional<RedisAddress> named_by_most(const std::vector<RedisAddress>& named) {
  for (const RedisAddress& one : named) {
    const auto votes = static_cast<std::size_t>(std::count(named.begin(), named.end(), one));
    if (2 * votes > named.size()) return one;
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

// Each gets its share of the time, so that one that hangs leaves some for the others, and for the master.
Task<Result<RedisAddress, ConnectError>> Sentinels::master(Clock::Steady until) {
  const std::size_t first = turn_++;
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
  std::vector<RedisAddress> named;
  for (std::size_t which = 0; which < connections_.size(); ++which) {
    const Clock::Steady now = setup_->clock.steady_now();
    if (now >= until) break;
    const auto share = (until - now) / static_cast<int>(connections_.size() - which);
    auto master = co_await ask(which, now + share);
    if (master) named.push_back(std::move(*master));
  }
  co_return named_by_most(named);
}

Task<Result<RedisAddress, ConnectError>> Sentinels::ask(std::size_t which, Clock::Steady until) {
  const std::shared_ptr<RedisConnection> asked = connection(which);
  Command command;
  command.retry = Command::Retry::safe;
  command.then({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", setup_->options.master_name});
  CommandResult answered = co_await asked->ask(std::move(command), until);
  if (answered.failure) co_return ConnectError("sentinel " + answered.failure->reason);
  co_return read_master(answered.replies.front());
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
