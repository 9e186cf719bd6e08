#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "gateway/telemetry/log/line.h"
#include "gateway/telemetry/log/line_writer.h"

namespace session::gateway {

// Lines into a LineWriter. One that can't be written is lost and counted, and the next one that can be is
// preceded by a line that says how many were. Not thread-safe. Can be moved.
class LossReportingWriter {
 public:
  explicit LossReportingWriter(LineWriter writer) : writer_(std::move(writer)) {}

  // `lost_before`: lines that were lost on their way here, before this one; they have been counted.
  void put(LineStyle style, std::string_view line, std::uint64_t lost_before = 0);
  // Goes on elsewhere; what was lost so far is told there.
  void go_on_in(LineWriter writer) { writer_ = std::move(writer); }

 private:
  [[nodiscard]] bool report_lost(LineStyle style);

  LineWriter writer_;
  std::uint64_t unreported_ = 0;  // lines that were lost since it was last said
};

// How many lines were lost so far, of all logs of the process. Thread-safe.
[[nodiscard]] std::uint64_t lost_lines();
void count_lost_line();

}  // namespace session::gateway
