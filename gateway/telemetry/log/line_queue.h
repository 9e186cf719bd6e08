#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "gateway/telemetry/log/line.h"
#include "gateway/telemetry/log/line_writer.h"
#include "gateway/telemetry/log/loss_reporting_writer.h"

namespace session::gateway {

namespace detail {
struct LineQueueState;
}

// Lines for a file, in the order in which they come, written by a thread of the queue's own: a disk that
// hangs holds up that thread and nobody else. What has no room in the queue is lost and told, as
// LossReportingWriter does. Thread-safe. Can be moved.
//
// Its end waits for nothing: the thread goes on by itself until what was put is written, and then closes the
// file. A thread whose disk never answers is left behind when the process ends.
class LineQueue {
 public:
  // How much may wait, what it takes to hold it included.
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

  // Throws std::system_error if there can be no further thread.
  explicit LineQueue(LossReportingWriter lines);
  ~LineQueue();
  LineQueue(LineQueue&&) noexcept = default;
  LineQueue& operator=(LineQueue&&) = delete;

  // Never waits. REQUIRES: `line` ends with its line break.
  void put(LineStyle style, std::string line);

  // Goes on elsewhere after what was put before. Never waits. If it was told so before, and has not come to
  // it, it goes there at once instead: a disk that hangs can't make it collect files.
  void go_on_in(LineWriter writer);

  // Waits until what was put so far into all queues of the process is written or lost, also those that have
  // come to their end; for so long at most. False: something is left.
  [[nodiscard]] static bool wait_for_all(std::chrono::milliseconds most);

 private:
  std::shared_ptr<detail::LineQueueState> state_;  // the thread's, too; null after a move
};

}  // namespace session::gateway
