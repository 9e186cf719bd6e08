#pragma once

#include <string>
#include <vector>

namespace session::gateway {

// What a command line can have, as far as completion has to know it. Made of the parser's own table
// (gateway/app/describe.h).

// What follows an option, or stands alone.
enum class Offer {
  nothing_follows,  // of a flag
  free_text,
  files,
  directories,
  choices,
};

struct OptionSpec {
  std::vector<std::string> names;  // with their dashes
  std::string help;
  std::string value;  // what the value is called
  Offer offer = Offer::nothing_follows;
  std::vector<std::string> choices;
};

struct ArgumentSpec {
  std::string value;
  Offer offer = Offer::free_text;
  std::vector<std::string> choices;
};

struct CommandSpec {
  std::string name;
  std::string help;
  std::vector<OptionSpec> options;
  std::vector<ArgumentSpec> arguments;  // in their order
  std::vector<CommandSpec> commands;
};

// Calls visit(path, command) for the command and all below it. The path has the names below the program,
// with spaces between: "" for the program itself, "key new".
template <class Visit>
void for_each_command(const CommandSpec& command, const Visit& visit, const std::string& path = {}) {
  visit(path, command);
  for (const CommandSpec& inner : command.commands)
    for_each_command(inner, visit, path.empty() ? inner.name : path + " " + inner.name);
}

}  // namespace session::gateway
