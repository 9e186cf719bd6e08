#pragma once

#include <string_view>
#include <vector>

#include "gateway/endpoints/endpoint.h"
#include "gateway/telemetry/telemetry.h"

namespace session::gateway {

// What an endpoint is for. Requests that monitor the gateway don't keep it from being idle.
enum class EndpointUse { sessions, monitoring };

// The endpoints by name (GATEWAY_ENDPOINT), each registered with the telemetry. Immutable, so thread-safe.
class EndpointTable {
 public:
  struct Entry {
    std::string_view name;
    Endpoint answer;
    EndpointId id;
    EndpointUse use;
  };

  // Registers every endpoint. Throws std::logic_error as Telemetry::register_endpoint does.
  explicit EndpointTable(Telemetry& telemetry);

  // Returns the endpoint of that name; nullptr if there is none.
  [[nodiscard]] const Entry* find(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace session::gateway
