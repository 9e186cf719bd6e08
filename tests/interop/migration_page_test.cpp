// docs/migration.md says what the gateway does.

#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/format/express/express.h"
#include "tests/support/e2e/process.h"
#include "tests/support/places.h"
#include "tests/support/whole_format.h"

namespace session::test {
namespace {

std::string page() { return read_file(source_root() + "/docs/migration.md"); }

// The indented blocks that are configurations.
std::vector<std::string> configurations() {
  std::vector<std::string> found;
  std::string block;
  std::istringstream lines(page() + "\n");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("    ")) {
      block += line.substr(4) + "\n";
      continue;
    }
    if (block.starts_with("dialect:")) found.push_back(block);
    block.clear();
  }
  return found;
}

// What stands between backquotes in the paragraph on names.
std::vector<std::string> reserved_names() {
  const std::string text = page();
  const auto from = text.find("refused with 400: ");
  const auto to = text.find("\n- ", from);
  BOOST_REQUIRE(to != std::string::npos);
  const std::string paragraph = text.substr(from, to - from);
  const std::regex quoted("`([^`]+)`");
  std::vector<std::string> names;
  for (std::sregex_iterator it(paragraph.begin(), paragraph.end(), quoted), end; it != end; ++it)
    names.push_back((*it)[1]);
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(migration_page)

BOOST_AUTO_TEST_CASE(its_configurations_are_fine) {
  const auto all = configurations();
  BOOST_TEST(all.size() == 3U);
  for (const std::string& yaml : all) {
    const TempDir dir;
    for (const char* name : {"express.secret", "salt.key", "k1.key"})
      write_file(dir / name, "a secret of the tests, of 32 bytes or more");
    write_file(dir / "gateway.yaml", yaml);
    Process check({gateway_binary(), "check", dir / "gateway.yaml"}, dir / "log");
    BOOST_TEST(check.wait() == 0, yaml << read_file(dir / "log"));
  }
}

BOOST_AUTO_TEST_CASE(it_has_every_name_that_express_reserves) {
  ExpressFormatOptions options;
  options.secrets.emplace_back("a secret");
  const WholeExpress express(std::move(options), system_random());
  const auto names = reserved_names();
  BOOST_TEST(names.size() == 21U);
  for (const std::string& name : names) BOOST_TEST(express.reserves(name), name);
  BOOST_TEST(!express.reserves("user"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
