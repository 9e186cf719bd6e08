#include "gateway/telemetry/log/stream.h"

#include <utility>

namespace session::gateway {
namespace {

std::variant<LossReportingWriter, LineQueue> way_into(LineWriter writer) {
  const bool may_block = writer.may_block();
  LossReportingWriter lines(std::move(writer));
  if (may_block) return LineQueue(std::move(lines));
  return lines;
}

}  // namespace

LogStream::LogStream(LineWriter writer, LineStyle style)
    : format_(style.format), journal_(style.journal), out_(way_into(std::move(writer))) {}

void LogStream::message(spdlog::level::level_enum level, LogTime time, std::string_view text) {
  put(message_line(style(), time, level, text));
}

void LogStream::audit(const AuditRecord& record, LogTime time) { put(audit_line(style(), time, record)); }

void LogStream::go_on_in(LineWriter writer) {
  const std::lock_guard lock(mutex_);
  if (auto* queue = std::get_if<LineQueue>(&out_)) return queue->go_on_in(std::move(writer));
  auto& lines = std::get<LossReportingWriter>(out_);
  const bool may_block = writer.may_block();
  lines.go_on_in(std::move(writer));
  if (!may_block) return;
  LineQueue queue(std::move(lines));
  out_.emplace<LineQueue>(std::move(queue));
}

void LogStream::put(std::string line) {
  const std::lock_guard lock(mutex_);
  if (auto* queue = std::get_if<LineQueue>(&out_)) {
    queue->put(style(), std::move(line));
  } else {
    std::get<LossReportingWriter>(out_).put(style(), line);
  }
}

}  // namespace session::gateway
