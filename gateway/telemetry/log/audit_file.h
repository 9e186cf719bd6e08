#pragma once

#include <optional>
#include <string>

#include "gateway/telemetry/log/line_writer.h"

namespace session::gateway {

// The file of the audit, to be appended to. One that is not there is made with mode 0640, whatever the
// process's umask: whoever reads logs as its group may read this one. What is there keeps its mode.
//
// nullopt, with errno: it can't be had. Takes as long as the disk does. Thread-safe.
[[nodiscard]] std::optional<LineWriter> open_audit_file(const std::string& path);

}  // namespace session::gateway
