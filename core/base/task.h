#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace session {

// The executor of everything asynchronous: one io_context per thread.
using Executor = boost::asio::io_context::executor_type;

// A coroutine that returns a T. Start it with `run` (core/base/run.h) or boost::asio::co_spawn.
//
// Parameters of coroutines are values, or references to objects that the awaiting frame owns. GCC 12 destroys
// temporary aggregates inside a co_await operand twice: name the object first, then pass it
// (tests/checks/co_await_braces enforces this).
template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

// The completion token that turns an Asio operation into a Task.
inline constexpr boost::asio::use_awaitable_t<Executor> kAwait;

}  // namespace session
