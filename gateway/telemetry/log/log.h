#pragma once

#include <fmt/core.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/base/clock.h"
#include "core/base/escape.h"
#include "gateway/config/log_settings.h"
#include "gateway/telemetry/log/message.h"
#include "gateway/telemetry/log/rate_limit.h"

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace session::gateway {

class LogStream;

// The log of the process and the stream of its audit. Messages go to standard error as configured: as lines
// of text, or as one JSON object per line ({"time","level","message"}). A thread that logs is never blocked
// by the reader (gateway/telemetry/log/stream.h). A line that can't be written, or not even be formatted for
// lack of memory, is lost and counted (lost_lines()).
//
// Thread-safe. One per process, made before threads are started (Telemetry).
class Log {
 public:
  // Makes the process ignore SIGPIPE, because a closed pipe must not end the gateway. If the audit file can't
  // be opened, the log says so and the audit goes to standard error. For tests, `sink` receives the log's
  // messages instead of standard error, and `clock` is the clock of the rate limits.
  explicit Log(const LogSettings& settings, std::shared_ptr<spdlog::sinks::sink> sink = nullptr,
               const Clock& clock = system_clock());
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Applies level, format and audit from now on. If another audit file can't be opened, the log says so, and
  // the audit stays where it was. Opening a file never blocks threads that log.
  void change(const LogSettings& settings);

  // Reopens the audit file, if there is one, after it was renamed (logrotate): later lines go to the file
  // that has the configured name then. If it can't be opened, the log says so, and the audit stays where it
  // was. Threads that log are not blocked.
  void reopen();

  // Returns the stream of the audit; nullptr: the audit is off.
  [[nodiscard]] std::shared_ptr<LogStream> audit_stream() const;

  // Whether messages of that level are logged.
  [[nodiscard]] bool enabled(LogLevel level) const noexcept;

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const noexcept {
    put(LogLevel::debug, format, fmt::make_format_args(args...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const noexcept {
    put(LogLevel::info, format, fmt::make_format_args(args...));
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) const noexcept {
    put(LogLevel::warning, format, fmt::make_format_args(args...));
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const noexcept {
    put(LogLevel::error, format, fmt::make_format_args(args...));
  }

  // For messages that a client or an outage can cause at any rate. At most one per second of each message is
  // logged, with the number of those that were suppressed since the last.
  template <class... Args>
  void info(Message message, fmt::format_string<Args...> format, Args&&... args) noexcept {
    put_limited(message, LogLevel::info, format, fmt::make_format_args(args...));
  }
  template <class... Args>
  void warn(Message message, fmt::format_string<Args...> format, Args&&... args) noexcept {
    put_limited(message, LogLevel::warning, format, fmt::make_format_args(args...));
  }
  template <class... Args>
  void error(Message message, fmt::format_string<Args...> format, Args&&... args) noexcept {
    put_limited(message, LogLevel::error, format, fmt::make_format_args(args...));
  }

  // The limit of that message, for a caller that prepares the text only if it is admitted.
  [[nodiscard]] RateLimit& limit(Message message) { return limits_[static_cast<std::size_t>(message)]; }

 private:
  void put(LogLevel level, fmt::string_view format, fmt::format_args args) const noexcept;
  void put_limited(Message message, LogLevel level, fmt::string_view format, fmt::format_args args) noexcept;
  void write(LogLevel level, const std::string& text) const;
  [[nodiscard]] std::string audit_path() const;
  void direct_audit(const LogSettings& settings);
  template <class Change>
  void change_audit(const std::string& path, Change change);

  const Clock& clock_;
  const std::shared_ptr<LogStream> standard_error_;
  const std::unique_ptr<spdlog::logger> logger_;
  std::array<RateLimit, kMessages> limits_;
  mutable std::mutex mutex_;  // of what follows
  std::shared_ptr<LogStream> audit_;
  std::string audit_path_;  // of the audit's file, if that is where it goes
};

// Waits until all lines of all logs of the process, including audits, are written or lost; at most for
// `timeout`. False: lines are left because a disk hangs, and its thread is abandoned. Call it before the
// process ends. Thread-safe.
bool flush_logs(milliseconds timeout = seconds(1));

}  // namespace session::gateway
