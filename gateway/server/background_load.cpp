#include "gateway/server/background_load.h"

#include <mutex>
#include <utility>

#include "core/base/thread.h"

namespace session::gateway {

struct BackgroundLoad::Job {
  std::mutex mutex;
  std::optional<Loaded> loaded;  // under mutex
};

bool BackgroundLoad::begin() {
  (void)take();
  if (job_) return false;
  auto job = std::make_shared<Job>();
  start_thread("load", [job, load = load_] {
    Loaded loaded = load();
    const std::lock_guard lock(job->mutex);
    job->loaded.emplace(std::move(loaded));
  }).detach();
  job_ = std::move(job);
  return true;
}

std::optional<Loaded> BackgroundLoad::take() {
  if (!job_) return std::nullopt;
  std::optional<Loaded> loaded;
  {
    const std::lock_guard lock(job_->mutex);
    loaded = std::exchange(job_->loaded, std::nullopt);
  }
  if (loaded) job_.reset();
  return loaded;
}

}  // namespace session::gateway
