#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/base/clock.h"
#include "core/base/task.h"

namespace session {

// Has those who write the same key at the same time do so one after the other. The store's compare-and-set is
// what keeps writes apart, and goes on doing so between threads and machines; but of many who try at once all
// but one have tried for nothing, and the work grows with their square.
// Not thread-safe: one per event loop.
class KeyedMutex {
  struct Line;
  struct Waiter;
  struct Place;

 public:
  // How many may wait for one key. More than the requests that a busy page sends at once for one session; but
  // one client that writes without end must not fill the memory with what waits behind it.
  static constexpr std::size_t kMaxWaiters = 1'024;

  // The right to go on; the next in line gets it when this goes.
  class Lock {
   public:
    Lock(std::shared_ptr<Line> line, std::string key);
    Lock(Lock&& other) noexcept = default;
    Lock& operator=(Lock&& other) noexcept {
      std::swap(line_, other.line_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~Lock();

   private:
    std::shared_ptr<Line> line_;  // nullptr: moved from
    std::string key_;
  };

  KeyedMutex();

  // Waits until everybody who came before for this key is done, and for as long as `timeout` at the most.
  // nullopt: the turn did not come in that time; or kMaxWaiters wait already, and then it is told at once. A
  // key that nobody has is always had.
  [[nodiscard]] Task<std::optional<Lock>> lock(std::string key, milliseconds timeout);

 private:
  std::shared_ptr<Line> line_;
};

}  // namespace session
