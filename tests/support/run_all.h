#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include "core/base/await.h"
#include "core/base/clock.h"
#include "core/base/task.h"

namespace session::test {

// Runs all of them at the same time on this event loop; done when they all are. An exception of one ends it
// all.
inline Task<> together(std::vector<Task<>> tasks) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  const auto bell = std::make_shared<SteadyTimer>(executor);
  bell->expires_at(std::chrono::steady_clock::time_point::max());
  const auto left = std::make_shared<std::size_t>(tasks.size());
  const auto failed = std::make_shared<std::exception_ptr>();
  for (auto& task : tasks) {
    boost::asio::co_spawn(executor, std::move(task),
                          [bell, left, failed](const std::exception_ptr& exception) {
                            if (exception) *failed = exception;
                            if (--*left == 0 || exception) bell->cancel();
                          });
  }
  if (!tasks.empty()) (void)co_await bell->async_wait(kAwaitTuple);
  if (*failed) std::rethrow_exception(*failed);
}

// Lets other coroutines of this event loop run until the condition holds.
template <class Condition>
Task<> until(Condition condition) {
  SteadyTimer timer(co_await boost::asio::this_coro::executor);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain");
    timer.expires_after(milliseconds(1));
    (void)co_await timer.async_wait(kAwaitTuple);
  }
}

}  // namespace session::test
