#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/nginx/lint/lint.h"
#include "gateway/nginx/lint/taint_analysis.h"
#include "gateway/nginx/model/gateway_usage.h"

namespace session::gateway {

// The input of the lint rules, and the findings that they add.
class Inspection {
 public:
  Inspection(const GatewayUsage& s, const TaintAnalysis& w) : usage(s), taint(w) {}

  void danger(const Place& place, std::string text, std::string write) {
    findings.push_back({Severity::danger, place, std::move(text), std::move(write)});
  }
  void advice(const Place& place, std::string text, std::string write) {
    findings.push_back({Severity::advice, place, std::move(text), std::move(write)});
  }
  void speed(const Place& place, std::string text, std::string write) {
    findings.push_back({Severity::speed, place, std::move(text), std::move(write)});
  }

  const GatewayUsage& usage;
  const TaintAnalysis& taint;
  std::vector<Finding> findings;
};

// Checks for one kind of problem. A rule reports all of its findings and never depends on another rule.
using LintRule = void (*)(Inspection& inspection);

// The rules by subject. Directives that run before the check or bypass it:
const std::vector<LintRule>& bypass_rules();
// Internal redirects:
const std::vector<LintRule>& redirect_rules();
// Locations that take precedence over protected ones:
const std::vector<LintRule>& location_precedence_rules();
// Settings that an `if` changes, by nginx's decision or the client's:
const std::vector<LintRule>& conditional_rules();
// Identity headers that applications receive:
const std::vector<LintRule>& header_rules();
// Response headers and cached responses that browsers must not get:
const std::vector<LintRule>& response_leak_rules();
// The location of the check, which auth_request names:
const std::vector<LintRule>& auth_location_rules();
// Who may change sessions, and who receives the session cookie:
const std::vector<LintRule>& commit_rules();
// The params that control the gateway:
const std::vector<LintRule>& param_rules();
// The speed of a check:
const std::vector<LintRule>& speed_rules();

inline constexpr const char* kIncludeProtect = "include session-gateway-protect.conf;";
inline constexpr const char* kIncludePublic = "include session-gateway-public.conf;";

}  // namespace session::gateway
