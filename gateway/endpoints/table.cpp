#include "gateway/endpoints/table.h"

#include <algorithm>
#include <array>

namespace session::gateway {
namespace {

struct EndpointRow {
  std::string_view name;
  Endpoint endpoint;
  EndpointUse use;
};

// The most frequently requested endpoints come first. A new endpoint is a file of its own and a row here.
constexpr std::array kRows = {
    EndpointRow{"auth", auth_endpoint, EndpointUse::sessions},
    EndpointRow{"session", session_endpoint, EndpointUse::sessions},
    EndpointRow{"commit", commit_endpoint, EndpointUse::sessions},
    EndpointRow{"sessions", sessions_endpoint, EndpointUse::sessions},
    EndpointRow{"admin", admin_endpoint, EndpointUse::sessions},
    EndpointRow{"console", console_endpoint, EndpointUse::sessions},
    EndpointRow{"health", health_endpoint, EndpointUse::monitoring},
    EndpointRow{"ready", ready_endpoint, EndpointUse::monitoring},
    EndpointRow{"metrics", metrics_endpoint, EndpointUse::monitoring},
};

}  // namespace

EndpointTable::EndpointTable(Telemetry& telemetry) {
  entries_.reserve(kRows.size());
  for (const EndpointRow& row : kRows)
    entries_.push_back({row.name, row.endpoint, telemetry.register_endpoint(row.name), row.use});
}

const EndpointTable::Entry* EndpointTable::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace session::gateway
