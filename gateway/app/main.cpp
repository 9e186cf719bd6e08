#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "gateway/app/check_command.h"
#include "gateway/app/commands.h"
#include "gateway/app/config_choice.h"
#include "gateway/app/nginx_commands.h"
#include "gateway/app/reload_command.h"

namespace {

CLI::App* add_check(CLI::App& app, session::gateway::CheckRequest& request) {
  auto* check = app.add_subcommand("check", "Say all that is wrong with a configuration, and start nothing");
  check->add_option("-c,--config,config", request.file, "The configuration (YAML)")->capture_default_str();
  check->add_option("--user", request.user,
                    "The user who must be able to read its files; for root the service's, by default");
  check->add_flag("--store", request.store, "Write, read and delete a key in the store, too");
  return check;
}

CLI::App* add_reload(CLI::App& app, session::gateway::ReloadRequest& request) {
  auto* reload = app.add_subcommand("reload", "Tell a running gateway to read its configuration again");
  reload->add_option("--pid", request.pid, "Its process id; without one, the only gateway that runs here")
      ->check(CLI::PositiveNumber);
  reload->add_flag("--wait", request.wait, "Wait for the outcome, and fail if nothing was reloaded");
  return reload;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("session-gateway: one place that knows whose session a request belongs to, beside nginx");
  app.set_version_flag("--version", "session-gateway " SESSION_GATEWAY_VERSION);
  app.require_subcommand(1);

  std::optional<std::string> config;
  auto* serve = app.add_subcommand("serve", "Serve FastCGI requests until SIGTERM");
  serve->add_option("-c,--config", config, "The configuration (YAML); without one, the defaults");
  bool core_dumps = false;
  serve->add_flag("--core-dumps", core_dumps,
                  "Allow core dumps, which hold keys and sessions, and debuggers");

  session::gateway::CheckRequest check_request{session::gateway::kUsualConfiguration};
  const auto* check = add_check(app, check_request);
  session::gateway::ReloadRequest reload_request;
  const auto* reload = add_reload(app, reload_request);

  auto* key = app.add_subcommand("key", "Keys and salts");
  key->require_subcommand(1);
  auto* key_new = key->add_subcommand("new", "Print a new random secret for `keys`, `salt` or `listen`");

  const std::string usual = "The gateway's configuration (YAML); without one, " + check_request.file +
                            ", or the defaults if there is none";
  std::optional<std::string> nginx_config, output;
  bool force = false;
  auto* nginx = app.add_subcommand("nginx", "Print the files for nginx to include, made for a configuration");
  nginx->add_option("-c,--config", nginx_config, usual);
  auto* output_option = nginx->add_option("-o,--output", output, "Write them into this directory instead");
  nginx->add_flag("--force", force, "Overwrite files there that differ")->needs(output_option);

  std::string linted;
  std::optional<std::string> lint_config;
  auto* lint = app.add_subcommand(
      "lint", "Say what breaks protection in a configuration of nginx, and change nothing");
  lint->add_option("FILE", linted, "nginx's main configuration file, such as /etc/nginx/nginx.conf")
      ->required();
  lint->add_option("-c,--config", lint_config, usual);
  std::string lint_format = "text";
  lint->add_option("--format", lint_format, "How findings are printed: text or json")
      ->check(CLI::IsMember({"text", "json"}));

  const auto chosen = [](const std::optional<std::string>& given) {
    return session::gateway::choose_config(given, session::gateway::kUsualConfiguration);
  };
  CLI11_PARSE(app, argc, argv);
  using session::gateway::CoreDumps;
  if (serve->parsed())
    return session::gateway::serve(config, core_dumps ? CoreDumps::allowed : CoreDumps::forbidden);
  if (check->parsed()) return session::gateway::check_config(check_request);
  if (reload->parsed()) return session::gateway::reload(reload_request);
  if (nginx->parsed()) return session::gateway::print_nginx(chosen(nginx_config), output, force);
  if (lint->parsed()) return session::gateway::lint_nginx(linted, chosen(lint_config), lint_format == "json");
  if (key_new->parsed()) return session::gateway::new_key();
  return 1;
}
