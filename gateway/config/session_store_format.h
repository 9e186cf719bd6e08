#pragma once

#include "core/base/secret.h"
#include "gateway/config/format_row.h"

namespace session::gateway {

// The section `session_store`.
struct SessionStoreSettings final : FormatSettings {
  SessionStoreSettings() { cookie_name = "session-store"; }

  Secret salt = Secret("session-salt");  // of sessions to be accepted
};

}  // namespace session::gateway
