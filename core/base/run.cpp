#include "core/base/run.h"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace session {

void run(Task<> task) {
  boost::asio::io_context loop(1);
  std::exception_ptr failed;
  boost::asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& exception) {
    failed = exception;
    loop.stop();  // a store's connections would keep it running
  });
  loop.run();
  if (failed) std::rethrow_exception(failed);
}

}  // namespace session
