#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "gateway/log/line.h"
#include "gateway/log/line_writer.h"

namespace session::gateway {

// A log: lines from any thread into one descriptor, in the order in which they come. Never waits for who
// reads it, and holds nothing for later: a line that can't be written is lost and counted, and the next one
// that can be is preceded by a line that says how many were. Thread-safe.
class LogStream {
 public:
  LogStream(LineWriter writer, LineStyle style);

  void message(spdlog::level::level_enum level, LogTime time, std::string_view text);
  void audit(const AuditRecord& record, LogTime time);

  // Of the lines from now on.
  void set_format(LogFormat format) { format_.store(format, std::memory_order_relaxed); }
  // Goes on elsewhere: the same file, opened anew, for example.
  void go_on_in(LineWriter writer);

 private:
  [[nodiscard]] LineStyle style() const { return {format_.load(std::memory_order_relaxed), journal_}; }
  void put(std::string_view line);
  [[nodiscard]] bool tell_lost();

  std::atomic<LogFormat> format_;
  const bool journal_;
  std::mutex mutex_;
  LineWriter writer_;
  std::uint64_t untold_ = 0;  // lines that were lost since it was last said
};

// How many lines were lost so far, of all streams. Thread-safe.
[[nodiscard]] std::uint64_t lost_lines();
// Counts one that was lost before it came to its stream.
void count_lost_line();

}  // namespace session::gateway
