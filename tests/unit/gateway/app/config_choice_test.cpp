#include "gateway/app/config_choice.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

using namespace session::gateway;

namespace {

struct Directory {
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "choice-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Directory() { std::filesystem::remove_all(path); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::filesystem::path path;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(configuration_choice)

BOOST_AUTO_TEST_CASE(a_given_file_is_read_without_a_word) {
  const Directory directory;
  const std::string usual = directory.path / "gateway.yaml";
  std::ofstream(usual) << "";
  const auto choice = choose_config("other.yaml", usual);
  BOOST_TEST(choice.file.value_or("") == "other.yaml");
  BOOST_TEST(choice.notice == "");
}

BOOST_AUTO_TEST_CASE(the_usual_file_is_read_if_it_is_there) {
  const Directory directory;
  const std::string usual = directory.path / "gateway.yaml";
  std::ofstream(usual) << "";
  const auto choice = choose_config(std::nullopt, usual);
  BOOST_TEST(choice.file.value_or("") == usual);
  BOOST_TEST(choice.notice == "configuration: " + usual);
}

BOOST_AUTO_TEST_CASE(without_any_file_the_defaults_count) {
  const Directory directory;
  const std::string usual = directory.path / "gateway.yaml";
  const auto choice = choose_config(std::nullopt, usual);
  BOOST_TEST(!choice.file.has_value());
  BOOST_TEST(choice.notice == "configuration: the defaults, as there is no --config and no " + usual);
}

// A path that is there and can't be looked at is no reason for the defaults.
BOOST_AUTO_TEST_CASE(what_cannot_be_looked_at_is_left_to_the_reader) {
  const Directory directory;
  const std::string usual = directory.path / "loop";
  std::filesystem::create_symlink("loop", usual);
  BOOST_TEST(choose_config(std::nullopt, usual).file.value_or("") == usual);
}

BOOST_AUTO_TEST_SUITE_END()
