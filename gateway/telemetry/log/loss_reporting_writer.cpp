#include "gateway/telemetry/log/loss_reporting_writer.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <string>

namespace session::gateway {
namespace {

std::atomic<std::uint64_t> all_lost = 0;

}  // namespace

std::uint64_t lost_lines() { return all_lost.load(std::memory_order_relaxed); }

void count_lost_line() { all_lost.fetch_add(1, std::memory_order_relaxed); }

void LossReportingWriter::put(LineStyle style, std::string_view line, std::uint64_t lost_before) {
  unreported_ += lost_before;
  if (report_lost(style) && writer_.write(line)) return;
  ++unreported_;
  count_lost_line();
}

// Returns false if the report can't be written.
bool LossReportingWriter::report_lost(LineStyle style) {
  if (unreported_ == 0) return true;
  const std::string text =
      unreported_ == 1 ? fmt::format("1 line of the log was lost: it could not be written")
                       : fmt::format("{} lines of the log were lost: they could not be written", unreported_);
  if (!writer_.write(message_line(style, std::chrono::system_clock::now(), spdlog::level::warn, text)))
    return false;
  unreported_ = 0;
  return true;
}

}  // namespace session::gateway
