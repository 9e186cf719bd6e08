#include "gateway/app/commands.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <iostream>
#include <string>
#include <system_error>

#include "core/base/heap.h"
#include "core/base/secret.h"
#include "core/crypto/base64url.h"
#include "core/crypto/random.h"
#include "gateway/config/load.h"
#include "gateway/config/summary.h"
#include "gateway/realm/config_snapshot.h"
#include "gateway/server/server.h"
#include "gateway/telemetry/telemetry.h"
#include "gateway/transport/fastcgi/parser.h"

namespace session::gateway {
namespace {

constexpr std::size_t kKeyBytes = 32;

ConfigSource source_of(const std::optional<std::string>& config_file) {
  if (!config_file) return {};
  return {*config_file, [file = *config_file] { return load_file(file); }};
}

// Keys and sessions are in this process's memory. Handlers of core dumps that the kernel pipes them to may
// disregard the limit on their size, and so the process is not dumpable at all. Then only root can trace it,
// or look into its memory. Returns what failed; empty: nothing.
std::string forbid_core_dumps() {
  const auto last_error = [] { return std::generic_category().message(errno); };
  const rlimit none{0, 0};
  std::string failed;
  if (::setrlimit(RLIMIT_CORE, &none) != 0) failed = "setrlimit: " + last_error();
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    failed += (failed.empty() ? "prctl: " : ", prctl: ") + last_error();
  return failed;
}

// Warns if the memory with keys and sessions may get into a core dump or into swap.
void warn_of_memory(Log& log, const std::string& dumps_failed, SecretMemory secrets) {
  if (!dumps_failed.empty()) {
    log.warn("core dumps can't be forbidden, so keys and sessions may get into one: {}", dumps_failed);
  }
  if (secrets != SecretMemory::locked) {
    log.warn(
        "the memory for keys can't be locked, so they may be swapped out: raise the limit on locked memory "
        "(RLIMIT_MEMLOCK)");
  }
}

// Serves. Logs with the default settings until it has read the configuration.
int serve_logged(const std::optional<std::string>& config_file, Telemetry& telemetry) {
  Log& log = telemetry.log();
  auto loaded = load_file(config_file);
  if (!loaded) {
    for (const Problem& problem : loaded.error())
      log.error("{}", render(config_file.value_or(kNoFile), problem));
    return 1;
  }
  init_libfcgi();
  return_free_memory();
  Settings settings = with_ephemeral_keys(std::move(*loaded), nullptr);
  log.change(settings.log);
  for (const std::string& line : set_by(process_environment())) log.info("environment: {}", line);
  for (const std::string& warning : settings.warnings) log.warn("{}", warning);
  if (!config_file) log.warn("no configuration file was given: serving with the defaults");
  log.debug("settings: {}", summary(settings));
  try {
    Server server(std::move(settings), source_of(config_file), telemetry);
    server.run();
  } catch (const std::exception& exception) {
    log.error("can't serve: {}", exception.what());
    return 1;
  }
  return 0;
}

}  // namespace

int serve(const std::optional<std::string>& config_file, CoreDumps core_dumps) {
  const std::string dumps_failed = core_dumps == CoreDumps::forbidden ? forbid_core_dumps() : std::string();
  const SecretMemory secrets = protect_secrets();
  hold_reload_signal();
  Telemetry telemetry{LogSettings{}};
  warn_of_memory(telemetry.log(), dumps_failed, secrets);
  const int status = serve_logged(config_file, telemetry);
  flush_logs();
  return status;
}

int new_key() {
  std::cout << base64url(system_random().bytes(kKeyBytes)) << "\n";
  return 0;
}

}  // namespace session::gateway
