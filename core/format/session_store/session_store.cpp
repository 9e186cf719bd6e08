#include "core/format/session_store/session_store.h"

#include <utility>

#include "core/format/session_store/session_store_formats.h"

namespace session {

Format session_store_format(SessionStoreFormatOptions options, const Random& random) {
  return Format{"session-store", kSessionStoreCapabilities,
                std::make_unique<SessionStoreCookieFormat>(std::move(options), random),
                std::make_unique<SessionStoreRecordFormat>()};
}

}  // namespace session
