#pragma once

#include <string>

namespace session::gateway {

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { text, json };
// Where the audit goes: what became of sessions, and who was refused.
enum class AuditTarget { standard_error, off, file };
struct AuditSettings {
  AuditTarget target = AuditTarget::standard_error;
  std::string file = {};  // absolute
};
// The section `log`. By itself, so that what logs need not read all other settings.
struct LogSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  AuditSettings audit = {};
};

}  // namespace session::gateway
