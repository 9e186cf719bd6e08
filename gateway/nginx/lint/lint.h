#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/settings.h"
#include "gateway/nginx/model/gateway_usage.h"

namespace session::gateway {

// danger: a client gets in without a session, or impersonates a user. advice: the line does not have the
// intended effect, or will lose it when something else changes. speed: the line is correct, but slower than
// necessary.
enum class Severity { danger, advice, speed };

[[nodiscard]] const char* name_of(Severity severity);

// One problem of an nginx configuration.
struct Finding {
  Severity severity = Severity::danger;
  Place place;
  std::string text;   // what is wrong
  std::string write;  // the line to write instead
  std::string rule;   // the name of the rule that found it (docs/lint.md)
  // An include that mends it, too, and more than it; "" if there is none. Where several findings of one place
  // have the same, lint() makes one of them.
  std::string include = {};
};

// Renders a finding as "nginx.conf:12: danger: ... [rule]" and, indented on the next line, "write: ...". The
// text is printable ASCII with two line breaks, one of them at the end.
[[nodiscard]] std::string render(const Finding& finding);

// Renders findings as one JSON object: {"findings": [{"rule", "severity", "file", "line", "text", "write"}]}.
[[nodiscard]] std::string render_json(const std::vector<Finding>& findings);

// Returns the facts of the gateway's configuration that lint needs. The error is a sentence for the operator
// about a header that nginx can't pass on.
[[nodiscard]] Result<GatewayFacts, std::string> facts_of(const Settings& settings);

// Finds problems of protection in an nginx configuration whose includes have been resolved. Findings are in
// the order of files and lines, without duplicates. Pure: reads no file. REQUIRES: there is an http block.
[[nodiscard]] std::vector<Finding> lint(const std::vector<Directive>& configuration,
                                        const GatewayFacts& facts);

// Finds files with the gateway's secret (GATEWAY_SECRET) that belong to another user than root and this one,
// or that others than their owner can read or change, from what their owner and permissions are now.
[[nodiscard]] std::vector<Finding> open_secret_files(const std::vector<Directive>& configuration);

}  // namespace session::gateway
