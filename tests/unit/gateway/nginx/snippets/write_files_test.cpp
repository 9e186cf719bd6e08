#include "gateway/nginx/snippets/write_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "tests/support/loading.h"

using namespace session::gateway;

namespace {

const std::vector<Snippet> kFiles = {{"a.conf", "first\n"}, {"b.conf", "second\n"}};

struct Place : Directory {
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream bytes;
    bytes << std::ifstream(path / name, std::ios::binary).rdbuf();
    return bytes.str();
  }
  [[nodiscard]] std::size_t files() const {
    const std::filesystem::directory_iterator all(path);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  // The paths that were written, or what went wrong; this directory as DIR.
  [[nodiscard]] std::string write_all(Overwrite overwrite) const {
    const auto written = write_files(path.string(), kFiles, overwrite);
    std::string out;
    if (!written) out = written.error();
    if (written) {
      for (const std::string& file : *written) out += file + "\n";
    }
    for (auto at = out.find(path.string()); at != out.npos; at = out.find(path.string()))
      out.replace(at, path.string().size(), "DIR");
    return out;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(writing)

BOOST_AUTO_TEST_CASE(files_are_written_and_nothing_else_is_left_behind) {
  const Place place;
  BOOST_TEST(place.write_all(Overwrite::refuse) == "DIR/a.conf\nDIR/b.conf\n");
  BOOST_TEST(place.read("a.conf") == "first\n");
  BOOST_TEST(place.read("b.conf") == "second\n");
  BOOST_TEST(place.files() == 2u);
}

BOOST_AUTO_TEST_CASE(what_says_the_same_is_left_alone) {
  const Place place;
  place.write("a.conf", "first\n");
  const auto before = std::filesystem::last_write_time(place.path / "a.conf");
  BOOST_TEST(place.write_all(Overwrite::refuse) == "DIR/b.conf\n");
  BOOST_TEST((std::filesystem::last_write_time(place.path / "a.conf") == before));
  BOOST_TEST(place.write_all(Overwrite::refuse) == "");
}

BOOST_AUTO_TEST_CASE(one_file_in_the_way_keeps_all_from_being_written) {
  const Place place;
  place.write("b.conf", "second\nand a line of the operator's\n");
  BOOST_TEST(place.write_all(Overwrite::refuse) ==
             "nothing was written: DIR has other contents in b.conf. See what differs, and say --force to "
             "overwrite");
  BOOST_TEST(place.files() == 1u);
  BOOST_TEST(place.write_all(Overwrite::allow) == "DIR/a.conf\nDIR/b.conf\n");
  BOOST_TEST(place.read("b.conf") == "second\n");
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_nowhere_is_in_the_way_too) {
  const Place place;
  std::filesystem::create_symlink("/nonexistent/c", place.path / "a.conf");
  BOOST_TEST(place.write_all(Overwrite::refuse).find("other contents in a.conf") != std::string::npos);
  BOOST_TEST(place.write_all(Overwrite::allow) == "DIR/a.conf\nDIR/b.conf\n");
  BOOST_TEST(std::filesystem::is_regular_file(std::filesystem::symlink_status(place.path / "a.conf")));
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_not_there_is_not_made) {
  const Place place;
  const auto written = write_files((place.path / "none").string(), kFiles, Overwrite::allow);
  BOOST_REQUIRE(!written);
  BOOST_TEST(written.error() == (place.path / "none").string() + " is not a directory: make it first");
  BOOST_TEST(place.files() == 0u);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_replaced_is_an_error) {
  const Place place;
  std::filesystem::create_directory(place.path / "a.conf");
  BOOST_TEST(place.write_all(Overwrite::allow) == "can't write DIR/a.conf: Is a directory");
  BOOST_TEST(place.files() == 1u);
}

BOOST_AUTO_TEST_CASE(the_file_of_a_secret_is_its_owners_only_and_always_overwritten) {
  const Place place;
  const auto write = [&](const std::string& text) {
    const auto written = write_files(place.path.string(), {{"s.conf", text, true}}, Overwrite::refuse);
    BOOST_REQUIRE(written.has_value());
    const auto mode = std::filesystem::status(place.path / "s.conf").permissions();
    BOOST_TEST((mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
    BOOST_TEST(place.read("s.conf") == text);
    return written->size();
  };
  BOOST_TEST(write("one\n") == 1u);
  BOOST_TEST(write("one\n") == 0u);
  BOOST_TEST(write("two\n") == 1u);
  BOOST_REQUIRE(::chmod((place.path / "s.conf").c_str(), 0644) == 0);
  BOOST_TEST(write("two\n") == 1u);
  if (::geteuid() != 0) return;  // Only root can give a file to others.
  BOOST_REQUIRE(::chown((place.path / "s.conf").c_str(), 33, 33) == 0);
  BOOST_TEST(write("two\n") == 1u);
  struct stat status {};
  BOOST_REQUIRE(::stat((place.path / "s.conf").c_str(), &status) == 0);
  BOOST_TEST(status.st_uid == 0u);
  BOOST_TEST(write("two\n") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
