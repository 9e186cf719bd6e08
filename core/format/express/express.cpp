#include "core/format/express/express.h"

#include <utility>

#include "core/format/express/express_cookie_format.h"
#include "core/format/express/express_record_format.h"

namespace session {

Format express_format(ExpressFormatOptions options, const Random& random) {
  auto cookies = std::make_unique<ExpressCookieFormat>(options, random);
  std::string prefix = options.store_prefix;
  auto records = std::make_unique<ExpressRecordFormat>(std::move(options));
  return Format{"express", kExpressCapabilities, std::move(cookies), std::move(records), std::move(prefix)};
}

}  // namespace session
