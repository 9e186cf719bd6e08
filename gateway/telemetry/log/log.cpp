#include "gateway/telemetry/log/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include <spdlog/sinks/sink.h>

#include "gateway/telemetry/log/audit_file.h"

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

// The log of this process.
struct Log {
  std::shared_ptr<LogStream> standard_error;
  std::shared_ptr<spdlog::logger> logger;
  std::mutex mutex;  // of what follows
  std::shared_ptr<LogStream> audit;
  std::string audit_path;  // of its file, if that is where it goes
};

Log& the_log() {
  static Log log;
  return log;
}

// Opens the file of the audit, which takes as long as its disk does: without the lock, as workers take it.
// Throws std::system_error if it can't be had, or if there can be no thread for it.
LineWriter opened(const std::string& path) {
  auto writer = open_audit_file(path);
  if (!writer) throw std::system_error(errno, std::generic_category());
  return std::move(*writer);
}

std::string audit_path(Log& log) {
  const std::lock_guard lock(log.mutex);
  return log.audit_path;
}

// Another stream than before, so that a disk that hangs keeps its own lines and no others.
void direct_audit(Log& log, const LogSettings& settings) {
  const AuditSettings& audit = settings.audit;
  std::shared_ptr<LogStream> next = audit.target == AuditTarget::off ? nullptr : log.standard_error;
  if (audit.target == AuditTarget::file)
    next = std::make_shared<LogStream>(opened(audit.file), LineStyle{settings.format, false});
  const std::lock_guard lock(log.mutex);
  log.audit = std::move(next);
  log.audit_path = audit.target == AuditTarget::file ? audit.file : "";
}

// Does so, or leaves the audit where it was and says why.
template <class Change>
void change_audit(const std::string& path, Change change) {
  try {
    change();
  } catch (const std::system_error& error) {
    spdlog::error(
        "can't open the audit file {}: {}; the audit continues in the former place, or on standard error",
        printable(path), error.code().message());
  }
}

}  // namespace

void start_log(const LogSettings& settings) {
  // A reader that has gone must not end the gateway.
  std::signal(SIGPIPE, SIG_IGN);
  Log& log = the_log();
  log.standard_error = std::make_shared<LogStream>(LineWriter(STDERR_FILENO, LineWriter::Ownership::borrowed),
                                                   LineStyle{settings.format, is_journal(STDERR_FILENO)});
  log.logger = std::make_shared<spdlog::logger>("gateway", std::make_shared<StreamSink>(log.standard_error));
  // Memory that can't be had, for example. spdlog itself would say so on standard error, and could wait
  // there.
  log.logger->set_error_handler([](const std::string& /*what*/) { count_lost_line(); });
  spdlog::set_default_logger(log.logger);
  {
    const std::lock_guard lock(log.mutex);
    log.audit = log.standard_error;  // where it begins if its file can't be had
    log.audit_path.clear();
  }
  change_log(settings);
}

void change_log(const LogSettings& settings) {
  Log& log = the_log();
  log.logger->set_level(level_of(settings.level));
  log.standard_error->set_format(settings.format);
  if (const auto audit = audit_stream()) audit->set_format(settings.format);
  const bool there = settings.audit.target == AuditTarget::file && settings.audit.file == audit_path(log);
  if (!there) change_audit(settings.audit.file, [&] { direct_audit(log, settings); });
}

void reopen_log() {
  Log& log = the_log();
  const std::string path = audit_path(log);
  if (path.empty()) return;
  change_audit(path, [&] {
    LineWriter writer = opened(path);
    const std::lock_guard lock(log.mutex);
    if (log.audit_path == path) log.audit->go_on_in(std::move(writer));
  });
}

bool flush_log(milliseconds most) { return LineQueue::wait_for_all(most); }

std::shared_ptr<LogStream> audit_stream() {
  Log& log = the_log();
  const std::lock_guard lock(log.mutex);
  return log.audit;
}

std::pair<bool, std::uint64_t> RateLimit::admit(Clock::Steady now) {
  const auto now_ms = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();
  std::int64_t next = next_ms_.load(std::memory_order_relaxed);
  if (now_ms < next || !next_ms_.compare_exchange_strong(next, now_ms + 1000)) {
    suppressed_.fetch_add(1, std::memory_order_relaxed);
    return {false, 0};
  }
  return {true, suppressed_.exchange(0)};
}

void detail::log_limited(RateLimit&, spdlog::level::level_enum level, const std::string& text,
                         std::uint64_t suppressed) {
  if (suppressed == 0) {
    spdlog::log(level, "{}", text);
  } else {
    spdlog::log(level, "{} ({} more like this were not logged)", text, suppressed);
  }
}

}  // namespace session::gateway
