#include "gateway/endpoints/corrupt_record.h"

#include "gateway/telemetry/log/log.h"
#include "gateway/telemetry/metrics/counter_registry.h"

namespace session::gateway {

void warn_of_corrupt_record(const std::string& name) {
  if (name.empty()) return;
  CounterRegistry::here().count(Count::malformed_record);
  static RateLimit limit;
  warn(limit, "the store holds a record that is not a session of this dialect; left unchanged: {}", name);
}

}  // namespace session::gateway
