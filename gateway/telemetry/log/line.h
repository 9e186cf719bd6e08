#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <spdlog/common.h>

#include "gateway/config/log_settings.h"

namespace session::gateway {

// No line of a log is longer than this, line break included: what does not fit is cut, and "..." says so.
inline constexpr std::size_t kMaxLineBytes = 8192;

// How the lines of one stream look.
struct LineStyle {
  LogFormat format = LogFormat::text;
  // Begins each line with its priority, "<4>", as journald wants it (sd-daemon(3)), which takes it away.
  bool journal = false;
};

using LogTime = std::chrono::system_clock::time_point;

// "TIME LEVEL MESSAGE", or {"time","level","message"}. Any bytes may be in the message
// (core/base/escape.h).
[[nodiscard]] std::string message_line(LineStyle style, LogTime time, spdlog::level::level_enum level,
                                       std::string_view message);

// One line of the audit stream. What is empty is left out.
struct AuditRecord {
  std::string_view kind;
  std::string_view cause_name;  // "cause" or "reason"
  std::string_view cause = {};
  std::string_view session = {};
  std::string_view former = {};
  std::string_view subject = {};  // any bytes
  std::string_view actor = {};    // any bytes
  std::string_view client = {};
  std::string_view request = {};
  std::string_view realm = {};
  std::string_view endpoint = {};
  std::uint64_t suppressed = 0;  // how many of this kind and cause were not written since the last
};

// "TIME audit KIND key=value ...", or {"time","audit":KIND,...}.
[[nodiscard]] std::string audit_line(LineStyle style, LogTime time, const AuditRecord& record);

}  // namespace session::gateway
