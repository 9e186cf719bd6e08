#include "core/format/native/native.h"

#include <utility>

#include "core/format/native/native_cookie_format.h"
#include "core/format/native/native_record_format.h"

namespace session {

Format native_format(NativeFormatOptions options, const Random& random) {
  auto records = std::make_unique<NativeRecordFormat>(options.store_prefix);
  std::string prefix = options.store_prefix;
  auto cookies = std::make_unique<NativeCookieFormat>(std::move(options), random);
  return Format{"native", kNativeCapabilities, std::move(cookies), std::move(records), std::move(prefix)};
}

}  // namespace session
