#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "gateway/config/load.h"

namespace session::gateway {

// Reads a configuration on a thread of its own, which may take for ever where a disk hangs: then that thread
// is left behind, and whoever waits here is not held up. For one thread.
class BackgroundLoad {
 public:
  // `load` is called on the other thread, and may outlive this.
  explicit BackgroundLoad(std::function<Loaded()> load) : load_(std::move(load)) {}

  // Begins to read. False: an earlier reading has not ended yet, and nothing was begun; one that has ended
  // meanwhile is forgotten. Throws std::system_error if there is no thread to be had.
  [[nodiscard]] bool begin();
  // What was read, once; nullopt: not yet.
  [[nodiscard]] std::optional<Loaded> take();

 private:
  struct Job;
  std::function<Loaded()> load_;
  std::shared_ptr<Job> job_;
};

}  // namespace session::gateway
