#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/linting.h"
#include "tests/support/program.h"

using namespace session::gateway;
using session::test::run_gateway_command;
using session::test::Said;

namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& line) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// What the first line of standard error says.
std::string complaint(const std::string& line) {
  const Said said = run_gateway_command(words_of(line));
  BOOST_TEST(said.status == 2, line << ": exit status " << said.status);
  BOOST_TEST(said.out == "", line);
  return said.err.substr(0, said.err.find('\n'));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(an_unknown_command_gets_the_nearest_name) {
  BOOST_TEST(complaint("chekc") == "session-gateway: unknown command chekc; did you mean check?");
  BOOST_TEST(complaint("serv --config x") == "session-gateway: unknown command serv; did you mean serve?");
  BOOST_TEST(complaint("key nwe") == "session-gateway key: unknown command nwe; did you mean new?");
}

BOOST_AUTO_TEST_CASE(an_unknown_option_gets_the_nearest_of_its_command) {
  BOOST_TEST(complaint("check --confg x") ==
             "session-gateway check: unknown option --confg; did you mean --config?");
  BOOST_TEST(complaint("nginx --ouptut=x") ==
             "session-gateway nginx: unknown option --ouptut; did you mean --output?");
  BOOST_TEST(complaint("--verson") == "session-gateway: unknown option --verson; did you mean --version?");
  BOOST_TEST(complaint("schema -z") == "session-gateway schema: unknown option -z; expected --help");
}

BOOST_AUTO_TEST_CASE(what_is_like_no_command_gets_them_all) {
  const std::string said = complaint("frobnicate");
  for (const std::string name : {"serve", "check", "key", "nginx", "lint"})
    BOOST_TEST(said.find(name) != std::string::npos, said);
  BOOST_TEST(complaint("").starts_with("session-gateway: expected a command: serve, "));
  BOOST_TEST(complaint("key") == "session-gateway key: expected a command: new");
}

BOOST_AUTO_TEST_CASE(an_option_before_its_command_is_told_where_it_belongs) {
  BOOST_TEST(complaint("--config x serve") ==
             "session-gateway: unknown option --config; the options of a command stand behind it");
}

BOOST_AUTO_TEST_CASE(a_wrong_number_of_values_is_told_in_words) {
  BOOST_TEST(complaint("check --config") == "session-gateway check: --config needs a value");
  BOOST_TEST(complaint("check a --config b") == "session-gateway check: --config is given more than once");
  BOOST_TEST(complaint("check a b") == "session-gateway check: unexpected argument b");
  BOOST_TEST(complaint("lint") == "session-gateway lint: nginx.conf is required");
  BOOST_TEST(complaint("nginx --force") == "session-gateway nginx: --force requires --output");
}

BOOST_AUTO_TEST_CASE(a_complaint_cannot_forge_a_line) {
  const Said said = run_gateway_command({"che\nck"});
  BOOST_TEST(said.status == 2);
  BOOST_TEST(said.err.starts_with("session-gateway: unknown command \"che\\x0ack\"; did you mean check?\n"),
             said.err);
}

BOOST_AUTO_TEST_CASE(help_and_version_are_fine) {
  BOOST_TEST(run_gateway_command({"--version"}).status == 0);
  BOOST_TEST(run_gateway_command({"lint", "--help"}).status == 0);
}

BOOST_AUTO_TEST_CASE(every_command_that_reads_a_configuration_takes_it_as_an_argument_too) {
  const NginxFiles files;
  files.write("nginx.conf", "http { }\n");
  files.write("wrong.yaml", "wrkers: 2\n");
  const std::string config = files.path / "wrong.yaml";
  const std::string problem = config + ":1: wrkers: unknown key; did you mean workers?";
  for (const Words& command : {Words{"serve"}, {"check"}, {"nginx"}, {"lint", files.path / "nginx.conf"}}) {
    for (const Words& way : {Words{config}, {"--config", config}, {"--config=" + config}, {"-c", config}}) {
      Words line = command;
      line.insert(line.end(), way.begin(), way.end());
      const Said said = run_gateway_command(line);
      BOOST_TEST(said.status == 1, command.front() << " " << way.front());
      BOOST_TEST(said.err.find(problem) != std::string::npos, command.front() << ": " << said.err);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_command_that_fails_exits_with_1) {
  for (const char* line : {"check /nonexistent.yaml", "serve /nonexistent.yaml", "nginx /nonexistent.yaml",
                           "lint /nonexistent.conf"}) {
    const Said said = run_gateway_command(words_of(line));
    BOOST_TEST(said.status == 1, line);
    BOOST_TEST(said.err.find("/nonexistent") != std::string::npos, said.err);
  }
}

BOOST_AUTO_TEST_CASE(a_result_that_cannot_be_written_is_no_success) {
  for (const char* command : {"key new", "schema", "nginx", "completion bash"}) {
    const Said said = session::test::run_program(
        {"sh", "-c", "exec " + session::test::gateway_binary() + " " + command + " > /dev/full"});
    BOOST_TEST(said.status == 1, command);
    BOOST_TEST(said.err.ends_with("session-gateway: can't write to standard output\n"), said.err);
  }
}

BOOST_AUTO_TEST_SUITE_END()
