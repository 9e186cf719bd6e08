#include "gateway/app/command_line.h"

#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "gateway/app/check_command.h"
#include "gateway/app/client_commands.h"
#include "gateway/app/commands.h"
#include "gateway/app/config_choice.h"
#include "gateway/app/describe.h"
#include "gateway/app/exit_status.h"
#include "gateway/app/front_command.h"
#include "gateway/app/nginx_commands.h"
#include "gateway/app/reload_command.h"
#include "gateway/app/sessions_command.h"
#include "gateway/app/usage_error.h"
#include "gateway/completion/completion.h"
#include "gateway/config/problem.h"
#include "gateway/config/schema.h"
#include "gateway/config/units.h"

// The commands and their options. Each command is a function that adds it, and a row in `add_commands`; its
// callback only notes what to run, which happens when the whole command line has been found right.

namespace session::gateway {
namespace {

using Run = std::function<int()>;
using Path = std::optional<std::string>;

// Every command that reads the gateway's configuration takes it as an option or as an argument.
void add_config(CLI::App& command, Path& to, const std::string& otherwise) {
  command
      .add_option("-c,--config,config", to, "The gateway's configuration (YAML); without one, " + otherwise)
      ->type_name("FILE");
}

std::string usual_or_defaults() {
  return std::string(kUsualConfiguration) + ", or the defaults if there is none";
}

void add_serve(CLI::App& app, Run& run) {
  struct Given {
    Path config;
    bool core_dumps = false;
  };
  auto given = std::make_shared<Given>();
  CLI::App* serve = app.add_subcommand("serve", "Serve FastCGI requests until SIGTERM");
  add_config(*serve, given->config, "the defaults");
  serve->add_flag("--core-dumps", given->core_dumps,
                  "Allow core dumps, which hold keys and sessions, and debuggers");
  serve->callback([given, &run] {
    run = [given] {
      return session::gateway::serve(given->config,
                                     given->core_dumps ? CoreDumps::allowed : CoreDumps::forbidden);
    };
  });
}

void add_check(CLI::App& app, Run& run) {
  struct Given {
    Path config;
    CheckRequest request;
  };
  auto given = std::make_shared<Given>();
  CLI::App* check =
      app.add_subcommand("check", "Say all that is wrong with a configuration, and start nothing");
  add_config(*check, given->config, kUsualConfiguration);
  check->add_option("--user", given->request.user,
                    "The user who must be able to read its files; for root the service's, by default");
  check->add_flag("--store", given->request.store, "Write, read and delete a key in the store, too");
  check->callback([given, &run] {
    run = [given] {
      given->request.file = given->config.value_or(kUsualConfiguration);
      return check_config(given->request);
    };
  });
}

void add_reload(CLI::App& app, Run& run) {
  auto given = std::make_shared<ReloadRequest>();
  CLI::App* reload = app.add_subcommand("reload", "Tell a running gateway to read its configuration again");
  reload->add_option("--pid", given->pid, "Its process id; without one, the only gateway that runs here")
      ->check(CLI::PositiveNumber);
  reload->add_flag("--wait", given->wait, "Wait for the outcome, and fail if nothing was reloaded");
  reload->callback([given, &run] { run = [given] { return session::gateway::reload(*given); }; });
}

void add_key(CLI::App& app, Run& run) {
  CLI::App* key = app.add_subcommand("key", "Keys and salts");
  key->require_subcommand(1);
  key->add_subcommand("new", "Print a new random secret for `keys`, `salt` or `listen`")->callback([&run] {
    run = new_key;
  });
}

void add_nginx(CLI::App& app, Run& run) {
  struct Given {
    Path config, output;
    bool force = false;
  };
  auto given = std::make_shared<Given>();
  CLI::App* nginx =
      app.add_subcommand("nginx", "Print the files for nginx to include, made for a configuration");
  add_config(*nginx, given->config, usual_or_defaults());
  CLI::Option* output =
      nginx->add_option("-o,--output", given->output, "Write them into this directory instead")
          ->type_name("DIRECTORY");
  nginx->add_flag("--force", given->force, "Overwrite files there that differ")->needs(output);
  nginx->callback([given, &run] {
    run = [given] {
      return print_nginx(choose_config(given->config, kUsualConfiguration), given->output, given->force);
    };
  });
}

void add_fronts(CLI::App& app, Run& run) {
  struct Given {
    std::string front;
    Path config, output;
    bool force = false;
  };
  auto given = std::make_shared<Given>();
  CLI::App* command =
      app.add_subcommand("fronts", "Print the configuration of another web server, made for a configuration");
  const std::vector<std::string> names = front_names();
  command->add_option("front", given->front, "Which one")
      ->type_name("FRONT")
      ->required()
      ->check(one_of({names.begin(), names.end()}));
  add_config(*command, given->config, usual_or_defaults());
  CLI::Option* output =
      command->add_option("-o,--output", given->output, "Write its files into this directory instead")
          ->type_name("DIRECTORY");
  command->add_flag("--force", given->force, "Overwrite files there that differ")->needs(output);
  command->callback([given, &run] {
    run = [given] {
      return print_front(given->front, choose_config(given->config, kUsualConfiguration), given->output,
                         given->force);
    };
  });
}

void add_lint(CLI::App& app, Run& run) {
  struct Given {
    std::string nginx_file;
    Path config;
    std::string format = "text";
  };
  auto given = std::make_shared<Given>();
  CLI::App* lint = app.add_subcommand(
      "lint", "Say what breaks protection in a configuration of nginx, and change nothing");
  lint->add_option("nginx.conf", given->nginx_file,
                   "nginx's main configuration file, such as /etc/nginx/nginx.conf")
      ->type_name("FILE")
      ->required();
  add_config(*lint, given->config, usual_or_defaults());
  lint->add_option("--format", given->format, "How findings are printed")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}))
      ->capture_default_str();
  lint->callback([given, &run] {
    run = [given] {
      return lint_nginx(given->nginx_file, choose_config(given->config, kUsualConfiguration),
                        given->format == "json");
    };
  });
}

// A duration as the configuration has them.
CLI::Validator a_duration() {
  return CLI::Validator(
      [](std::string& given) -> std::string {
        const auto parsed = parse_duration(given);
        if (parsed && *parsed > milliseconds(0)) return {};
        return "expected a duration with its unit (ms, s, m, h or d), got " + shown(given);
      },
      "");
}

// A client of the running gateway: the name of the command is that of the endpoint.
void add_client(CLI::App& app, Run& run, const char* endpoint, const char* description) {
  struct Given {
    Path config, socket;
    std::string timeout = "10s";
  };
  auto given = std::make_shared<Given>();
  CLI::App* client = app.add_subcommand(endpoint, description);
  add_config(*client, given->config, usual_or_defaults());
  client
      ->add_option("--socket", given->socket,
                   "Where to ask, instead of a listener of the configuration: a path, or an address and "
                   "port; with http: or "
                   "fastcgi: before it if the configuration does not have it")
      ->type_name("ADDRESS");
  client->add_option("--timeout", given->timeout, "How long to wait for the answer")
      ->type_name("DURATION")
      ->check(a_duration())
      ->capture_default_str();
  client->callback([given, endpoint, &run] {
    run = [given, endpoint] {
      return ask_gateway(endpoint, {choose_config(given->config, kUsualConfiguration), given->socket,
                                    *parse_duration(given->timeout)});
    };
  });
}

void add_clients(CLI::App& app, Run& run) {
  add_client(app, run, "health", "Ask the running gateway whether it serves");
  add_client(app, run, "ready", "Ask the running gateway whether its store takes writes");
  add_client(app, run, "metrics", "Print the metrics of the running gateway");
}

// What all commands of `sessions` have.
struct GivenSessions {
  Path config, socket;
  std::string timeout = "10s";
  SessionsRequest request;
};

CLI::App* add_sessions_command(CLI::App& sessions, Run& run, const std::shared_ptr<GivenSessions>& given,
                               SessionsRequest::Action action, const char* name, const char* description) {
  CLI::App* command = sessions.add_subcommand(name, description);
  command
      ->add_option("-c,--config", given->config,
                   "The gateway's configuration (YAML), whose admin.unix is asked; without one, " +
                       usual_or_defaults())
      ->type_name("FILE");
  command->add_option("--socket", given->socket, "The socket to ask instead")->type_name("FILE");
  command->add_option("--timeout", given->timeout, "How long to wait for each answer")
      ->type_name("DURATION")
      ->check(a_duration())
      ->capture_default_str();
  command->add_flag("--json", given->request.json, "Print JSON");
  command->callback([given, action, &run] {
    given->request.action = action;
    run = [given] {
      return run_sessions(given->request, {choose_config(given->config, kUsualConfiguration), given->socket,
                                           *parse_duration(given->timeout)});
    };
  });
  return command;
}

void add_subject(CLI::App& command, SessionsRequest& to, const char* description) {
  command.add_option("--subject", to.subject, description)->type_name("SUBJECT");
}

void add_end(CLI::App& command, SessionsRequest& to) {
  CLI::Option* name =
      command.add_option("name", to.name, "The name of the session to end")->type_name("NAME");
  add_subject(command, to, "End all sessions of this user; with a NAME, that one of them");
  CLI::Option* except =
      command.add_option("--except", to.except, "But not the session of this name")->type_name("NAME");
  except->needs("--subject")->excludes(name);
  command.add_flag("--all", to.all, "End every session")->excludes(name)->excludes("--subject");
  command.add_flag("--dry-run", to.dry_run, "Print what would end, and end nothing");
}

void add_passphrase_file(CLI::App& command, SessionsRequest& to, const char* description) {
  command.add_option("--passphrase-file", to.passphrase_file, description)->type_name("FILE");
}

void add_export(CLI::App& command, SessionsRequest& to) {
  command.add_option("-o,--output", to.file, "Write into this new file, which only its owner can read")
      ->type_name("FILE");
  add_passphrase_file(command, to, "Seal the sessions with the passphrase that this file has");
  command.add_flag("--plain", to.plain, "Write them in clear text: whoever reads it reads every session")
      ->excludes("--passphrase-file");
}

void add_import(CLI::App& command, SessionsRequest& to) {
  command.add_option("file", to.file, "The export; - is standard input")->type_name("FILE")->required();
  add_passphrase_file(command, to, "The file with its passphrase, if it is sealed");
}

void add_sessions(CLI::App& app, Run& run) {
  using Action = SessionsRequest::Action;
  const auto given = std::make_shared<GivenSessions>();
  SessionsRequest& to = given->request;
  CLI::App* sessions =
      app.add_subcommand("sessions", "Show who is logged in to the running gateway, end it, and move it");
  sessions->require_subcommand(1);
  const auto add = [&](Action action, const char* name, const char* description) -> CLI::App& {
    return *add_sessions_command(*sessions, run, given, action, name, description);
  };
  add_subject(add(Action::list, "list", "List sessions"), to, "Those of this user");
  add(Action::count, "count", "Count sessions")
      .add_flag("--by-subject", to.by_subject, "Of each user, most first");
  CLI::App& show = add(Action::show, "show", "Show one session");
  CLI::Option* name = show.add_option("name", to.name, "Its name")->type_name("NAME");
  add_subject(show, to, "Whose it is: spares the gateway the search for it");
  show.add_option("--cookie", to.cookie, "The session of the cookie that standard input has")
      ->type_name("WHERE")
      ->check(one_of({"-"}))
      ->excludes(name);
  add_end(add(Action::end, "end", "End sessions"), to);
  add_export(add(Action::export_all, "export", "Write all sessions into a file, to move them"), to);
  add_import(add(Action::import_all, "import", "Take in the sessions of an export"), to);
}

void add_completion(CLI::App& app, Run& run) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion =
      app.add_subcommand("completion", "Print what completes this command line in a shell");
  completion->add_option("shell", *shell, "For which shell")
      ->type_name("SHELL")
      ->required()
      ->check(one_of({"bash", "zsh", "fish"}));
  completion->callback([shell, &app, &run] {
    run = [shell, &app] {
      const CommandSpec program = describe(app);
      std::cout << (*shell == "bash"  ? bash_completion(program)
                    : *shell == "zsh" ? zsh_completion(program)
                                      : fish_completion(program));
      return kFine;
    };
  });
}

void add_schema(CLI::App& app, Run& run) {
  app.add_subcommand("schema", "Print the JSON schema of a configuration, for editors")->callback([&run] {
    run = [] {
      std::cout << configuration_schema().dump(2) << "\n";
      return kFine;
    };
  });
}

std::string version(std::string_view commit) {
  std::string text = "session-gateway " SESSION_GATEWAY_VERSION;
  if (!commit.empty()) text.append(" (").append(commit).append(")");
  return text;
}

void add_commands(CLI::App& app, Run& run) {
  app.require_subcommand(1);
  add_serve(app, run);
  add_check(app, run);
  add_reload(app, run);
  add_key(app, run);
  add_nginx(app, run);
  add_fronts(app, run);
  add_lint(app, run);
  add_clients(app, run);
  add_sessions(app, run);
  add_completion(app, run);
  add_schema(app, run);
}

// A result that did not get out is none: the disk of the file that should hold it may be full.
int finish(int status) {
  std::cout.flush();
  if (std::cout || status != kFine) return status;
  std::cerr << "session-gateway: can't write to standard output\n";
  return kFailed;
}

}  // namespace

int run_command_line(int argc, const char* const* argv, std::string_view commit) {
  CLI::App app("session-gateway: one place that knows whose session a request belongs to, beside nginx",
               "session-gateway");
  app.set_version_flag("--version", version(commit));
  Run run;
  add_commands(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help and --version
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    std::cerr << usage_error(app, error);
    return kUsage;
  }
  try {
    return finish(run());
  } catch (const std::exception& failure) {
    std::cerr << "session-gateway: " << failure.what() << "\n";
    return kFailed;
  }
}

}  // namespace session::gateway
