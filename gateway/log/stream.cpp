#include "gateway/log/stream.h"

#include <fmt/format.h>

#include <utility>

namespace session::gateway {
namespace {

std::atomic<std::uint64_t> all_lost = 0;

}  // namespace

std::uint64_t lost_lines() { return all_lost.load(std::memory_order_relaxed); }

void count_lost_line() { all_lost.fetch_add(1, std::memory_order_relaxed); }

LogStream::LogStream(LineWriter writer, LineStyle style)
    : format_(style.format), journal_(style.journal), writer_(std::move(writer)) {}

void LogStream::message(spdlog::level::level_enum level, LogTime time, std::string_view text) {
  put(message_line(style(), time, level, text));
}

void LogStream::audit(const AuditRecord& record, LogTime time) { put(audit_line(style(), time, record)); }

void LogStream::go_on_in(LineWriter writer) {
  const std::lock_guard lock(mutex_);
  writer_ = std::move(writer);
}

void LogStream::put(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (tell_lost() && writer_.write(line)) return;
  ++untold_;
  count_lost_line();
}

// False: not even that can be written.
bool LogStream::tell_lost() {
  if (untold_ == 0) return true;
  const std::string text =
      untold_ == 1 ? fmt::format("1 line of the log was lost: it could not be written")
                   : fmt::format("{} lines of the log were lost: they could not be written", untold_);
  if (!writer_.write(message_line(style(), std::chrono::system_clock::now(), spdlog::level::warn, text)))
    return false;
  untold_ = 0;
  return true;
}

}  // namespace session::gateway
