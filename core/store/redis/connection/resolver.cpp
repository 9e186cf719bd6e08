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

// The endpoint of an address that needs no look-up: a Unix socket or a numeric host.
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
  const LookUpPtr current = begin(std::move(address));
  const Clock::Steady now = clock_.steady_now();
  const Clock::Steady end = last_found_.empty() ? until : now + (until - now) / 2;
  if (!current->found) (void)co_await current->done.wait_until(end);
  if (current->found && *current->found) co_return *current->found;
  if (!last_found_.empty()) co_return last_found_;
  if (current->found) co_return *current->found;
  co_return ConnectError("its name is still being looked up");
}

Resolver::LookUpPtr Resolver::begin(RedisAddress address) {
  if (!(address == address_)) {
    last_found_.clear();
    in_progress_ = nullptr;
    address_ = address;
  }
  if (in_progress_) return in_progress_;
  const auto current = std::make_shared<LookUpInProgress>(executor_, clock_, std::move(address));
  in_progress_ = current;
  asio::co_spawn(executor_, run(shared_from_this(), current), asio::detached);
  return current;
}

Task<void> Resolver::run(std::shared_ptr<Resolver> self, LookUpPtr current) {
  try {
    current->found = co_await self->look_up_(current->address);
  } catch (const std::exception&) {
    current->found = ConnectError("its name can't be looked up by the gateway itself");
  }
  self->finished(current);
}

void Resolver::finished(const LookUpPtr& current) {
  current->done.cancel();
  if (current != in_progress_) return;  // Meanwhile find() was called for another address.
  in_progress_ = nullptr;
  if (*current->found) last_found_ = **current->found;
}

}  // namespace session
