#include "gateway/telemetry/metrics/gateway_families.h"

#include "gateway/telemetry/metrics/process.h"

namespace session::gateway {

void add_gateway_families(Families& families, std::size_t workers, const ConfigReport& config,
                          std::uint64_t lost_lines) {
  gauge(families, "session_gateway_build_info", "1; the labels say what is running.")
      .value(1, {{"version", SESSION_GATEWAY_VERSION}, {"compiler", __VERSION__}});
  gauge(families, "session_gateway_workers", "Threads that answer requests.").value(workers);
  gauge(families, "session_gateway_config_generation",
        "1 for the configuration that the process was started with, one more for each that was loaded since.")
      .value(config.generation);
  gauge(families, "session_gateway_config_last_reload_successful",
        "1, or 0 if the last configuration was refused and the one before is still in use.")
      .value(config.last_reload_successful ? 1 : 0);
  gauge(families, "session_gateway_config_last_reload_timestamp_seconds",
        "Unix time when a configuration was last loaded or refused.")
      .value(config.last_reload_unix);
  counter(families, "session_gateway_log_lines_lost_total",
          "Lines of the log that could not be written and were dropped.")
      .value(lost_lines);
}

void add_cache_families(Families& families, const CacheBudget& budget) {
  gauge(families, "session_gateway_remembered_bytes",
        "Bytes of cookies and records that the workers remember; they count against limits.remembered.")
      .value(budget.used());
  gauge(families, "session_gateway_remembered_max_bytes", "limits.remembered.").value(budget.max());
}

void add_process_families(Families& families) {
  const ProcessReport process = read_process();
  gauge(families, "process_resident_memory_bytes", "Resident memory size in bytes.")
      .value(process.resident_bytes);
  gauge(families, "process_virtual_memory_bytes", "Virtual memory size in bytes.")
      .value(process.virtual_bytes);
  counter(families, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.")
      .value(process.cpu_seconds);
  gauge(families, "process_open_fds", "Number of open file descriptors.").value(process.open_fds);
  gauge(families, "process_max_fds", "Maximum number of open file descriptors.").value(process.max_fds);
  gauge(families, "process_start_time_seconds", "Start time of the process since unix epoch in seconds.")
      .value(process_start_seconds());
}

}  // namespace session::gateway
