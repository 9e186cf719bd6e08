#include "core/base/await.h"

namespace session {

// Defined here and not in the header: GCC 12 gives a coroutine's frame another name in each translation unit,
// and link-time optimization warns about that.
Task<void> pause(milliseconds time) {
  SteadyTimer timer(co_await boost::asio::this_coro::executor, time);
  (void)co_await timer.async_wait(kAwaitTuple);
}

}  // namespace session
