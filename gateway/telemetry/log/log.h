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

// The log of the process and the stream of its audit. What is logged goes to standard error as configured:
// lines of text, or one JSON object a line ({"time","level","message"}). A thread that logs never waits for
// whoever reads that (gateway/telemetry/log/stream.h). A line that can't be written, or not even be formatted
// for lack of memory, is lost and counted (lost_lines()).
//
// Thread-safe. One per process, made before threads are started (Telemetry).
class Log {
 public:
  // Makes the process ignore SIGPIPE: a reader that has gone must not end the gateway. If the file of the
  // audit can't be opened, the log says so and the audit goes to standard error. `sink` takes the log's
  // messages instead of standard error; `clock` is that of the rate limits: for tests.
  explicit Log(const LogSettings& settings, std::shared_ptr<spdlog::sinks::sink> sink = nullptr,
               const Clock& clock = system_clock());
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Applies level, format and audit from now on. If another file of the audit can't be opened, the log says
  // so, and the audit stays where it was. Threads that log never wait for a file that is being opened.
  void change(const LogSettings& settings);

  // Opens the file of the audit anew, if that is where it goes, so that it can be renamed before (logrotate):
  // lines from now on go to the file that has its name then. If it can't be opened, the log says so, and the
  // audit stays where it was. Threads that log don't wait for it.
  void reopen();

  // Where the audit goes; nullptr: nowhere.
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

  // For messages that a client or an outage can cause as often as it likes: at most one a second of each. One
  // that is logged says how many of its kind were not since the last.
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

  // The limit of that message, for whoever gathers what it has to say before it asks.
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

// Waits until what was logged so far, the audits too, is in its files or lost, of all logs of the process;
// for so long at most. False: something is left because a disk hangs, and its thread is left behind. To be
// called before the process ends. Thread-safe.
bool flush_logs(milliseconds timeout = seconds(1));

}  // namespace session::gateway
