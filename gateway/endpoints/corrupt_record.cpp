#include "gateway/endpoints/corrupt_record.h"

namespace session::gateway {

void warn_of_corrupt_record(const std::string& session, WorkerTelemetry& telemetry) {
  if (session.empty()) return;
  telemetry.count(Count::malformed_record);
  telemetry.log().warn(
      Message::corrupt_record,
      "the store holds a record that is not a session of this format, or is too large; left unchanged: {}",
      session);
}

}  // namespace session::gateway
