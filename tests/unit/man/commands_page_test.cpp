#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/places.h"

namespace {

using Words = std::vector<std::string>;

// What the program says of a command: the lines of its --help.
std::vector<std::string> help_of(const Words& command) {
  std::string line = session::test::gateway_binary();
  for (const std::string& word : command) line += " " + word;
  FILE* pipe = ::popen((line + " --help").c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  BOOST_REQUIRE_EQUAL(::pclose(pipe), 0);
  std::istringstream lines(text);
  std::vector<std::string> all;
  for (std::string each; std::getline(lines, each);) all.push_back(each);
  return all;
}

// The first words of the lines below a heading, as far as they are indented by two.
Words entries_below(const std::string& heading, const std::vector<std::string>& lines) {
  Words entries;
  bool below = false;
  for (const std::string& line : lines) {
    if (!line.starts_with(" ")) below = line == heading;
    if (below && line.starts_with("  ") && line.size() > 2 && line[2] != ' ')
      entries.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return entries;
}

// All commands with all their options, as the page writes them: ".Cm key new" and "-config".
void collect(const Words& command, std::set<std::string>& commands, std::set<std::string>& options) {
  const auto help = help_of(command);
  for (const std::string& names : entries_below("Options:", help)) {
    const auto option = names.rfind("--");
    BOOST_REQUIRE_MESSAGE(option != names.npos, names << " has no long form");
    options.insert(names.substr(option + 1));
  }
  const Words inner = entries_below("Subcommands:", help);
  for (const std::string& name : inner) {
    Words longer = command;
    longer.push_back(name);
    collect(longer, commands, options);
  }
  if (!inner.empty() || command.empty()) return;
  std::string words = ".Cm";
  for (const std::string& word : command) words += " " + word;
  commands.insert(words);
}

struct Program {
  Program() { collect({}, commands, options); }
  std::set<std::string> commands, options;
};

std::string page() {
  std::ifstream file(session::test::source_root() + "/man/session-gateway.1");
  std::ostringstream text;
  text << file.rdbuf();
  BOOST_REQUIRE(!text.str().empty());
  return text.str();
}

// Whether the text stands there as a whole, not as the beginning of something longer.
bool has(const std::string& text, const std::string& wanted) {
  for (auto at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) {
    const auto end = at + wanted.size();
    if (end == text.size() || text[end] == ' ' || text[end] == '\n') return true;
  }
  return false;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_command_that_the_program_has_is_in_the_synopsis_and_explained, Program) {
  const std::string text = page();
  BOOST_REQUIRE(commands.contains(".Cm serve"));
  BOOST_REQUIRE(commands.contains(".Cm key new"));
  const auto description = text.find(".Sh DESCRIPTION");
  BOOST_REQUIRE(description != text.npos);
  for (const std::string& command : commands) {
    BOOST_TEST(has(text.substr(0, description), "\n" + command), "no synopsis of " << command);
    BOOST_TEST(has(text.substr(description), "\n.It " + command.substr(1)), "no item for " << command);
  }
}

BOOST_FIXTURE_TEST_CASE(every_option_that_a_command_has_is_on_the_page, Program) {
  BOOST_REQUIRE(options.contains("-config"));
  for (const std::string& option : options) {
    BOOST_TEST((has(page(), "Fl " + option) || has(page(), ", " + option)), "nothing about -" << option);
  }
}
