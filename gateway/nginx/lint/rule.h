#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/nginx/lint/check_requirements.h"
#include "gateway/nginx/lint/lint.h"
#include "gateway/nginx/lint/taint_analysis.h"
#include "gateway/nginx/model/gateway_usage.h"

namespace session::gateway {

// The input of one lint rule, and the findings that it adds. `include` is that of the finding (lint.h).
class Inspection {
 public:
  Inspection(std::string_view rule, const GatewayUsage& s, const TaintAnalysis& w, const CheckRequirements& r,
             std::vector<Finding>& to)
      : usage(s), taint(w), requirements(r), rule_(rule), findings_(to) {}

  void danger(const Place& place, std::string text, std::string write, std::string include = {}) {
    add(Severity::danger, place, std::move(text), std::move(write), std::move(include));
  }
  void advice(const Place& place, std::string text, std::string write, std::string include = {}) {
    add(Severity::advice, place, std::move(text), std::move(write), std::move(include));
  }
  void speed(const Place& place, std::string text, std::string write) {
    add(Severity::speed, place, std::move(text), std::move(write));
  }

  const GatewayUsage& usage;
  const TaintAnalysis& taint;
  const CheckRequirements& requirements;

 private:
  void add(Severity severity, const Place& place, std::string text, std::string write,
           std::string include = {}) {
    findings_.push_back(
        {severity, place, std::move(text), std::move(write), std::string(rule_), std::move(include)});
  }

  std::string_view rule_;
  std::vector<Finding>& findings_;
};

// Checks for one kind of problem. A rule reports all of its findings and never depends on another rule.
// examples/NAME.conf has lines that it finds fault with, and what to write instead; docs/lint.md is made of
// these rows and files.
struct LintRule {
  std::string_view name;  // "return-beside-check": public and for ever
  void (*look)(Inspection& inspection);
  std::string_view why;  // Markdown: what is wrong with what it finds
};

// The rules by subject. Directives that run before the check or bypass it:
const std::vector<LintRule>& bypass_rules();
// Internal redirects:
const std::vector<LintRule>& redirect_rules();
// Error pages of statuses that are made before the check:
const std::vector<LintRule>& early_status_rules();
// Other ways to protected files:
const std::vector<LintRule>& other_door_rules();
// Files that clients write:
const std::vector<LintRule>& written_file_rules();
// Names of files that clients say:
const std::vector<LintRule>& client_file_name_rules();
// Other ways to the applications of protected locations:
const std::vector<LintRule>& other_program_rules();
// Requests of nginx's own, which no check sees:
const std::vector<LintRule>& subrequest_rules();
// Locations that take precedence over protected ones:
const std::vector<LintRule>& location_precedence_rules();
// Settings that an `if` changes, by nginx's decision or the client's:
const std::vector<LintRule>& conditional_rules();
// Identity headers that applications receive:
const std::vector<LintRule>& header_rules();
// Response headers and cached responses that browsers must not get:
const std::vector<LintRule>& response_leak_rules();
// Who answers the checks:
const std::vector<LintRule>& check_answer_rules();
// The location of the check, which auth_request names:
const std::vector<LintRule>& auth_location_rules();
// Checks by HTTP, and what else of the gateway nginx shows by it:
const std::vector<LintRule>& http_check_rules();
// Lines of outer levels that end in a location:
const std::vector<LintRule>& lost_line_rules();
// What browsers without a session come to:
const std::vector<LintRule>& login_page_rules();
// Connections that last:
const std::vector<LintRule>& long_connection_rules();
// Copies of requests:
const std::vector<LintRule>& mirror_rules();
// What locations and the rules of gateway.yaml say of each other:
const std::vector<LintRule>& permission_rules();
// The sizes of requests:
const std::vector<LintRule>& upload_rules();
// Who may change sessions:
const std::vector<LintRule>& commit_rules();
// Who receives the session cookie:
const std::vector<LintRule>& session_cookie_rules();
// Checks that a location before a redirect has loosened, and parts of pages, for which nginx runs none:
const std::vector<LintRule>& loosened_check_rules();
// The params that control the gateway:
const std::vector<LintRule>& param_rules();
// Addresses of clients that are believed:
const std::vector<LintRule>& client_address_rules();
// The speed of a check:
const std::vector<LintRule>& speed_rules();

// Files with the gateway's secret that others can use. It looks at files and not at directives, so it is no
// LintRule's to look for (open_secret_files()).
inline constexpr LintRule kSecretFileOpen{
    "secret-file-open", nullptr,
    "The file with the gateway's secret must be root's alone: who can read it can log in as anybody, and who "
    "can change it can lock everybody out."};

// Returns a host without the port that session-gateway-http.conf takes from the client's. The client may say
// that: nginx has not routed on it, and no page can make a browser name another one.
inline std::string without_port(const std::string& host) {
  constexpr std::string_view kPort = "$session_port";
  return host.ends_with(kPort) ? host.substr(0, host.size() - kPort.size()) : host;
}

// All of the above but the last, in this order.
[[nodiscard]] std::vector<const LintRule*> all_lint_rules();

// Returns true for a line of the project's own files, which `session-gateway nginx` writes.
[[nodiscard]] bool is_shipped(const Directive& line);
// Returns a directive as one writes it, with quotes where they are needed, in printable ASCII: the line to
// write in another place.
[[nodiscard]] std::string as_written(const Directive& line);

inline constexpr const char* kIncludeProtect = "include session-gateway-protect.conf;";
inline constexpr const char* kIncludePublic = "include session-gateway-public.conf;";

}  // namespace session::gateway
