#include "gateway/telemetry/log/log.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <optional>
#include <system_error>

#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>

#include "gateway/telemetry/log/audit_file.h"
#include "gateway/telemetry/log/stream.h"

namespace session::gateway {
namespace {

// Passes spdlog's messages to a stream. It needs no pattern and no formatter, because the stream formats the
// lines.
class StreamSink final : public spdlog::sinks::sink {
 public:
  explicit StreamSink(std::shared_ptr<LogStream> stream) : stream_(std::move(stream)) {}
  void log(const spdlog::details::log_msg& message) override {
    stream_->message(message.level, message.time, {message.payload.data(), message.payload.size()});
  }
  void flush() override {}
  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

 private:
  std::shared_ptr<LogStream> stream_;
};

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Whether the descriptor is connected to the journal: systemd names its device and inode in $JOURNAL_STREAM
// (systemd.exec(5)).
bool is_journal(int descriptor) {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat found {};
  if (stream == nullptr || ::fstat(descriptor, &found) != 0) return false;
  return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) == stream;
}

std::shared_ptr<LogStream> standard_error(LogFormat format) {
  return std::make_shared<LogStream>(LineWriter(STDERR_FILENO, LineWriter::Ownership::borrowed),
                                     LineStyle{format, is_journal(STDERR_FILENO)});
}

std::unique_ptr<spdlog::logger> logger_into(std::shared_ptr<spdlog::sinks::sink> sink) {
  auto logger = std::make_unique<spdlog::logger>("gateway", std::move(sink));
  // Counts a line that spdlog could not log, for lack of memory for example. spdlog's own handler would write
  // to standard error, and could block there.
  logger->set_error_handler([](const std::string& /*what*/) { count_lost_line(); });
  return logger;
}

// Opens the audit file. That takes as long as the disk does, so the caller must not hold the lock that
// workers take. Throws std::system_error if it can't be opened.
LineWriter opened(const std::string& path) {
  auto writer = open_audit_file(path);
  if (!writer) throw std::system_error(errno, std::generic_category());
  return std::move(*writer);
}

}  // namespace

Log::Log(const LogSettings& settings, std::shared_ptr<spdlog::sinks::sink> sink, const Clock& clock)
    : clock_(clock),
      standard_error_(standard_error(settings.format)),
      logger_(logger_into(sink ? std::move(sink) : std::make_shared<StreamSink>(standard_error_))),
      audit_(standard_error_) {
  std::signal(SIGPIPE, SIG_IGN);
  change(settings);
}

Log::~Log() = default;

std::string Log::audit_path() const {
  const std::lock_guard lock(mutex_);
  return audit_path_;
}

// Makes a new stream, so that a disk that hangs delays only the lines of its own stream.
void Log::direct_audit(const LogSettings& settings) {
  const AuditSettings& audit = settings.audit;
  std::shared_ptr<LogStream> next = audit.target == AuditTarget::off ? nullptr : standard_error_;
  if (audit.target == AuditTarget::file)
    next = std::make_shared<LogStream>(opened(audit.file), LineStyle{settings.format, false});
  const std::lock_guard lock(mutex_);
  audit_ = std::move(next);
  audit_path_ = audit.target == AuditTarget::file ? audit.file : "";
}

// Makes the change. If it fails, the audit stays where it was, and the log says why.
template <class Change>
void Log::change_audit(const std::string& path, Change change) {
  try {
    change();
  } catch (const std::system_error& failure) {
    error("can't open the audit file {}: {}; the audit continues in the former place, or on standard error",
          printable(path), failure.code().message());
  }
}

void Log::change(const LogSettings& settings) {
  logger_->set_level(level_of(settings.level));
  standard_error_->set_format(settings.format);
  if (const auto audit = audit_stream()) audit->set_format(settings.format);
  const bool there = settings.audit.target == AuditTarget::file && settings.audit.file == audit_path();
  if (!there) change_audit(settings.audit.file, [&] { direct_audit(settings); });
}

void Log::reopen() {
  const std::string path = audit_path();
  if (path.empty()) return;
  change_audit(path, [&] {
    LineWriter writer = opened(path);
    const std::lock_guard lock(mutex_);
    if (audit_path_ == path) audit_->go_on_in(std::move(writer));
  });
}

std::shared_ptr<LogStream> Log::audit_stream() const {
  const std::lock_guard lock(mutex_);
  return audit_;
}

bool Log::enabled(LogLevel level) const noexcept { return logger_->should_log(level_of(level)); }

// REQUIRES: the level is enabled.
void Log::write(LogLevel level, const std::string& text) const {
  logger_->log(level_of(level), spdlog::string_view_t(text));
}

// Counts the line as lost if formatting throws, as for lack of memory: logging must not end the process.
void Log::put(LogLevel level, fmt::string_view format, fmt::format_args args) const noexcept {
  if (!enabled(level)) return;
  try {
    write(level, fmt::vformat(format, args));
  } catch (const std::exception&) {
    count_lost_line();
  }
}

void Log::put_limited(Message message, LogLevel level, fmt::string_view format,
                      fmt::format_args args) noexcept {
  if (!enabled(level)) return;
  const auto [admitted, suppressed] = limit(message).admit(clock_.steady_now());
  if (!admitted) return;
  try {
    std::string text = fmt::vformat(format, args);
    if (suppressed > 0) text += fmt::format(" ({} more like this were not logged)", suppressed);
    write(level, text);
  } catch (const std::exception&) {
    count_lost_line();
  }
}

bool flush_logs(milliseconds timeout) { return LineQueue::wait_for_all(timeout); }

}  // namespace session::gateway
