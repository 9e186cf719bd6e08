#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "gateway/config/load.h"

namespace session::gateway {

// Reads a configuration on a thread of its own, because a disk that hangs may block the read for ever. That
// thread is then abandoned, and the caller is not blocked. Not thread-safe.
class BackgroundLoad {
 public:
  // `load` is called on the other thread, and that call may outlive this object.
  explicit BackgroundLoad(std::function<Loaded()> load) : load_(std::move(load)) {}

  // Begins to read. False: an earlier read is still in progress, and none was begun. The result of a
  // completed one is dropped. Throws std::system_error if no thread can be started.
  [[nodiscard]] bool begin();
  // Returns the result once; nullopt: the read is not complete, or the result was already returned.
  [[nodiscard]] std::optional<Loaded> take();

 private:
  struct Job;
  std::function<Loaded()> load_;
  std::shared_ptr<Job> job_;
};

}  // namespace session::gateway
