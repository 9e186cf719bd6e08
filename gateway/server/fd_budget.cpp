#include "gateway/server/fd_budget.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace session::gateway {
namespace {

// The descriptors of a worker: its event loop (epoll, a timer and a wake-up), a connection to the store, and
// that connection's replacement.
constexpr std::size_t kEachWorker = 6;
// Descriptors for files that are read again, name lookups, the log, and the control socket with its clients.
constexpr std::size_t kSpare = 10;

std::size_t open_now() {
  std::error_code failed;
  const std::filesystem::directory_iterator first("/proc/self/fd", failed);
  if (failed) return 16;
  return static_cast<std::size_t>(std::distance(begin(first), end(first)));
}

}  // namespace

FdBudget::FdBudget(std::size_t workers)
    : workers_(workers), besides_(open_now() + kSpare + kWaitingForRoom + kEachWorker * workers) {}

std::size_t FdBudget::room_for(std::size_t connections, const Log& log) const {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return connections;
  // Asks for more than the minimum, because a cluster has several servers.
  const rlim_t ask = connections + 128 + 32 * workers_;
  if (limit.rlim_cur < ask && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = std::min(ask, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= connections + besides_) return connections;
  const std::size_t room = limit.rlim_cur > besides_ ? limit.rlim_cur - besides_ : 1;
  log.warn("only {} files may be open: at most {} connections instead of limits.connections ({})",
           limit.rlim_cur, room, connections);
  return room;
}

}  // namespace session::gateway
