#include "gateway/app/describe.h"

#include <sstream>
#include <string>

namespace session::gateway {
namespace {

// "SHELL:{bash,zsh}" has two.
std::vector<std::string> choices_in(const std::string& type) {
  const auto open = type.find('{');
  const auto close = type.find('}', open);
  std::vector<std::string> choices;
  if (close == std::string::npos) return choices;
  std::istringstream words(type.substr(open + 1, close - open - 1));
  for (std::string word; std::getline(words, word, ',');) choices.push_back(word);
  return choices;
}

Offer offer_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (option.get_items_expected_max() == 0) return Offer::nothing_follows;
  if (!choices_in(type).empty()) return Offer::choices;
  if (type == "FILE" || type == "ADDRESS") return Offer::files;
  return type == "DIRECTORY" ? Offer::directories : Offer::free_text;
}

OptionSpec option_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  OptionSpec spec{
      {}, option.get_description(), type.substr(0, type.find(':')), offer_of(option), choices_in(type)};
  for (const std::string& name : option.get_snames()) spec.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) spec.names.push_back("--" + name);
  return spec;
}

ArgumentSpec argument_of(const CLI::Option& option) {
  return {option.get_name(true), offer_of(option), choices_in(option.get_type_name())};
}

}  // namespace

CommandSpec describe(const CLI::App& app) {
  CommandSpec spec{app.get_name(), app.get_description(), {}, {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->nonpositional()) spec.options.push_back(option_of(*option));
    if (option->get_positional()) spec.arguments.push_back(argument_of(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    spec.commands.push_back(describe(*command));
  return spec;
}

}  // namespace session::gateway
