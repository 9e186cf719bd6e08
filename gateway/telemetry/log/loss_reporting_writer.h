#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "gateway/telemetry/log/line.h"
#include "gateway/telemetry/log/line_writer.h"

namespace session::gateway {

// Writes lines to a LineWriter. A line that can't be written is lost and counted, and a line with the number
// of lost ones precedes the next one that can be written. Not thread-safe. Can be moved.
class LossReportingWriter {
 public:
  explicit LossReportingWriter(LineWriter writer) : writer_(std::move(writer)) {}

  // `lost_before` is the number of lines that were lost before this one on the way here. They are already in
  // lost_lines().
  void put(LineStyle style, std::string_view line, std::uint64_t lost_before = 0);
  // Continues with another writer, which also gets the report of the lines lost so far.
  void go_on_in(LineWriter writer) { writer_ = std::move(writer); }

 private:
  [[nodiscard]] bool report_lost(LineStyle style);

  LineWriter writer_;
  std::uint64_t unreported_ = 0;  // lines that were lost since the last report
};

// Returns the number of lines that all logs of the process have lost. Thread-safe.
[[nodiscard]] std::uint64_t lost_lines();
void count_lost_line();

}  // namespace session::gateway
