#include "gateway/log/log.h"

#include <memory>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "core/json/json.h"

namespace session::gateway {
namespace {

// The message as a JSON string, quotes included.
class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string text = to_text(Json(std::string(message.payload.data(), message.payload.size())));
    out.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }
};

std::unique_ptr<spdlog::formatter> formatter_for(LogFormat format) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  if (format == LogFormat::text) {
    formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v");
  } else {
    formatter->add_flag<JsonMessage>('*');
    formatter->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
  }
  return formatter;
}

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

}  // namespace

void start_log(const LogSettings& settings) {
  auto logger =
      std::make_shared<spdlog::logger>("gateway", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(formatter_for(settings.format));
  logger->set_level(level_of(settings.level));
  spdlog::set_default_logger(std::move(logger));
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
