#include "gateway/telemetry/log/line.h"

#include <fmt/chrono.h>

#include <array>
#include <utility>

#include "core/base/escape.h"

namespace session::gateway {
namespace {

constexpr std::size_t kEnd = 2;  // "}" and the line break
constexpr std::size_t kMaxFieldBytes = 256;

// LOG_NOTICE of syslog(3)
constexpr int kAuditPriority = 5;
int priority_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return 7;
    case spdlog::level::warn:
      return 4;
    case spdlog::level::err:
      return 3;
    case spdlog::level::critical:
      return 2;
    default:
      return 6;
  }
}

std::string start_of(LineStyle style, LogTime time, int priority) {
  std::string line;
  const auto out = std::back_inserter(line);
  if (style.journal) fmt::format_to(out, "<{}>", priority);
  if (style.format == LogFormat::json) line += R"({"time":")";
  const auto since = time.time_since_epoch();
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  const auto part = std::chrono::duration_cast<std::chrono::milliseconds>(since - whole).count();
  fmt::format_to(out, "{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(whole.count())),
                 part);
  if (style.format == LogFormat::json) line += '"';
  return line;
}

std::array<std::pair<std::string_view, std::string_view>, 9> fields_of(const AuditRecord& record) {
  return {{{record.cause_name, record.cause},
           {"session", record.session},
           {"former", record.former},
           {"subject", record.subject},
           {"by", record.actor},
           {"client", record.client},
           {"request", record.request},
           {"realm", record.realm},
           {"endpoint", record.endpoint}}};
}

}  // namespace

std::string message_line(LineStyle style, LogTime time, spdlog::level::level_enum level,
                         std::string_view message) {
  const auto name = spdlog::level::to_string_view(level);
  std::string line = start_of(style, time, priority_of(level));
  if (style.format == LogFormat::text) {
    line.append(" ").append(name.data(), name.size()).append(" ");
    append_escaped_text(line, message, kMaxLineBytes - kEnd);
  } else {
    line.append(R"(,"level":")").append(name.data(), name.size()).append(R"(","message":)");
    append_escaped_json(line, message, kMaxLineBytes - kEnd);
    line += '}';
  }
  return line += '\n';
}

std::string audit_line(LineStyle style, LogTime time, const AuditRecord& record) {
  const bool text = style.format == LogFormat::text;
  std::string line = start_of(style, time, kAuditPriority);
  const auto out = std::back_inserter(line);
  fmt::format_to(out, fmt::runtime(text ? " audit {}" : R"(,"audit":"{}")"), record.kind);
  for (const auto& [name, value] : fields_of(record)) {
    if (value.empty()) continue;
    fmt::format_to(out, fmt::runtime(text ? " {}=" : R"(,"{}":)"), name);
    (text ? append_escaped_value : append_escaped_json)(line, value, line.size() + kMaxFieldBytes);
  }
  if (record.sessions > 0)
    fmt::format_to(out, fmt::runtime(text ? " sessions={}" : R"(,"sessions":{})"), record.sessions);
  if (record.suppressed > 0)
    fmt::format_to(out, fmt::runtime(text ? " held_back={}" : R"(,"held_back":{})"), record.suppressed);
  return line.append(text ? "\n" : "}\n");
}

}  // namespace session::gateway
