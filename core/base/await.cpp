#include "core/base/await.h"

namespace session {

// Not in the header: GCC 12 names a coroutine's frame anew in each file, which link-time optimization
// reports.
Task<void> pause(milliseconds time) {
  SteadyTimer timer(co_await boost::asio::this_coro::executor, time);
  (void)co_await timer.async_wait(kAwaitTuple);
}

}  // namespace session
