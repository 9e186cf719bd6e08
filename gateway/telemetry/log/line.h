#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <spdlog/common.h>

#include "gateway/config/log_settings.h"

namespace session::gateway {

// The maximum length of a log line, including the line break. A longer one is cut, and ends with "...".
inline constexpr std::size_t kMaxLineBytes = 8192;

// The form of the lines of one stream.
struct LineStyle {
  LogFormat format = LogFormat::text;
  // Each line begins with its priority, "<4>", which journald reads and removes (sd-daemon(3)).
  bool journal = false;
};

using LogTime = std::chrono::system_clock::time_point;

// "TIME LEVEL MESSAGE", or {"time","level","message"}. The message may contain any bytes, which are escaped
// (core/base/escape.h).
[[nodiscard]] std::string message_line(LineStyle style, LogTime time, spdlog::level::level_enum level,
                                       std::string_view message);

// One line of the audit stream. Empty fields are left out.
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
  // Of how many sessions the record is that names none.
  std::uint64_t sessions = 0;
  // The number of records of this kind and cause that were suppressed since the last one.
  std::uint64_t suppressed = 0;
};

// "TIME audit KIND key=value ...", or {"time","audit":KIND,...}.
[[nodiscard]] std::string audit_line(LineStyle style, LogTime time, const AuditRecord& record);

}  // namespace session::gateway
