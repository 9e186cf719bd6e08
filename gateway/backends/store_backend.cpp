#include "gateway/backends/store_backend.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace session::gateway {
namespace {

struct StoreTypeRow {
  StoreType type;
  StoreBackend (*make)(const Settings& settings, Telemetry& telemetry, const StoreProgress& progress);
};

constexpr std::array kRows = {StoreTypeRow{StoreType::memory, make_memory_store},
                              StoreTypeRow{StoreType::redis, make_redis_store}};

}  // namespace

StoreBackend make_store(const Settings& settings, Telemetry& telemetry, const StoreProgress& progress) {
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const StoreTypeRow& candidate) {
    return candidate.type == settings.store_type;
  });
  if (row == kRows.end()) throw std::logic_error("a store type without a row");
  return row->make(settings, telemetry, progress);
}

}  // namespace session::gateway
