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

// Writes lines to a file, in the order of the calls, on a thread of the queue's own, so that a disk that
// hangs blocks only that thread. A line that exceeds kMaxBytes is lost and reported, as LossReportingWriter
// does. Thread-safe. Can be moved.
//
// The destructor does not block: the thread is detached, writes the queued lines, and closes the file. If the
// disk hangs, the thread remains until the process ends.
class LineQueue {
 public:
  // The limit of the memory of all queued lines, including overhead.
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

  // Throws std::system_error if no thread can be started.
  explicit LineQueue(LossReportingWriter lines);
  ~LineQueue();
  LineQueue(LineQueue&&) noexcept = default;
  LineQueue& operator=(LineQueue&&) = delete;

  // Never blocks. REQUIRES: `line` ends with its line break.
  void put(LineStyle style, std::string line);

  // Continues with another writer after the lines that are queued. Never blocks. If an earlier change of the
  // writer is still queued, this one replaces it, so that a disk that hangs can't make the queue collect open
  // files.
  void go_on_in(LineWriter writer);

  // Waits until all lines that were put into any queue of the process, including destroyed ones, are written
  // or lost; but at most for this time. False: lines are left.
  [[nodiscard]] static bool wait_for_all(std::chrono::milliseconds most);

 private:
  std::shared_ptr<detail::LineQueueState> state_;  // shared with the thread; null after a move
};

}  // namespace session::gateway
