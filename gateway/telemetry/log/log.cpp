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

// What spdlog hands over, into a stream. Neither patterns nor formatters: a line's form is the stream's.
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

// Whether standard error is the journal's: systemd says which descriptor it gave (systemd.exec(5)).
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
  // Memory that can't be had, for example. spdlog itself would say so on standard error, and could wait
  // there.
  logger->set_error_handler([](const std::string& /*what*/) { count_lost_line(); });
  return logger;
}

// Opens the file of the audit, which takes as long as its disk does, so the caller must not hold the lock
// that workers take. Throws std::system_error if it can't be opened.
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

// Another stream than before, so that a disk that hangs keeps its own lines and no others.
void Log::direct_audit(const LogSettings& settings) {
  const AuditSettings& audit = settings.audit;
  std::shared_ptr<LogStream> next = audit.target == AuditTarget::off ? nullptr : standard_error_;
  if (audit.target == AuditTarget::file)
    next = std::make_shared<LogStream>(opened(audit.file), LineStyle{settings.format, false});
  const std::lock_guard lock(mutex_);
  audit_ = std::move(next);
  audit_path_ = audit.target == AuditTarget::file ? audit.file : "";
}

// Makes the change, or leaves the audit where it was and says why.
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

// No line is worth the process: what throws here has found no memory.
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
  const auto [admitted, suppressed] = limit(message).admit(clock_.steady_now());
  if (!admitted || !enabled(level)) return;
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
