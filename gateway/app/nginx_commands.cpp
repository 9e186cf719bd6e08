#include "gateway/app/nginx_commands.h"

#include <algorithm>
#include <iostream>

#include "gateway/app/exit_status.h"
#include "gateway/app/generated_files.h"
#include "gateway/nginx/lint/lint.h"
#include "gateway/nginx/snippets/snippets.h"
#include "gateway/nginx/syntax/includes.h"
#include "gateway/telemetry/log/log.h"

namespace session::gateway {
namespace {

bool has_http(const std::vector<Directive>& configuration) {
  return std::any_of(configuration.begin(), configuration.end(), [](const Directive& directive) {
    return directive.name == "http" && directive.is_block;
  });
}

int fail(const std::string& why) {
  std::cerr << why << "\n";
  return kFailed;
}

}  // namespace

int lint_nginx(const std::string& nginx_file, const ConfigChoice& configuration_file, bool json) {
  const auto settings = settings_of(configuration_file);
  if (!settings) return kFailed;
  const auto facts = facts_of(*settings);
  if (!facts) return fail(facts.error());
  const auto configuration = load_nginx(nginx_file);
  if (!configuration) return fail(render(configuration.error()));
  if (!has_http(*configuration))
    return fail(printable(nginx_file) + ": has no http block: give nginx's main configuration file");
  auto findings = lint(*configuration, *facts);
  for (Finding& finding : open_secret_files(*configuration)) findings.push_back(std::move(finding));
  if (json) {
    std::cout << render_json(findings);
  } else {
    for (const Finding& finding : findings) std::cout << render(finding);
  }
  return findings.empty() ? kFine : kFailed;
}

int print_nginx(const ConfigChoice& configuration_file, const std::optional<std::string>& output,
                bool force) {
  const auto settings = settings_of(configuration_file);
  if (!settings) return 1;
  const auto files = snippets(*settings, output_directory(output));
  if (!files) return fail(files.error());
  return hand_out(*files, output, force);
}

}  // namespace session::gateway
