#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/telemetry/log/line.h"
#include "gateway/telemetry/log/line_queue.h"
#include "gateway/telemetry/log/line_writer.h"
#include "gateway/telemetry/log/loss_reporting_writer.h"

namespace session::gateway {

// A log: lines from any thread into one descriptor, in the order in which they come. Never waits for who
// reads it, nor for a disk: a line that can't be written is lost and counted, and the next one that can be is
// preceded by a line that says how many were. A file is written by a thread of its own, for which at most
// LineQueue::kMaxBytes wait; for other descriptors nothing is held for later. Thread-safe.
class LogStream {
 public:
  // Throws std::system_error if a file can't have its thread.
  LogStream(LineWriter writer, LineStyle style);

  void message(spdlog::level::level_enum level, LogTime time, std::string_view text);
  void audit(const AuditRecord& record, LogTime time);

  // Of the lines from now on.
  void set_format(LogFormat format) { format_.store(format, std::memory_order_relaxed); }
  // Goes on elsewhere: the same file, opened anew, for example. Throws as the constructor does, and then has
  // lost its descriptor.
  void go_on_in(LineWriter writer);

 private:
  [[nodiscard]] LineStyle style() const { return {format_.load(std::memory_order_relaxed), journal_}; }
  void put(std::string line);

  std::atomic<LogFormat> format_;
  const bool journal_;
  std::mutex mutex_;
  // Where a write can block, a queue; once there is one it stays, so that lines keep their order.
  std::variant<LossReportingWriter, LineQueue> out_;
};

}  // namespace session::gateway
