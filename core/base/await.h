#pragma once

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"

namespace session {

// Like kAwait, but the operation returns its error as part of the result instead of throwing it.
inline constexpr auto kAwaitTuple = boost::asio::as_tuple(kAwait);

// A timer of an event loop that runs on monotonic time.
using SteadyTimer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

// Suspends the awaiting coroutine for that time, on its own event loop.
[[nodiscard]] Task<void> pause(milliseconds time);

}  // namespace session
