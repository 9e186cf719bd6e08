#include "gateway/endpoints/table.h"

#include <algorithm>
#include <array>

namespace session::gateway {
namespace {

struct Row {
  std::string_view name;
  Endpoint endpoint;
};

// In the order of how often they are asked. A new endpoint is a file of its own and a row here.
constexpr std::array kRows = {
    Row{"auth", auth_endpoint},     Row{"session", session_endpoint}, Row{"commit", commit_endpoint},
    Row{"health", health_endpoint}, Row{"ready", ready_endpoint},     Row{"metrics", metrics_endpoint},
};

}  // namespace

EndpointTable::EndpointTable(Telemetry& telemetry) {
  entries_.reserve(kRows.size());
  for (const Row& row : kRows)
    entries_.push_back({row.name, row.endpoint, telemetry.register_endpoint(row.name)});
}

const EndpointTable::Entry* EndpointTable::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace session::gateway
