#pragma once

#include <optional>
#include <utility>

#include "core/base/task.h"

namespace session {

namespace detail {
template <class T>
Task<> keep(Task<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}
}  // namespace detail

// Runs a task to its end on this thread and returns what it yields (or throws what it throws): for programs
// that have no event loop of their own, and for tests. Must not be called from inside a task. What the task
// leaves running ends with it, a RedisStore's connections too: many tasks are better run as one.
void run(Task<> task);

template <class T>
T run(Task<T> task) {
  std::optional<T> result;  // co_spawn alone takes only what can be made of nothing, which a Session can't
  run(detail::keep(std::move(task), result));
  return std::move(*result);
}

}  // namespace session
