#include "gateway/completion/completion.h"

namespace session::gateway {
namespace {

// For a place between single quotes.
std::string in_quotes(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

// For the description of an option, which ends at ].
std::string described(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += (c == '[' || c == ']' || c == ':') ? std::string("\\") + c : std::string(1, c);
  return in_quotes(out);
}

// What _arguments does to complete a value.
std::string action(Offer offer, const std::vector<std::string>& choices) {
  std::string words;
  switch (offer) {
    case Offer::files:
      return "_files";
    case Offer::directories:
      return "_files -/";
    case Offer::choices:
      for (const std::string& choice : choices) words += (words.empty() ? "" : " ") + choice;
      return "(" + words + ")";
    case Offer::nothing_follows:
    case Offer::free_text:
      break;
  }
  return " ";
}

// '(-c --config)'{-c,--config=}'[the help]:FILE:_files'
std::string option_line(const OptionSpec& option) {
  std::string all, each;
  for (const std::string& name : option.names) {
    const bool assigns = option.offer != Offer::nothing_follows && name.starts_with("--");
    all += (all.empty() ? "" : " ") + name;
    each += (each.empty() ? "" : ",") + name + (assigns ? "=" : "");
  }
  if (option.names.size() > 1) each = "{" + each + "}";
  std::string line = "'(" + all + ")'" + each + "'[" + described(option.help) + "]";
  if (option.offer != Offer::nothing_follows)
    line += ":" + described(option.value) + ":" + action(option.offer, option.choices);
  return line + "'";
}

std::string function_of(const std::string& program, const std::string& path) {
  std::string name = "_" + program + (path.empty() ? "" : "-" + path);
  for (char& c : name) {
    if (c == ' ') c = '-';
  }
  return name;
}

std::string command_lines(const std::vector<CommandSpec>& commands) {
  std::string out;
  for (const CommandSpec& command : commands)
    out += "        '" + command.name + ":" + in_quotes(command.help) + "'\n";
  return out;
}

// Which function completes what stands behind the name of a command.
std::string calls(const CommandSpec& program, const std::string& path, const CommandSpec& command) {
  std::string out;
  for (const CommandSpec& inner : command.commands) {
    out += "        " + inner.name + ") " +
           function_of(program.name, path.empty() ? inner.name : path + " " + inner.name) + " ;;\n";
  }
  return out;
}

std::string function_for(const CommandSpec& program, const std::string& path, const CommandSpec& command) {
  std::string out = function_of(program.name, path) + "() {\n";
  if (!command.commands.empty())
    out += "  local curcontext=\"$curcontext\" state line\n  typeset -A opt_args\n";
  out += command.commands.empty() ? "  _arguments" : "  _arguments -C";
  for (const OptionSpec& option : command.options) out += " \\\n    " + option_line(option);
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const ArgumentSpec& argument = command.arguments[i];
    out += " \\\n    '" + std::to_string(i + 1) + ":" + described(argument.value) + ":" +
           action(argument.offer, argument.choices) + "'";
  }
  if (command.commands.empty()) return out + "\n}\n\n";
  out += " \\\n    '1: :->command' \\\n    '*:: :->rest' && return\n  case $state in\n    command)\n";
  out += "      local -a commands\n      commands=(\n" + command_lines(command.commands) + "      )\n";
  out += "      _describe -t commands command commands\n      ;;\n    rest)\n      case $line[1] in\n";
  return out + calls(program, path, command) + "      esac\n      ;;\n  esac\n}\n\n";
}

}  // namespace

std::string zsh_completion(const CommandSpec& program) {
  std::string out = "#compdef " + program.name + "\n# Completion for zsh, as `" + program.name +
                    " completion zsh` prints it.\n\n";
  for_each_command(program, [&](const std::string& path, const CommandSpec& command) {
    out += function_for(program, path, command);
  });
  const std::string name = function_of(program.name, "");
  return out +
         "# zsh reads the file when it completes for the first time; or it is sourced.\nif [[ $funcstack[1] "
         "== " +
         name + " ]]; then\n  " + name + " \"$@\"\nelse\n  compdef " + name + " " + program.name + "\nfi\n";
}

}  // namespace session::gateway
