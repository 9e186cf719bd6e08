#pragma once

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"

namespace session {

// As kAwait, but an error is part of what the operation yields, and not an exception.
inline constexpr auto kAwaitTuple = boost::asio::as_tuple(kAwait);

// A timer of an event loop, by monotonic time.
using SteadyTimer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

// Lets that much time pass on the event loop of whoever awaits it.
[[nodiscard]] Task<void> pause(milliseconds time);

}  // namespace session
