#pragma once

#include <optional>
#include <string>

#include "gateway/telemetry/log/line_writer.h"

namespace session::gateway {

// Opens the audit file for appending. A new file gets mode 0640, whatever the process's umask is, so that the
// group that reads logs can read it. An existing file keeps its mode.
//
// nullopt, with errno: it can't be opened. Blocks as long as the disk does. Thread-safe.
[[nodiscard]] std::optional<LineWriter> open_audit_file(const std::string& path);

}  // namespace session::gateway
