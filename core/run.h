#pragma once

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "core/task.h"

namespace session {

// Runs a task to its end on this thread and returns what it yields (or throws what it throws): for programs that
// have no event loop of their own, and for tests. Must not be called from inside a task.
template <class T>
T run(Task<T> task) {
  boost::asio::io_context loop(1);
  auto result = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return result.get();
}

}  // namespace session
