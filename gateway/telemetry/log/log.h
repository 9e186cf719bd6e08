#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include "core/base/clock.h"
#include "core/base/escape.h"
#include "gateway/config/settings.h"
#include "gateway/telemetry/log/stream.h"

namespace session::gateway {

// Sends what is logged from now on to standard error, as configured: lines of text, or one JSON object a line
// ({"time","level","message"}); and opens the audit stream. Whoever reads it can't hold up a thread that logs
// (gateway/telemetry/log/stream.h). Call once, before threads are started.
void start_log(const LogSettings& settings);

// Level, format and audit from now on. If another file of the audit can't be opened, the log says so, and the
// audit goes on where it was. REQUIRES: start_log was called. Thread-safe, also against threads that log,
// which never wait for a file that is being opened.
void change_log(const LogSettings& settings);

// Opens the file of the audit anew, if that is where it goes, so it can be renamed before (logrotate): lines
// from now on go to what has its name then. If it can't be opened, the log says so, and the audit goes on
// where it was. The same otherwise.
void reopen_log();

// Waits until what was logged so far, the audit too, is in its files or lost; for so long at most. False:
// something is left, because a disk hangs, and its thread is left behind. Call it before the process ends.
bool flush_log(milliseconds most = seconds(1));

// Where the audit goes; nullptr: nowhere. Thread-safe.
[[nodiscard]] std::shared_ptr<LogStream> audit_stream();

// Lets one message of a kind through each second and counts the others. Thread-safe.
class RateLimit {
 public:
  // Whether to log now, and how many were held back since the last.
  [[nodiscard]] std::pair<bool, std::uint64_t> admit(Clock::Steady now = system_clock().steady_now());

 private:
  std::atomic<std::int64_t> next_ms_ = 0;
  std::atomic<std::uint64_t> suppressed_ = 0;
};

namespace detail {
void log_limited(RateLimit& limit, spdlog::level::level_enum level, const std::string& text,
                 std::uint64_t suppressed);

template <class... Args>
void limited(RateLimit& limit, spdlog::level::level_enum level, fmt::format_string<Args...> format,
             Args&&... args) {
  const auto [now, suppressed] = limit.admit();
  if (now) log_limited(limit, level, fmt::format(format, std::forward<Args>(args)...), suppressed);
}
}  // namespace detail

// For messages that a client or an outage can cause as often as it likes: at most one a second.
template <class... Args>
void info(RateLimit& limit, fmt::format_string<Args...> format, Args&&... args) {
  detail::limited(limit, spdlog::level::info, format, std::forward<Args>(args)...);
}
template <class... Args>
void warn(RateLimit& limit, fmt::format_string<Args...> format, Args&&... args) {
  detail::limited(limit, spdlog::level::warn, format, std::forward<Args>(args)...);
}
template <class... Args>
void error(RateLimit& limit, fmt::format_string<Args...> format, Args&&... args) {
  detail::limited(limit, spdlog::level::err, format, std::forward<Args>(args)...);
}

}  // namespace session::gateway
