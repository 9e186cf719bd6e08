#include "gateway/app/nginx_commands.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "gateway/app/exit_status.h"
#include "gateway/config/load.h"
#include "gateway/nginx/lint/lint.h"
#include "gateway/nginx/snippets/snippets.h"
#include "gateway/nginx/snippets/write_files.h"
#include "gateway/nginx/syntax/includes.h"
#include "gateway/telemetry/log/log.h"

namespace session::gateway {
namespace {

// Reads the chosen configuration. Prints first which one it is, unless the operator has chosen it. nullopt:
// it can't be used, and its problems have been printed.
std::optional<Settings> settings_of(const ConfigChoice& choice) {
  if (!choice.notice.empty()) std::cerr << choice.notice << "\n";
  if (!choice.file) return Settings{};
  auto loaded = load_file(*choice.file);
  if (loaded) return std::move(*loaded);
  for (const Problem& problem : loaded.error()) std::cerr << render(*choice.file, problem) << "\n";
  return std::nullopt;
}

int print_files(const std::vector<Snippet>& files) {
  for (const Snippet& file : files) {
    std::cout << "# === " << file.name << " ===\n";
    std::cout << (file.secret ? "# Not shown, since it is the secret of `listen`: --output writes it.\n"
                              : file.text);
  }
  return 0;
}

int output_files(const std::string& directory, const std::vector<Snippet>& files, bool force) {
  const auto written = write_files(directory, files, force ? Overwrite::allow : Overwrite::refuse);
  if (!written) {
    std::cerr << written.error() << "\n";
    return 1;
  }
  for (const std::string& path : *written) std::cout << path << "\n";
  return 0;
}

bool has_http(const std::vector<Directive>& configuration) {
  return std::any_of(configuration.begin(), configuration.end(), [](const Directive& directive) {
    return directive.name == "http" && directive.is_block;
  });
}

// Without the last slash. A path that has no absolute one is left as it is: writing there says why.
std::string absolute_path(const std::string& path) {
  std::error_code failed;
  std::string whole = std::filesystem::absolute(path, failed).lexically_normal().string();
  if (failed) return path;
  while (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
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
  const auto files = snippets(*settings, output ? absolute_path(*output) : "");
  if (!files) {
    std::cerr << files.error() << "\n";
    return 1;
  }
  return output ? output_files(*output, *files, force) : print_files(*files);
}

}  // namespace session::gateway
