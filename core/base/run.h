#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "core/base/task.h"

namespace session {

namespace detail {
template <class T>
Task<> keep(Task<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}
}  // namespace detail

// Runs a task to its end on this thread and returns its result (or throws its exception): for programs
// without an event loop of their own, and for tests. Must not be called from inside a task. Everything that
// the task leaves running ends with it, a RedisStore's connections included, so combine many tasks into one.
template <class T>
T run(Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    boost::asio::io_context loop(1);
    std::exception_ptr failed;
    boost::asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& exception) {
      failed = exception;
      loop.stop();  // a store's connections would keep it running
    });
    loop.run();
    if (failed) std::rethrow_exception(failed);
  } else {
    std::optional<T> result;  // co_spawn needs a default constructor, and a Session has none
    run(detail::keep(std::move(task), result));
    return std::move(*result);
  }
}

}  // namespace session
