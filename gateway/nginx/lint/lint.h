#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/settings.h"
#include "gateway/nginx/model/gateway_usage.h"

namespace session::gateway {

// danger: somebody gets in, or passes for somebody else. advice: it works otherwise than was meant, or will
// once something else changes. speed: it is right, only slower than it could be.
enum class Severity { danger, advice, speed };

// Something that a configuration of nginx should not say.
struct Finding {
  Severity severity = Severity::danger;
  Place place;
  std::string text;   // what is wrong
  std::string write;  // the line to write instead
};

// "nginx.conf:12: danger: ..." and below it, indented, "write: ...". Printable ASCII but for the line breaks,
// of which the last is there too.
[[nodiscard]] std::string render(const Finding& finding);

// What lint has to know of the gateway's configuration. The error is a sentence for the operator: a header
// that nginx can't carry.
[[nodiscard]] Result<GatewayFacts, std::string> facts_of(const Settings& settings);

// All that breaks protection in an nginx configuration that includes have been resolved in, in the order of
// files and lines, each once. Pure: reads no file. REQUIRES: there is an http block.
[[nodiscard]] std::vector<Finding> lint(const std::vector<Directive>& configuration,
                                        const GatewayFacts& facts);

}  // namespace session::gateway
