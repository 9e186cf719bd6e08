#include "core/base/thread.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace session {
namespace {

// Blocks the process's signals for the calling thread, and for those that it starts, as long as this lives.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&blocked, number);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

std::thread start_thread(const std::string& name, std::function<void()> body) {
  const BlockedSignals blocked;  // A new thread inherits the mask, so no signal finds it unblocked.
  std::thread thread(std::move(body));
  ::pthread_setname_np(thread.native_handle(), name.c_str());
  return thread;
}

}  // namespace session
