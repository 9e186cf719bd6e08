#include "core/store/redis/prepared_call.h"

#include <utility>

#include <boost/asio/execution_context.hpp>

namespace session {
namespace {

namespace asio = boost::asio;

// The clients of one event loop, by store. A service of the io_context, so that the connections end with it.
class LoopClients final : public asio::execution_context::service {
 public:
  using key_type = LoopClients;
  static asio::execution_context::id id;

  explicit LoopClients(asio::execution_context& context) : service(context) {}

  RedisClient& of(const std::shared_ptr<const RedisSetup>& setup, const Executor& executor) {
    for (auto& [owner, client] : clients_) {
      if (owner == setup) return *client;
    }
    clients_.emplace_back(setup, std::make_unique<RedisClient>(executor, setup));
    return *clients_.back().second;
  }

 private:
  // Destroys the clients now and not in the destructor: the loop's timers and sockets may be destroyed by
  // then.
  void shutdown() override {
    for (auto& [owner, client] : clients_) client->abandon();
    clients_.clear();
  }

  std::vector<std::pair<std::shared_ptr<const RedisSetup>, std::unique_ptr<RedisClient>>> clients_;
};

asio::execution_context::id LoopClients::id;

}  // namespace

PreparedCall prepare_call(const std::shared_ptr<const RedisSetup>& setup, const Executor& executor,
                          const std::string& key, StoreCommand command, StoreObserver* observer) {
  const RedisStoreOptions& options = setup->options;
  const Clock::Steady now = setup->clock.steady_now();
  return {asio::use_service<LoopClients>(executor.context()).of(setup, executor), options.prefix + key,
          now + options.deadline, Observed(observer, command, now, setup->clock)};
}

}  // namespace session
