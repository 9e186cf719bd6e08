#include "gateway/log/audit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "gateway/log/log.h"
#include "tests/e2e/process.h"
#include "tests/support/log_lines.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using gateway::AuditSettings;
using gateway::AuditTarget;
using gateway::LogFormat;
using gateway::LogLevel;
using gateway::LogSettings;
using gateway::Params;
using gateway::Request;
using gateway::SessionEvent;
using Kind = gateway::SessionEvent::Kind;

LogSettings into(const std::string& file, LogFormat format = LogFormat::text) {
  return {LogLevel::info, format, AuditSettings{AuditTarget::file, file}};
}

// What was logged so far into a file.
std::string written(const std::string& file) {
  BOOST_REQUIRE(gateway::flush_log(20s));
  return read_file(file);
}

// The audit stream in a file of the test's own.
struct AuditFile {
  explicit AuditFile(LogFormat format = LogFormat::text) { gateway::start_log(into(file, format)); }
  ~AuditFile() { gateway::change_log({LogLevel::info, LogFormat::text, {AuditTarget::off, ""}}); }

  // The lines so far, without their times.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> all;
    const std::string text = written(file);
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      all.push_back(text.substr(at + 25, end - at - 25));
      at = end + 1;
    }
    return all;
  }
  void tell(const SessionEvent& event, const std::vector<Params::Param>& params = {}) {
    now += 1h;
    gateway::audit(Request{Params(params), ""}, {event}, "session", now);
  }

  TempDir dir;
  std::string file = dir / "audit.log";
  static inline Clock::Steady now = system_clock().steady_now();
};

BOOST_AUTO_TEST_SUITE(audit_stream)

BOOST_FIXTURE_TEST_CASE(every_event_is_a_line_of_its_kind_and_what_is_known, AuditFile) {
  const std::vector<Params::Param> params = {{"REMOTE_ADDR", "203.0.113.7"}, {"REQUEST_ID", "0a-B_9"}};
  tell({Kind::created, {}, "1111222233334444", "alice", {}}, params);
  tell({Kind::regenerated, "login", "5555", "bob", "1111"}, params);
  tell({Kind::moved, {}, "5555", {}, "1111"});
  tell({Kind::destroyed, {}, "5555", "bob", {}});
  tell({Kind::refused, "bad-signature", {}, {}, {}}, {{"REMOTE_ADDR", "2001:db8::1"}});
  const std::vector<std::string> expected = {
      "audit created session=1111222233334444 subject=alice client=203.0.113.7 request=0a-B_9 "
      "endpoint=session",
      "audit regenerated cause=login session=5555 former=1111 subject=bob client=203.0.113.7 request=0a-B_9 "
      "endpoint=session",
      "audit moved session=5555 former=1111 endpoint=session",
      "audit destroyed session=5555 subject=bob endpoint=session",
      "audit refused reason=bad-signature client=2001:db8::1 endpoint=session"};
  BOOST_TEST(lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(in_json_every_line_is_an_object) {
  AuditFile audit(LogFormat::json);
  audit.tell({Kind::created, {}, "1111", "al\"ice\n", {}}, {{"REMOTE_ADDR", "unix:"}});
  const auto parsed = parse_json(written(audit.file));
  BOOST_TEST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->at("audit") == "created");
  BOOST_TEST(parsed->at("session") == "1111");
  BOOST_TEST(parsed->at("subject") == "al\"ice\n");
  BOOST_TEST(parsed->at("client") == "unix:");
  BOOST_TEST(parsed->at("endpoint") == "session");
  BOOST_TEST(parsed->contains("time"));
  BOOST_TEST(parsed->size() == 6U);
}

BOOST_FIXTURE_TEST_CASE(a_subject_can_t_pass_for_another_field_or_line, AuditFile) {
  tell({Kind::created, {}, "1111", "x client=10.0.0.1", {}});
  tell({Kind::created, {}, "1111", "x\" client=\"10.0.0.1\n2026 audit destroyed", {}});
  tell({Kind::created, {}, "1111", std::string(5000, 'y'), {}});
  const auto all = lines();
  BOOST_TEST_REQUIRE(all.size() == 3U);
  BOOST_TEST(all[0] == R"(audit created session=1111 subject="x client=10.0.0.1" endpoint=session)");
  BOOST_TEST(
      all[1] ==
      R"(audit created session=1111 subject="x\" client=\"10.0.0.1\x0a2026 audit destroyed" endpoint=session)");
  BOOST_TEST(all[2].size() < 400U);
  BOOST_TEST(all[2].find("yyy... endpoint=session") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_address_or_no_id_of_a_request_is_left_out, AuditFile) {
  for (const char* address :
       {"", "unix:/x", "localhost", "10.0.0.1, 10.0.0.2", "10.0.0.256", "fe80::1%eth0", " ::1"})
    tell({Kind::destroyed, {}, "1", {}, {}}, {{"REMOTE_ADDR", address}});
  const std::string long_id(65, 'a');
  for (const std::string_view id :
       {std::string_view("a b"), std::string_view("a\n"), std::string_view(long_id)})
    tell({Kind::destroyed, {}, "1", {}, {}}, {{"REQUEST_ID", id}});
  for (const std::string& line : lines()) BOOST_TEST(line == "audit destroyed session=1 endpoint=session");
  BOOST_TEST(lines().size() == 10U);
}

BOOST_FIXTURE_TEST_CASE(of_refusals_for_one_reason_one_a_second_is_written_and_the_others_are_counted,
                        AuditFile) {
  const Request request{Params(), ""};
  now += 1h;
  const std::vector<SessionEvent> forged = {{Kind::refused, "bad-signature", {}, {}, {}}};
  const std::vector<SessionEvent> ended = {{Kind::refused, "unknown", "1", {}, {}}};
  gateway::audit(request, forged, "auth", now);
  for (int i = 0; i < 50'000; ++i) gateway::audit(request, forged, "auth", now + 999ms);
  gateway::audit(request, ended, "auth", now + 999ms);
  gateway::audit(request, forged, "auth", now + 1000ms);
  gateway::audit(request, forged, "auth", now + 2000ms);
  const std::vector<std::string> expected = {
      "audit refused reason=bad-signature endpoint=auth",
      "audit refused reason=unknown session=1 endpoint=auth",
      "audit refused reason=bad-signature endpoint=auth held_back=50000",
      "audit refused reason=bad-signature endpoint=auth"};
  BOOST_TEST(lines() == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(what_became_of_sessions_is_never_held_back, AuditFile) {
  const std::vector<SessionEvent> created = {{Kind::created, {}, "1", {}, {}}};
  for (int i = 0; i < 100; ++i) gateway::audit(Request{Params(), ""}, created, "commit", now);
  BOOST_TEST(lines().size() == 100U);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_was_renamed_is_made_anew_when_the_log_changes, AuditFile) {
  tell({Kind::created, {}, "1", {}, {}});
  std::filesystem::rename(file, dir / "audit.log.1");
  tell({Kind::created, {}, "2", {}, {}});
  gateway::change_log(into(file));
  tell({Kind::created, {}, "3", {}, {}});
  BOOST_TEST(lines().size() == 1U);
  BOOST_TEST(written(dir / "audit.log.1").find("session=2") != std::string::npos);
  struct stat found {};
  BOOST_REQUIRE(::stat(file.c_str(), &found) == 0);
  BOOST_TEST((found.st_mode & 0137) == 0U);  // 0640 at the most
}

BOOST_FIXTURE_TEST_CASE(a_file_that_can_t_be_had_leaves_the_audit_where_it_was_and_is_told, AuditFile) {
  const LogLines log;
  gateway::change_log(into(dir / "missing/audit.log"));
  BOOST_TEST(log.text() ==
             "error can't open the file of the audit, " + (dir / "missing/audit.log") +
                 ": No such file or directory; the audit goes on where it was, or on standard error\n");
  tell({Kind::created, {}, "1", {}, {}});
  BOOST_TEST(lines().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_audit_that_is_off_writes_nothing, AuditFile) {
  gateway::change_log({LogLevel::info, LogFormat::text, {AuditTarget::off, ""}});
  tell({Kind::created, {}, "1", {}, {}});
  BOOST_TEST(lines().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
