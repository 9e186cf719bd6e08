#include "core/store/redis/connection/resolver.h"

#include <exception>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace session {

namespace asio = boost::asio;

namespace {

using Error = boost::system::error_code;

// Of an address that needs no look-up.
std::optional<Endpoint> endpoint_of(const RedisAddress& address) {
  if (!address.path.empty()) return Endpoint(asio::local::stream_protocol::endpoint(address.path));
  Error bad;
  const auto numeric = asio::ip::make_address(address.host, bad);
  if (bad) return std::nullopt;
  return Endpoint(asio::ip::tcp::endpoint(numeric, address.port));
}

}  // namespace

Task<Endpoints> look_up(RedisAddress address) {
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(co_await asio::this_coro::executor);
  const auto [error, found] =
      co_await resolver.async_resolve(address.host, std::to_string(address.port), kAwaitTuple);
  if (error) co_return ConnectError("its name can't be looked up: " + error.message());
  std::vector<Endpoint> endpoints;
  for (const auto& entry : found) endpoints.emplace_back(entry.endpoint());
  if (endpoints.empty()) co_return ConnectError("its name has no address");
  co_return endpoints;
}

Resolver::Resolver(const Executor& executor, const Clock& clock, LookUp how)
    : executor_(executor), clock_(clock), look_up_(std::move(how)) {}

Task<Endpoints> Resolver::find(RedisAddress address, Clock::Steady until) {
  if (const auto endpoint = endpoint_of(address)) co_return std::vector<Endpoint>{*endpoint};
  const LookingUpPtr current = begin(std::move(address));
  const Clock::Steady now = clock_.steady_now();
  const Clock::Steady end = known_.empty() ? until : now + (until - now) / 2;
  if (!current->found) (void)co_await current->done.wait_until(end);
  if (current->found && *current->found) co_return *current->found;
  if (!known_.empty()) co_return known_;
  if (current->found) co_return *current->found;
  co_return ConnectError("its name is still being looked up");
}

Resolver::LookingUpPtr Resolver::begin(RedisAddress address) {
  if (!(address == address_)) {
    known_.clear();
    current_ = nullptr;
    address_ = address;
  }
  if (current_) return current_;
  const auto current = std::make_shared<LookingUp>(executor_, clock_, std::move(address));
  current_ = current;
  asio::co_spawn(executor_, ask(shared_from_this(), current), asio::detached);
  return current;
}

Task<void> Resolver::ask(std::shared_ptr<Resolver> self, LookingUpPtr current) {
  try {
    current->found = co_await self->look_up_(current->address);
  } catch (const std::exception&) {
    current->found = ConnectError("its name can't be looked up by the gateway itself");
  }
  self->finished(current);
}

void Resolver::finished(const LookingUpPtr& current) {
  current->done.cancel();
  if (current != current_) return;  // another address is wanted by now
  current_ = nullptr;
  if (*current->found) known_ = **current->found;
}

}  // namespace session
