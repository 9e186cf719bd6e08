#include "gateway/endpoints/unknown_rule.h"

#include "core/base/escape.h"

namespace session::gateway {

void warn_of_unknown_rule(std::string_view rule, Log& log) {
  log.warn(Message::unknown_rule, "GATEWAY_REQUIRE names a rule that the configuration does not have: {}",
           printable(rule));
}

}  // namespace session::gateway
