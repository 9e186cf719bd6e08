#include "gateway/completion/completion.h"

namespace session::gateway {
namespace {

constexpr const char* kHead = R"(# Completion for fish, as `session-gateway completion fish` prints it.

# Whether the line has named that command so far, and that many arguments of it.
function __session_gateway_at
    set -l command ''
    set -l arguments 0
    set -l value no
    for word in (commandline -opc)[2..-1]
        if test $value = yes
            set value no
            continue
        end
        switch "$command/$word"
)";

constexpr const char* kAfterLoop = R"(            case '*/-*'
            case '*'
                set arguments (math $arguments + 1)
        end
    end
    test "$command" = "$argv[1]"; and test (count $argv) -lt 2 -o $arguments = "$argv[2]"
end

complete -c session-gateway -f
)";

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += (c == '\'' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  return out + "'";
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string walk_cases(const CommandSpec& program) {
  std::string out;
  for_each_command(program, [&](const std::string& path, const CommandSpec& command) {
    for (const CommandSpec& inner : command.commands) {
      out += "            case " + quoted(path + "/" + inner.name) + "\n                set command " +
             quoted(path.empty() ? inner.name : path + " " + inner.name) + "\n";
    }
    for (const OptionSpec& option : command.options) {
      if (option.offer == Offer::nothing_follows) continue;
      out += "            case";
      for (const std::string& name : option.names) out += " " + quoted(path + "/" + name);
      out += "\n                set value yes\n";
    }
  });
  return out;
}

// How a line of `complete` begins that holds at a place of the command line.
std::string at(const std::string& place) {
  return "complete -c session-gateway -n " + quoted("__session_gateway_at " + place);
}

std::string offer(Offer what, const std::vector<std::string>& choices) {
  switch (what) {
    case Offer::files:
      return " -F";
    case Offer::directories:
      return " -f -a '(__fish_complete_directories)'";
    case Offer::choices:
      return " -f -a " + quoted(joined(choices));
    case Offer::nothing_follows:
    case Offer::free_text:
      break;
  }
  return "";
}

std::string option_line(const std::string& path, const OptionSpec& option) {
  std::string line = at('"' + path + '"');
  for (const std::string& name : option.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (option.offer != Offer::nothing_follows) line += " -r" + offer(option.offer, option.choices);
  return line + " -d " + quoted(option.help) + "\n";
}

std::string lines_for(const std::string& path, const CommandSpec& command) {
  std::string out;
  for (const OptionSpec& option : command.options) out += option_line(path, option);
  for (const CommandSpec& inner : command.commands)
    out += at('"' + path + "\" 0") + " -a " + inner.name + " -d " + quoted(inner.help) + "\n";
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const ArgumentSpec& argument = command.arguments[i];
    if (argument.offer != Offer::free_text)
      out += at('"' + path + "\" " + std::to_string(i)) + offer(argument.offer, argument.choices) + "\n";
  }
  return out;
}

}  // namespace

std::string fish_completion(const CommandSpec& program) {
  std::string out = kHead + walk_cases(program) + kAfterLoop;
  for_each_command(
      program, [&](const std::string& path, const CommandSpec& command) { out += lines_for(path, command); });
  return out;
}

}  // namespace session::gateway
