#include <algorithm>
#include <array>

#include "gateway/endpoints/endpoint.h"
#include "gateway/http/endpoint_names.h"

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
static_assert(std::equal(kRows.begin(), kRows.end(), kEndpointNames.begin(), kEndpointNames.end(),
                         [](const Row& row, std::string_view name) { return row.name == name; }),
              "each endpoint is in gateway/http/endpoint_names.h");

}  // namespace

Endpoint find_endpoint(std::string_view name) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.name == name; });
  return row == kRows.end() ? nullptr : row->endpoint;
}

}  // namespace session::gateway
