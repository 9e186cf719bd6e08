#pragma once

#include <cstddef>
#include <functional>

#include "core/base/task.h"

namespace session {

using LaneWork = std::function<Task<void>(std::size_t number)>;

// Runs `work` for the numbers from 0 to `count` - 1, on this event loop, in so many lanes at once: each lane
// takes the next number when it is done with one. Ends when all are done, and throws what the first lane
// threw. `work`, and what it refers to, must outlive the task. For work that waits for answers of a store:
// with one lane a thousand answers take a thousand round trips.
Task<void> in_lanes(std::size_t count, std::size_t lanes, const LaneWork& work);

}  // namespace session
