#include "gateway/completion/completion.h"

namespace session::gateway {
namespace {

constexpr const char* kHead = R"(# Completion for bash, as `session-gateway completion bash` prints it.

_session_gateway_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_session_gateway_directories() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -d -- "$1")
}

_session_gateway_words() {
  mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

_session_gateway() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= arguments=0 i
  COMPREPLY=()
  # In --option=value bash takes the = for a word of its own.
  if [[ $current == = ]]; then
    current=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command/${COMP_WORDS[i]}" in
)";

// Behind an option that takes a value comes that value.
constexpr const char* kSkipValue = R"(
        ((i++))
        [[ ${COMP_WORDS[i]} != = ]] || ((i++))
        ;;
)";

constexpr const char* kAfterLoop = R"(      */-*) ;;
      *) ((arguments++)) ;;
    esac
  done
)";

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

std::vector<std::string> names_of(const std::vector<CommandSpec>& commands) {
  std::vector<std::string> names;
  for (const CommandSpec& command : commands) names.push_back(command.name);
  return names;
}

std::vector<std::string> option_names(const CommandSpec& command) {
  std::vector<std::string> names;
  for (const OptionSpec& option : command.options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

// The pattern of a case: "check/--config" | "check/-c".
std::string pattern(const std::string& path, const std::vector<std::string>& words) {
  std::vector<std::string> all;
  for (const std::string& word : words) all.push_back(quoted(path + "/" + word));
  return joined(all, " | ");
}

std::string offer(Offer what, const std::vector<std::string>& choices) {
  switch (what) {
    case Offer::files:
      return "_session_gateway_files \"$current\"";
    case Offer::directories:
      return "_session_gateway_directories \"$current\"";
    case Offer::choices:
      return "_session_gateway_words \"$current\" \"" + joined(choices, " ") + "\"";
    case Offer::nothing_follows:
    case Offer::free_text:
      break;
  }
  return ":";
}

std::string walk_cases(const CommandSpec& program) {
  std::string out;
  for_each_command(program, [&](const std::string& path, const CommandSpec& command) {
    for (const CommandSpec& inner : command.commands) {
      out += "      " + pattern(path, {inner.name}) +
             ") command=" + quoted(path.empty() ? inner.name : path + " " + inner.name) + " ;;\n";
    }
    for (const OptionSpec& option : command.options) {
      if (option.offer != Offer::nothing_follows)
        out += "      " + pattern(path, option.names) + ")" + kSkipValue;
    }
  });
  return out;
}

std::string value_cases(const CommandSpec& program) {
  std::string out;
  for_each_command(program, [&](const std::string& path, const CommandSpec& command) {
    for (const OptionSpec& option : command.options) {
      if (option.offer == Offer::nothing_follows) continue;
      out += "    " + pattern(path, option.names) + ")\n      " + offer(option.offer, option.choices) +
             "\n      return\n      ;;\n";
    }
  });
  return out;
}

std::string option_cases(const CommandSpec& program) {
  std::string out;
  for_each_command(program, [&](const std::string& path, const CommandSpec& command) {
    out += "      " + quoted(path) + ") " + offer(Offer::choices, option_names(command)) + " ;;\n";
  });
  return out;
}

std::string argument_cases(const CommandSpec& program) {
  std::string out;
  for_each_command(program, [&](const std::string& path, const CommandSpec& command) {
    if (!command.commands.empty())
      out +=
          "    " + pattern(path, {"0"}) + ") " + offer(Offer::choices, names_of(command.commands)) + " ;;\n";
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
      out += "    " + pattern(path, {std::to_string(i)}) + ") " +
             offer(command.arguments[i].offer, command.arguments[i].choices) + " ;;\n";
    }
  });
  return out;
}

}  // namespace

std::string bash_completion(const CommandSpec& program) {
  return kHead + walk_cases(program) + kAfterLoop + "  case \"$command/$before\" in\n" +
         value_cases(program) + "  esac\n  if [[ $current == -* ]]; then\n    case \"$command\" in\n" +
         option_cases(program) + "    esac\n    return\n  fi\n  case \"$command/$arguments\" in\n" +
         argument_cases(program) + "  esac\n}\n\ncomplete -F _session_gateway " + program.name + "\n";
}

}  // namespace session::gateway
