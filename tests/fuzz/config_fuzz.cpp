#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/config/load.h"

// Any bytes are a configuration or a list of problems: nothing crashes, nothing is thrown, and a problem is a
// line. The name keeps relative paths of secrets from leading anywhere.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto loaded = session::gateway::load_text("/nonexistent/gateway.yaml", text);
  if (loaded) return 0;
  if (loaded.error().empty()) std::abort();
  for (const auto& problem : loaded.error()) {
    const auto line = session::gateway::render("gateway.yaml", problem);
    for (const char c : line) {
      if (c < 0x20 || c > 0x7e) std::abort();
    }
  }
  return 0;
}
