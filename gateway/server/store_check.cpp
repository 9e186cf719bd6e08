#include "gateway/server/store_check.h"

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <spdlog/sinks/null_sink.h>

#include "core/base/escape.h"
#include "gateway/backends/store_backend.h"
#include "gateway/realm/realm.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {
namespace {

// Runs the probe on a loop of this thread's own. The store's connections end with the loop.
Result<bool, StoreFailure> probe(const std::shared_ptr<Realm>& realm) {
  boost::asio::io_context loop(1);
  std::optional<Result<bool, StoreFailure>> probed;
  std::exception_ptr failed;
  boost::asio::co_spawn(loop, realm->services().sessions.probe_store(),
                        [&](const std::exception_ptr& thrown, Result<bool, StoreFailure> result) {
                          failed = thrown;
                          probed = std::move(result);
                          loop.stop();
                        });
  loop.run();
  if (failed) std::rethrow_exception(failed);
  return std::move(*probed);
}

StoreCheck try_configured_store(Settings settings) {
  settings.memory_file.path.clear();  // The file is the running gateway's, who lets nobody else open it.
  LogSettings log;
  log.audit = {AuditTarget::off, ""};
  Telemetry telemetry(log, std::make_shared<spdlog::sinks::null_sink_mt>());
  const StoreBackend backend = make_store(settings, telemetry);
  WorkerTelemetry counts(telemetry);
  const std::unique_ptr<Store> store = backend.way_for(counts.store_observer());
  const auto budget = std::make_shared<CacheBudget>(settings.limits.remembered);
  const auto config = std::make_shared<const ConfigSnapshot>(std::move(settings), 1);
  const auto realm = std::make_shared<Realm>(config, *store, budget, counts, Realm::Host());
  const auto probed = probe(realm);
  return {probe_problem(probed), backend.summary()};
}

}  // namespace

StoreCheck try_store(Settings settings) {
  try {
    return try_configured_store(std::move(settings));
  } catch (const std::exception& exception) {
    return {exception.what(), ""};
  }
}

std::string probe_problem(const Result<bool, StoreFailure>& probed) {
  if (!probed) return printable(probed.error().detail);
  return *probed ? "" : "it lost a key that was just written";
}

}  // namespace session::gateway
