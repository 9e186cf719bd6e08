#include "gateway/nginx/syntax/includes.h"

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

// Of each directive of nginx.conf, its name and its file: "a@nginx.conf b@conf.d/b.conf "; or the error.
std::string read_all(const NginxFiles& files) {
  const auto configuration = load_nginx((files.path / "nginx.conf").string());
  std::string out;
  if (!configuration) {
    out = render(configuration.error());
  } else {
    for (const Directive& directive : *configuration) {
      out += directive.name + "@" + directive.place.file;
      for (const Directive& child : directive.children)
        out += "{" + child.name + "@" + child.place.file + "}";
      out += " ";
    }
  }
  const std::string prefix = files.path.string() + "/";
  for (auto at = out.find(prefix); at != out.npos; at = out.find(prefix)) out.erase(at, prefix.size());
  return out;
}

struct Files : NginxFiles {
  [[nodiscard]] std::string reads(const std::string& text) const {
    write("nginx.conf", text);
    return read_all(*this);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(includes)

BOOST_AUTO_TEST_CASE(relative_paths_start_at_the_main_file_wherever_the_line_stands) {
  const Files files;
  files.write("conf.d/b.conf", "b; include c.conf;");
  files.write("c.conf", "c;");
  files.write("conf.d/c.conf", "wrong;");
  BOOST_TEST(files.reads("a; include conf.d/b.conf; d;") ==
             "a@nginx.conf b@conf.d/b.conf c@c.conf d@nginx.conf ");
  BOOST_TEST(files.reads("x { include c.conf; }") == "x@nginx.conf{c@c.conf} ");
  BOOST_TEST(files.reads("include " + (files.path / "c.conf").string() + ";") == "c@c.conf ");
}

BOOST_AUTO_TEST_CASE(patterns_are_read_in_the_order_of_names_and_may_match_nothing) {
  const Files files;
  for (const char* name : {"b", "a", "B", "a-1", "_"}) files.write("d/" + std::string(name) + ".conf", "x;");
  files.write("d/.hidden.conf", "x;");
  files.write("d/other.txt", "x;");
  BOOST_TEST(files.reads("include d/*.conf;") == "x@d/B.conf x@d/_.conf x@d/a-1.conf x@d/a.conf x@d/b.conf ");
  BOOST_TEST(files.reads("include d/[ab].conf; include d/?.txt; include none/*;") ==
             "x@d/a.conf x@d/b.conf ");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_missing_is_told_with_the_line_that_includes_it) {
  const Files files;
  BOOST_TEST(files.reads("a;\ninclude none.conf;") ==
             "nginx.conf:2: can't read none.conf: No such file or directory");
  BOOST_TEST(files.reads("include;") == "nginx.conf:1: include takes one path");
  BOOST_TEST(files.reads("include a b;") == "nginx.conf:1: include takes one path");
  BOOST_TEST(files.reads(std::string("include a\0b;", 12)) == "nginx.conf:1: include takes one path");
  std::filesystem::create_directory(files.path / "dir");
  BOOST_TEST(files.reads("include dir;") == "nginx.conf:1: can't read dir: not a regular file");
}

BOOST_AUTO_TEST_CASE(the_main_file_must_be_there) {
  const Files files;
  BOOST_TEST(read_all(files) == "nginx.conf: can't be read: No such file or directory");
}

BOOST_AUTO_TEST_CASE(an_error_in_an_included_file_has_its_name_and_line) {
  const Files files;
  files.write("b.conf", "b {\n");
  BOOST_TEST(files.reads("a;\ninclude b.conf;") == "b.conf:1: the { that opens here has no }");
}

BOOST_AUTO_TEST_CASE(a_file_that_includes_itself_is_an_error) {
  const Files files;
  BOOST_TEST(files.reads("\ninclude nginx.conf;") == "nginx.conf:2: nginx.conf includes itself");
  files.write("b.conf", "include c.conf;");
  files.write("c.conf", "c;\ninclude b.conf;");
  BOOST_TEST(files.reads("include b.conf;") == "c.conf:2: b.conf includes itself");
  // Twice in a row is none.
  files.write("d.conf", "d;");
  BOOST_TEST(files.reads("include d.conf; include d.conf;") == "d@d.conf d@d.conf ");
  // Spelt in another way each time, it is found all the same.
  files.write("e.conf", "include ./e.conf;");
  BOOST_TEST(files.reads("include e.conf;") == "./e.conf:1: ./e.conf includes itself");
}

BOOST_AUTO_TEST_CASE(there_is_an_end_to_how_much_is_read) {
  const Files files;
  for (std::size_t i = 0; i < kMaxIncludeDepth; ++i)
    files.write("deep" + std::to_string(i), "include deep" + std::to_string(i + 1) + ";");
  files.write("deep" + std::to_string(kMaxIncludeDepth - 1), "x;");
  BOOST_TEST(files.reads("include deep1;") == "x@deep31 ");
  BOOST_TEST(files.reads("include deep0;") == "deep30:1: files include each other too deep");

  std::string many;
  for (std::size_t i = 0; i < kMaxFiles; ++i) many += "include one.conf;\n";
  files.write("one.conf", "");
  BOOST_TEST(files.reads(many) == "nginx.conf:2000: more than 2000 files are included");

  files.write("large.conf", std::string(kMaxFileBytes, ' '));
  BOOST_TEST(files.reads("include large.conf; x;") == "x@nginx.conf ");
  BOOST_TEST(
      files.reads("\n\ninclude [l]arge.conf; include large.conf; include large.conf; include large.conf;") ==
      "nginx.conf:3: all files together are larger than 16 MiB");
  files.write("large.conf", std::string(kMaxFileBytes + 1, ' '));
  BOOST_TEST(files.reads("include large.conf;") == "nginx.conf:1: large.conf is larger than 4 MiB");
}

BOOST_AUTO_TEST_CASE(there_is_an_end_to_how_many_blocks_are_read) {
  const Files files;
  std::string blocks;
  for (std::size_t i = 0; i < kMaxBlocks; ++i) blocks += "a{}\n";
  BOOST_TEST(files.reads(blocks).starts_with("a@nginx.conf a@"));
  BOOST_TEST(files.reads(blocks + "a{}") == "nginx.conf:20001: more than 20000 blocks");
}

BOOST_AUTO_TEST_SUITE_END()
