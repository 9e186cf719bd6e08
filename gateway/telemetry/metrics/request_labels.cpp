#include "gateway/telemetry/metrics/request_labels.h"

#include <algorithm>

namespace session::gateway {

Outcome outcome_of(int status) {
  if (status < 400) return Outcome::ok;
  if (status == 401) return Outcome::refused;
  if (status == 403) return Outcome::forbidden;
  if (status == 503) return Outcome::store_unavailable;
  return status < 500 ? Outcome::bad_request : Outcome::error;
}

std::size_t reason_index(std::string_view reason) {
  const auto found = std::find(kReasonNames.begin(), kReasonNames.end() - 1, reason);
  return static_cast<std::size_t>(found - kReasonNames.begin());
}

}  // namespace session::gateway
