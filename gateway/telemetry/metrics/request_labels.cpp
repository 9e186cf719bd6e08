#include "gateway/telemetry/metrics/request_labels.h"

#include <algorithm>

namespace session::gateway {

RequestOutcome outcome_of(int status, std::string_view reason) {
  if (reason == "application-error") return RequestOutcome::bad_request;
  if (status < 400) return RequestOutcome::ok;
  if (status == 401) return RequestOutcome::refused;
  if (status == 403) return RequestOutcome::forbidden;
  if (status == 503) return RequestOutcome::store_unavailable;
  return status < 500 ? RequestOutcome::bad_request : RequestOutcome::error;
}

std::size_t reason_index(std::string_view reason) {
  const auto found = std::find(kReasonNames.begin(), kReasonNames.end() - 1, reason);
  return static_cast<std::size_t>(found - kReasonNames.begin());
}

}  // namespace session::gateway
