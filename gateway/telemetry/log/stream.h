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

// A log stream: writes lines from any thread to one descriptor, in the order of the calls. It never waits for
// a reader or a disk: a line that can't be written is lost and counted, and a line with the number of lost
// ones precedes the next one that can be written. A file is written by a thread of its own, with a queue of
// at most LineQueue::kMaxBytes; other descriptors have no queue. Thread-safe.
class LogStream {
 public:
  // Throws std::system_error if the thread for a file can't be started.
  LogStream(LineWriter writer, LineStyle style);

  void message(spdlog::level::level_enum level, LogTime time, std::string_view text);
  void audit(const AuditRecord& record, LogTime time);

  // Sets the format of later lines.
  void set_format(LogFormat format) { format_.store(format, std::memory_order_relaxed); }
  // Continues with another writer, such as the same file opened again. Throws as the constructor does; the
  // stream then has no descriptor left, and loses later lines.
  void go_on_in(LineWriter writer);

 private:
  [[nodiscard]] LineStyle style() const { return {format_.load(std::memory_order_relaxed), journal_}; }
  void put(std::string line);

  std::atomic<LogFormat> format_;
  const bool journal_;
  std::mutex mutex_;
  // A queue if a write can block. Once there is a queue, it stays, so that lines keep their order.
  std::variant<LossReportingWriter, LineQueue> out_;
};

}  // namespace session::gateway
