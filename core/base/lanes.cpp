#include "core/base/lanes.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

namespace session {
namespace {

namespace asio = boost::asio;

// What the lanes share. One thread runs them all.
struct Numbers {
  std::size_t next = 0;
  std::size_t count = 0;
  const LaneWork* work = nullptr;
};

Task<void> lane(std::shared_ptr<Numbers> numbers) {
  while (numbers->next < numbers->count) {
    const std::size_t number = numbers->next++;
    co_await (*numbers->work)(number);
  }
}

}  // namespace

Task<void> in_lanes(std::size_t count, std::size_t lanes, const LaneWork& work) {
  if (count == 0) co_return;
  const auto numbers = std::make_shared<Numbers>();
  numbers->count = count;
  numbers->work = &work;
  const Executor executor = co_await asio::this_coro::executor;
  using Lane = decltype(asio::co_spawn(executor, lane(numbers), asio::deferred));
  std::vector<Lane> running;
  for (std::size_t i = 0; i < std::min(count, lanes); ++i)
    running.push_back(asio::co_spawn(executor, lane(numbers), asio::deferred));
  auto group = asio::experimental::make_parallel_group(std::move(running));
  const auto [order, failures] = co_await group.async_wait(asio::experimental::wait_for_all(), kAwait);
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace session
