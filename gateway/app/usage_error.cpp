#include "gateway/app/usage_error.h"

#include <string_view>

#include "gateway/config/problem.h"
#include "gateway/config/suggestions.h"

namespace session::gateway {
namespace {

std::vector<std::string_view> views(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

std::string hint(std::string_view text, const std::vector<std::string>& names) {
  const std::string meant = suggestion(text, views(names));
  return meant.empty() ? "; expected " + any_of(views(names)) : meant;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// An option may stand before its command only if the program itself has it.
std::string unknown_option(const CLI::App& app, std::string_view given) {
  const std::string_view name = given.substr(0, given.find('='));
  const std::vector<std::string> options = options_of(app);
  if (suggested(name, views(options)) || commands_of(app).empty())
    return "unknown option " + shown(name) + hint(name, options);
  return "unknown option " + shown(name) + "; the options of a command stand behind it";
}

std::string unexpected(const CLI::App& app, std::string_view given) {
  if (given.starts_with('-')) return unknown_option(app, given);
  const std::vector<std::string> commands = commands_of(app);
  if (commands.empty()) return "unexpected argument " + shown(given);
  return "unknown command " + shown(given) + hint(given, commands);
}

// The command that the arguments name, as far as they name one, from the program itself on.
std::vector<const CLI::App*> path_of(const CLI::App& app) {
  std::vector<const CLI::App*> path = {&app};
  while (!path.back()->get_subcommands().empty()) path.push_back(path.back()->get_subcommands().front());
  return path;
}

// "--config: 1 required FILE missing", and the like of it for a value too many.
std::string wrong_number(std::string_view text) {
  const std::string option(text.substr(0, text.find(':')));
  return option + (text.ends_with("missing") ? " needs a value" : " is given more than once");
}

std::string problem_with(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) return wrong_number(error.what());
  const std::vector<std::string> commands = commands_of(app);
  const bool lacks_command = !commands.empty() && app.get_subcommands().empty();
  return lacks_command ? "expected a command: " + any_of(views(commands)) : error.what();
}

}  // namespace

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string command, problem;
  for (const CLI::App* each : path_of(app)) {
    command += (command.empty() ? "" : " ") + each->get_name();
    const std::vector<std::string> rest = each->remaining();
    problem = rest.empty() ? problem_with(*each, error) : unexpected(*each, rest.front());
    if (!rest.empty()) break;
  }
  return command + ": " + problem + "\nSee `" + command + " --help`.\n";
}

CLI::Validator one_of(const std::vector<std::string>& names) {
  std::string set;
  for (const std::string& name : names) set += (set.empty() ? "" : ",") + name;
  return CLI::Validator(
      [names](std::string& given) -> std::string {
        for (const std::string& name : names) {
          if (name == given) return {};
        }
        return "expected " + any_of(views(names)) + ", got " + shown(given) + suggestion(given, views(names));
      },
      "{" + set + "}");
}

}  // namespace session::gateway
