#include "core/store/redis/topology/topology.h"

#include <stdexcept>
#include <utility>

#include "core/base/unix_socket.h"
#include "core/crypto/digest.h"
#include "core/crypto/hex.h"
#include "core/store/redis/topology/announcements.h"
#include "core/store/redis/topology/factories.h"

namespace session {
namespace {

// A string in a reply may be longer than the largest value by this.
constexpr std::size_t kReplyOverhead = std::size_t{64} << 10;

// One server. There is nothing to discover, and no other server that a redirection could name.
class SingleServer final : public Topology {
 public:
  explicit SingleServer(ConnectionPtr connection) : connection_(std::move(connection)) {}
  ConnectionPtr of(std::string_view) override { return connection_; }
  std::vector<ConnectionPtr> servers() override { return {connection_}; }
  [[nodiscard]] std::string layout() const override { return "single"; }
  Task<Result<void, ConnectError>> discover(Clock::Steady) override {
    co_return Result<void, ConnectError>();
  }
  ConnectionPtr redirected(const ServerError&, const RedisConnection&) override { return nullptr; }
  void request_refresh() override {}
  void abandon() override { connection_->abandon(); }

 private:
  ConnectionPtr connection_;
};

}  // namespace

RedisSetup::RedisSetup(RedisStoreOptions o, const Clock& c)
    : options(std::move(o)),
      clock(c),
      tls(options.tls ? make_tls_context(*options.tls) : nullptr),
      near_cache(options.near_cache.max_bytes > 0 ? std::make_shared<NearCache>(options.near_cache, c)
                                                  : nullptr) {
  for (const RedisAddress& address : options.addresses) {
    if (address.path.size() > kMaxSocketPath)
      throw std::runtime_error("a Unix socket's path has at most " + std::to_string(kMaxSocketPath) +
                               " bytes: " + address.path);
  }
}

RedisConnectionOptions RedisSetup::to_server() const {
  RedisConnectionOptions setup;
  setup.handshake = Handshake{options.user, options.password, options.database, options.client_name};
  setup.tls = tls;
  setup.connect_deadline = options.connect_deadline;
  setup.silence = options.deadline;
  setup.max_bytes = options.max_value_bytes + kReplyOverhead;
  setup.on_event = options.on_event;
  return setup;
}

RedisConnectionOptions RedisSetup::to_server_with_cache(const std::shared_ptr<const RedisSetup>& setup,
                                                        const Executor& executor) {
  RedisConnectionOptions options = setup->to_server();
  if (setup->near_cache) options.listener = std::make_shared<Announcements>(executor, setup);
  return options;
}

RedisConnectionOptions RedisSetup::to_sentinel() const {
  RedisConnectionOptions setup = to_server();
  setup.handshake = Handshake{options.sentinel_user, options.sentinel_password, 0, options.client_name};
  setup.on_event = nullptr;  // only the connection to the master reports events
  // A sentinel that is late once is not waited for again: the others know the master, too.
  setup.silence = milliseconds(0);
  return setup;
}

std::string layout_text(std::string_view servers) {
  constexpr std::size_t kBytes = 8;
  const auto digest = sha256(servers);
  return hex({digest.data(), kBytes});
}

std::shared_ptr<Topology> make_single_server(const Executor& executor,
                                             const std::shared_ptr<const RedisSetup>& setup) {
  const RedisAddress address = setup->options.addresses.front();
  auto locate = [address](Clock::Steady) -> Task<Result<RedisAddress, ConnectError>> { co_return address; };
  RedisConnectionOptions to_server = RedisSetup::to_server_with_cache(setup, executor);
  // A replica is rejected: it answers reads, but holds no data before its first synchronisation, so every
  // session would be unknown.
  to_server.handshake.role = Handshake::Role::not_a_replica;
  return std::make_shared<SingleServer>(
      std::make_shared<RedisConnection>(executor, std::move(to_server), locate, setup->clock));
}

std::shared_ptr<Topology> Topology::make(const Executor& executor, std::shared_ptr<const RedisSetup> setup) {
  switch (setup->options.topology) {
    case RedisTopology::single:
      break;
    case RedisTopology::sentinel:
      return make_sentinel_server(executor, setup);
    case RedisTopology::cluster:
      return make_cluster(executor, setup);
  }
  return make_single_server(executor, setup);
}

}  // namespace session
