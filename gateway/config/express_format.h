#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/secret.h"
#include "gateway/config/format_row.h"

namespace session::gateway {

// The section `express`.
struct ExpressSettings final : FormatSettings {
  ExpressSettings() { cookie_name = "connect.sid"; }

  std::vector<Secret> secrets;  // the first signs, all verify
  std::string prefix = "sess:";
  seconds ttl = std::chrono::hours(24);
};

}  // namespace session::gateway
