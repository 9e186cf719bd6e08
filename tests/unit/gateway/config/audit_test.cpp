#include <sys/stat.h>

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/loading.h"

using namespace session::gateway;

namespace {

std::string log_with(const std::string& audit) { return "log:\n  audit: " + audit + "\n"; }

}  // namespace

BOOST_AUTO_TEST_CASE(the_audit_goes_with_the_log_unless_the_file_says_otherwise) {
  BOOST_TEST((settings("").log.audit.target == AuditTarget::standard_error));
  BOOST_TEST((settings(log_with("stderr")).log.audit.target == AuditTarget::standard_error));
  BOOST_TEST((settings(log_with("off")).log.audit.target == AuditTarget::off));
}

BOOST_AUTO_TEST_CASE(a_file_that_can_be_made_is_taken_and_not_made_yet) {
  const Directory directory;
  const std::string file = directory.path / "audit.log";
  const Settings read = settings(log_with(file));
  BOOST_TEST((read.log.audit.target == AuditTarget::file));
  BOOST_TEST(read.log.audit.file == file);
  BOOST_TEST(!std::filesystem::exists(file));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_there_is_taken_and_left_as_it_is) {
  const Directory directory;
  directory.write("audit.log", "what was written before\n");
  BOOST_TEST(settings(log_with(directory.path / "audit.log")).log.audit.file == directory.path / "audit.log");
  BOOST_TEST(std::filesystem::file_size(directory.path / "audit.log") == 24U);
}

BOOST_AUTO_TEST_CASE(a_file_that_can_t_be_appended_to_is_a_problem_with_its_line) {
  const Directory directory;
  BOOST_TEST(
      problems(log_with(directory.path / "missing/audit.log")) ==
      "gateway.yaml:2: log.audit: can't append to this file: it can't be made: No such file or directory\n");
  BOOST_TEST(problems(log_with(directory.path)) ==
             "gateway.yaml:2: log.audit: can't append to this file: Is a directory\n");
}

BOOST_AUTO_TEST_CASE(anything_else_is_a_problem) {
  for (const std::string text : {"audit.log", "syslog", "/var/log/", "\"\"", "STDERR"}) {
    const std::string found = problems(log_with(text));
    BOOST_TEST(
        found.starts_with("gateway.yaml:2: log.audit: expected stderr, off or the absolute path of a file"),
        found);
  }
  BOOST_TEST(problems(log_with("[stderr]")) != "");
}
