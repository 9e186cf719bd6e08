#include "gateway/log/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include <spdlog/sinks/sink.h>

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
  std::shared_ptr<LogStream> audit_file;  // if that is where it goes
};

Log& the_log() {
  static Log log;
  return log;
}

// Non-blocking, which concerns what is no file: nobody else has this description.
std::optional<LineWriter> open_audit(const std::string& path) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
  if (descriptor < 0) return std::nullopt;
  return LineWriter(descriptor, LineWriter::Ownership::owned);
}

// False, with errno: the file can't be had.
bool audit_to_file(Log& log, const LogSettings& settings) {
  auto writer = open_audit(settings.audit.file);
  if (!writer) return false;
  if (log.audit_file) {
    log.audit_file->go_on_in(std::move(*writer));
    log.audit_file->set_format(settings.format);
  } else {
    log.audit_file = std::make_shared<LogStream>(std::move(*writer), LineStyle{settings.format, false});
  }
  log.audit = log.audit_file;
  return true;
}

// The error, if the audit's file can't be had: then it stays where it is, or begins on standard error.
std::optional<int> direct_audit(Log& log, const LogSettings& settings) {
  const std::lock_guard lock(log.mutex);
  if (settings.audit.target == AuditTarget::file) {
    if (audit_to_file(log, settings)) return std::nullopt;
    const int why = errno;
    if (!log.audit) log.audit = log.standard_error;
    return why;
  }
  log.audit = settings.audit.target == AuditTarget::off ? nullptr : log.standard_error;
  log.audit_file.reset();
  return std::nullopt;
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
  log.audit.reset();
  log.audit_file.reset();
  change_log(settings);
}

void change_log(const LogSettings& settings) {
  Log& log = the_log();
  log.logger->set_level(level_of(settings.level));
  log.standard_error->set_format(settings.format);
  if (const auto why = direct_audit(log, settings)) {
    spdlog::error(
        "can't open the file of the audit, {}: {}; the audit goes on where it was, or on standard error",
        printable(settings.audit.file), std::generic_category().message(*why));
  }
}

bool flush_log(milliseconds most) { return LineQueue::wait_for_all(most); }

std::shared_ptr<LogStream> audit_stream() {
  Log& log = the_log();
  const std::lock_guard lock(log.mutex);
  return log.audit;
}

std::string printable(std::string_view text) {
  constexpr std::size_t kMost = 200;
  std::string out;
  for (const char c : text.substr(0, kMost)) {
    if (c >= 0x20 && c < 0x7f && c != '\\') {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  if (text.size() > kMost) out += "...";
  return out;
}

std::pair<bool, std::uint64_t> RateLimit::admit(Clock::Steady now) {
  const auto now_ms = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();
  std::int64_t next = next_ms_.load(std::memory_order_relaxed);
  if (now_ms < next || !next_ms_.compare_exchange_strong(next, now_ms + 1000)) {
    held_back_.fetch_add(1, std::memory_order_relaxed);
    return {false, 0};
  }
  return {true, held_back_.exchange(0)};
}

void detail::log_limited(RateLimit&, spdlog::level::level_enum level, const std::string& text,
                         std::uint64_t held_back) {
  if (held_back == 0) {
    spdlog::log(level, "{}", text);
  } else {
    spdlog::log(level, "{} ({} more like this were not logged)", text, held_back);
  }
}

}  // namespace session::gateway
