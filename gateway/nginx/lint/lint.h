#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/settings.h"
#include "gateway/nginx/model/gateway_usage.h"

namespace session::gateway {

// danger: somebody gets in without a session, or impersonates somebody. advice: the line does not do what was
// meant, or will not once something else changes. speed: the line is correct, but slower than it could be.
enum class Severity { danger, advice, speed };

// One problem of an nginx configuration.
struct Finding {
  Severity severity = Severity::danger;
  Place place;
  std::string text;   // what is wrong
  std::string write;  // the line to write instead
};

// "nginx.conf:12: danger: ..." and below it, indented, "write: ...". Printable ASCII and two line breaks, one
// of them at the end.
[[nodiscard]] std::string render(const Finding& finding);

// What lint needs from the gateway's configuration. The error is a sentence for the operator about a header
// that nginx can't pass on.
[[nodiscard]] Result<GatewayFacts, std::string> facts_of(const Settings& settings);

// Finds what breaks protection in an nginx configuration whose includes have been resolved. Findings are in
// the order of files and lines, each once. Pure: reads no file. REQUIRES: there is an http block.
[[nodiscard]] std::vector<Finding> lint(const std::vector<Directive>& configuration,
                                        const GatewayFacts& facts);

}  // namespace session::gateway
