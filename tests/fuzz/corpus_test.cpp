#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/places.h"

// Every input that a fuzz target begins with, as a plain test: what was once found stays fixed, and the
// targets are compiled by every build. A target ends the process when it finds something.

extern "C" {
int framing_target(const std::uint8_t* data, std::size_t size);
int cookie_target(const std::uint8_t* data, std::size_t size);
int actions_target(const std::uint8_t* data, std::size_t size);
int config_target(const std::uint8_t* data, std::size_t size);
int export_target(const std::uint8_t* data, std::size_t size);
int http_target(const std::uint8_t* data, std::size_t size);
int http_parsers_target(const std::uint8_t* data, std::size_t size);
int json_target(const std::uint8_t* data, std::size_t size);
int nginx_target(const std::uint8_t* data, std::size_t size);
int replies_target(const std::uint8_t* data, std::size_t size);
}

namespace session::test {
namespace {

using Target = int (*)(const std::uint8_t*, std::size_t);

const std::filesystem::path kFuzz = std::filesystem::path(source_root()) / "tests/fuzz";

std::string bytes_of(const std::filesystem::path& file) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  return bytes.str();
}

// Each input whole and cut short at every byte, from memory that ends where it ends.
void run_corpus(const std::string& name, Target target) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFuzz / "corpus" / name)) {
    BOOST_TEST_CHECKPOINT(entry.path());
    ++files;
    const std::string text = bytes_of(entry.path());
    BOOST_TEST(!text.empty(), entry.path() << " is empty");
    for (std::size_t size = 0; size <= text.size(); ++size) {
      const std::vector<std::uint8_t> input(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
      BOOST_REQUIRE(target(input.data(), input.size()) == 0);
    }
  }
  BOOST_TEST(files >= 5U, "the corpus " << name << " has " << files << " files");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fuzz_corpus)

BOOST_AUTO_TEST_CASE(framing_finds_nothing_in_its_corpus) { run_corpus("framing", framing_target); }
BOOST_AUTO_TEST_CASE(cookie_finds_nothing_in_its_corpus) { run_corpus("cookie", cookie_target); }
BOOST_AUTO_TEST_CASE(actions_finds_nothing_in_its_corpus) { run_corpus("actions", actions_target); }
BOOST_AUTO_TEST_CASE(config_finds_nothing_in_its_corpus) { run_corpus("config", config_target); }
BOOST_AUTO_TEST_CASE(export_finds_nothing_in_its_corpus) { run_corpus("export", export_target); }
BOOST_AUTO_TEST_CASE(http_finds_nothing_in_its_corpus) { run_corpus("http", http_target); }
BOOST_AUTO_TEST_CASE(http_parsers_finds_nothing_in_its_corpus) {
  run_corpus("http_parsers", http_parsers_target);
}
BOOST_AUTO_TEST_CASE(json_finds_nothing_in_its_corpus) { run_corpus("json", json_target); }
BOOST_AUTO_TEST_CASE(nginx_finds_nothing_in_its_corpus) { run_corpus("nginx", nginx_target); }
BOOST_AUTO_TEST_CASE(replies_finds_nothing_in_its_corpus) { run_corpus("replies", replies_target); }

BOOST_AUTO_TEST_CASE(every_target_and_every_corpus_is_tested_here) {
  const std::set<std::string> tested = {"actions", "config",       "cookie", "export", "framing",
                                        "http",    "http_parsers", "json",   "nginx",  "replies"};
  std::set<std::string> targets, corpora;
  for (const auto& entry : std::filesystem::directory_iterator(kFuzz)) {
    const std::string name = entry.path().filename();
    if (name.ends_with("_fuzz.cpp")) targets.insert(name.substr(0, name.size() - 9));
  }
  for (const auto& entry : std::filesystem::directory_iterator(kFuzz / "corpus")) {
    corpora.insert(entry.path().filename());
  }
  BOOST_TEST(targets == tested, boost::test_tools::per_element());
  BOOST_TEST(corpora == tested, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
