#include "core/store/redis/topology/topology.h"

#include <sys/un.h>

#include <stdexcept>
#include <utility>

#include "core/store/redis/topology/factories.h"

namespace session {
namespace {

// Room for what surrounds a value in a reply.
constexpr std::size_t kAroundValue = std::size_t{64} << 10;
// With the zero behind it.
constexpr std::size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;

// There is one server, so nothing is to be found out, and nobody to be sent on to.
class OneServer final : public Servers {
 public:
  explicit OneServer(LinkPtr link) : link_(std::move(link)) {}
  LinkPtr of(std::string_view) override { return link_; }
  Task<Result<void, Broken>> find_out(Clock::Steady) override { co_return Result<void, Broken>(); }
  LinkPtr redirected(const ServerError&, const Link&) override { return nullptr; }
  void suspect() override {}
  void abandon() override { link_->abandon(); }

 private:
  LinkPtr link_;
};

}  // namespace

RedisSetup::RedisSetup(RedisStoreOptions o)
    : options(std::move(o)), tls(options.tls ? make_tls_context(*options.tls) : nullptr) {
  for (const RedisAddress& address : options.addresses) {
    if (address.path.size() > kLongestPath)
      throw std::runtime_error("a Unix socket's path has at most " + std::to_string(kLongestPath) +
                               " bytes: " + address.path);
  }
}

LinkSetup RedisSetup::to_server() const {
  LinkSetup setup;
  setup.greeting = Greeting{options.user, options.password, options.database, options.client_name};
  setup.tls = tls;
  setup.connect_deadline = options.connect_deadline;
  setup.most_bytes = options.max_value_bytes + kAroundValue;
  setup.on_event = options.on_event;
  return setup;
}

LinkSetup RedisSetup::to_sentinel() const {
  LinkSetup setup = to_server();
  setup.greeting = Greeting{options.sentinel_user, options.sentinel_password, 0, options.client_name};
  setup.on_event = nullptr;  // what is told is which master they name, and that none answers
  return setup;
}

std::shared_ptr<Servers> make_one_server(const Executor& executor,
                                         const std::shared_ptr<const RedisSetup>& setup) {
  const RedisAddress address = setup->options.addresses.front();
  auto locate = [address](Clock::Steady) -> Task<Result<RedisAddress, Broken>> { co_return address; };
  LinkSetup to_server = setup->to_server();
  // A replica answers reads, and before its first copy with nothing at all: every session would be unknown.
  to_server.greeting.role = Greeting::Role::not_a_replica;
  return std::make_shared<OneServer>(std::make_shared<Link>(executor, std::move(to_server), locate));
}

std::shared_ptr<Servers> Servers::make(const Executor& executor, std::shared_ptr<const RedisSetup> setup) {
  switch (setup->options.topology) {
    case RedisTopology::single:
      break;
    case RedisTopology::sentinel:
      return make_sentinel_server(executor, setup);
    case RedisTopology::cluster:
      return make_cluster(executor, setup);
  }
  return make_one_server(executor, setup);
}

}  // namespace session
