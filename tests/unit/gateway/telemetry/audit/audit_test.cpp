#include "gateway/telemetry/audit/audit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <regex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "gateway/telemetry/log/log.h"
#include "tests/support/e2e/process.h"
#include "tests/support/log_lines.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using gateway::Audit;
using gateway::AuditSettings;
using gateway::AuditTarget;
using gateway::Client;
using gateway::Log;
using gateway::LogFormat;
using gateway::LogLevel;
using gateway::LogSettings;
using gateway::Request;
using Kind = SessionEvent::Kind;

LogSettings into(const std::string& file, LogFormat format = LogFormat::text) {
  return {LogLevel::info, format, AuditSettings{AuditTarget::file, file}};
}

// What was logged so far into a file.
std::string written(const std::string& file) {
  BOOST_REQUIRE(gateway::flush_logs(20s));
  return read_file(file);
}

// The audit stream in a file of the test's own.
struct AuditFile {
  explicit AuditFile(LogFormat format = LogFormat::text) : log(into(file, format), logged.sink()) {}

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
  void tell(const SessionEvent& event, const Client& client = {}) {
    now += 1h;
    Request request;
    request.client = client;
    audit.record({request, "session", realm}, {event}, now);
  }

  TempDir dir;
  std::string file = dir / "audit.log";
  LogLines logged;
  Log log;
  Audit audit{log};
  std::string realm;
  Clock::Steady now = system_clock().steady_now();
};

BOOST_AUTO_TEST_SUITE(audit_stream)

BOOST_FIXTURE_TEST_CASE(every_event_is_a_line_of_its_kind_and_what_is_known, AuditFile) {
  const Client client{"203.0.113.7", "0a-B_9"};
  tell({Kind::created, {}, "-1bCSmfSHNbi_oLyXcZL7Q", "alice", {}}, client);
  tell({Kind::regenerated, "login", "5555", "bob", "1111"}, client);
  tell({Kind::moved, {}, "5555", {}, "1111"});
  tell({Kind::destroyed, {}, "5555", "bob", {}});
  tell({Kind::refused, "bad-signature", {}, {}, {}}, {"2001:db8::1", {}});
  const std::vector<std::string> expected = {
      "audit created session=-1bCSmfSHNbi_oLyXcZL7Q subject=alice client=203.0.113.7 request=0a-B_9 "
      "endpoint=session",
      "audit regenerated cause=login session=5555 former=1111 subject=bob client=203.0.113.7 request=0a-B_9 "
      "endpoint=session",
      "audit moved session=5555 former=1111 endpoint=session",
      "audit destroyed session=5555 subject=bob endpoint=session",
      "audit refused reason=bad-signature client=2001:db8::1 endpoint=session"};
  BOOST_TEST(lines() == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(who_acted_and_in_which_realm_is_told_where_it_is_known, AuditFile) {
  realm = "shop";
  tell({.kind = Kind::destroyed, .session = "1", .subject = "alice", .actor = "admin bob"});
  realm.clear();
  tell({.kind = Kind::destroyed, .session = "1", .subject = "alice"});
  const std::vector<std::string> expected = {
      R"(audit destroyed session=1 subject=alice by="admin bob" realm=shop endpoint=session)",
      "audit destroyed session=1 subject=alice endpoint=session"};
  BOOST_TEST(lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(in_json_every_line_is_an_object) {
  AuditFile own(LogFormat::json);
  own.tell({Kind::created, {}, "1111", "al\"ice\n", {}}, {"unix:", {}});
  const auto parsed = parse_json(written(own.file));
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
    tell({Kind::destroyed, {}, "1", {}, {}}, {address, {}});
  const std::string long_id(65, 'a');
  for (const std::string_view id :
       {std::string_view("a b"), std::string_view("a\n"), std::string_view(long_id)})
    tell({Kind::destroyed, {}, "1", {}, {}}, {{}, id});
  for (const std::string& line : lines()) BOOST_TEST(line == "audit destroyed session=1 endpoint=session");
  BOOST_TEST(lines().size() == 10U);
}

BOOST_FIXTURE_TEST_CASE(of_refusals_for_one_reason_one_a_second_is_written_and_the_others_are_counted,
                        AuditFile) {
  const Request request;
  now += 1h;
  const std::vector<SessionEvent> forged = {{Kind::refused, "bad-signature", {}, {}, {}}};
  const std::vector<SessionEvent> ended = {{Kind::refused, "unknown", "1", {}, {}}};
  audit.record({request, "auth"}, forged, now);
  for (int i = 0; i < 50'000; ++i) audit.record({request, "auth"}, forged, now + 999ms);
  audit.record({request, "auth"}, ended, now + 999ms);
  audit.record({request, "auth"}, forged, now + 1000ms);
  audit.record({request, "auth"}, forged, now + 2000ms);
  const std::vector<std::string> expected = {
      "audit refused reason=bad-signature endpoint=auth",
      "audit refused reason=unknown session=1 endpoint=auth",
      "audit refused reason=bad-signature endpoint=auth held_back=50000",
      "audit refused reason=bad-signature endpoint=auth"};
  BOOST_TEST(lines() == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(what_became_of_sessions_is_never_held_back, AuditFile) {
  const std::vector<SessionEvent> created = {{Kind::created, {}, "1", {}, {}}};
  const Request request;
  for (int i = 0; i < 100; ++i) audit.record({request, "commit"}, created, now);
  BOOST_TEST(lines().size() == 100U);
}

mode_t mode_of(const std::string& file) {
  struct stat found {};
  BOOST_REQUIRE(::stat(file.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

BOOST_FIXTURE_TEST_CASE(a_file_that_was_renamed_is_made_anew_when_the_log_is_opened_anew, AuditFile) {
  tell({Kind::created, {}, "1", {}, {}});
  std::filesystem::rename(file, dir / "audit.log.1");
  tell({Kind::created, {}, "2", {}, {}});
  log.reopen();
  tell({Kind::created, {}, "3", {}, {}});
  BOOST_TEST(lines().size() == 1U);
  BOOST_TEST(written(dir / "audit.log.1").find("session=2") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_change_of_other_settings_opens_no_file, AuditFile) {
  std::filesystem::rename(file, dir / "audit.log.1");
  log.change(into(file, LogFormat::json));
  tell({Kind::created, {}, "1", {}, {}});
  BOOST_TEST(!std::filesystem::exists(file));
  BOOST_TEST(parse_json(written(dir / "audit.log.1")).has_value());
}

BOOST_FIXTURE_TEST_CASE(another_file_takes_the_lines_from_then_on, AuditFile) {
  tell({Kind::created, {}, "1", {}, {}});
  log.change(into(dir / "other.log"));
  tell({Kind::created, {}, "2", {}, {}});
  log.reopen();
  tell({Kind::created, {}, "3", {}, {}});
  BOOST_TEST(lines().size() == 1U);
  BOOST_TEST(written(dir / "other.log").find("session=2") != std::string::npos);
  BOOST_TEST(written(dir / "other.log").find("session=3") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(lines_are_written_while_the_file_is_opened_again_and_again, AuditFile) {
  constexpr int kLines = 500;
  {
    const std::jthread opening([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) log.reopen();
    });
    for (int i = 0; i < kLines; ++i) tell({Kind::created, {}, std::to_string(i), {}, {}});
  }
  const auto all = lines();
  BOOST_TEST_REQUIRE(all.size() == kLines + 0U);
  for (int i = 0; i < kLines; ++i)
    BOOST_TEST(all[static_cast<std::size_t>(i)] ==
               "audit created session=" + std::to_string(i) + " endpoint=session");
}

// As under the unit of this project.
BOOST_AUTO_TEST_CASE(a_file_that_is_made_can_be_read_by_its_group_whatever_the_umask) {
  for (const mode_t mask : {mode_t{077}, mode_t{022}, mode_t{0}}) {
    const mode_t before = ::umask(mask);
    const AuditFile own;
    ::umask(before);
    BOOST_TEST(mode_of(own.file) == mode_t{0640});
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_there_keeps_its_mode) {
  const TempDir dir;
  write_file(dir / "audit.log", "a line\n");
  ::chmod((dir / "audit.log").c_str(), 0600);
  const LogLines logged;
  Log log(into(dir / "audit.log"), logged.sink());
  log.reopen();
  BOOST_TEST(mode_of(dir / "audit.log") == mode_t{0600});
  BOOST_TEST(read_file(dir / "audit.log") == "a line\n");
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_to_no_file_makes_one) {
  const TempDir dir;
  std::filesystem::create_symlink(dir / "elsewhere", dir / "audit.log");
  const Log log(into(dir / "audit.log"));
  BOOST_TEST(std::filesystem::exists(dir / "elsewhere"));
}

BOOST_FIXTURE_TEST_CASE(a_file_that_can_t_be_opened_anew_leaves_the_audit_where_it_was_and_is_told,
                        AuditFile) {
  std::filesystem::rename(file, dir / "audit.log.1");
  std::filesystem::create_directory(file);
  log.reopen();
  BOOST_TEST(logged.text() ==
             "error can't open the audit file " + file +
                 ": Is a directory; the audit continues in the former place, or on standard error\n");
  tell({Kind::created, {}, "1", {}, {}});
  BOOST_TEST(written(dir / "audit.log.1").find("session=1") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(an_audit_that_is_in_no_file_has_none_to_open_anew, AuditFile) {
  std::filesystem::remove(file);
  log.change({LogLevel::info, LogFormat::text, {AuditTarget::off, ""}});
  log.reopen();
  BOOST_TEST(!std::filesystem::exists(file));
  BOOST_TEST(logged.text() == "");
}

BOOST_FIXTURE_TEST_CASE(a_file_that_can_t_be_had_leaves_the_audit_where_it_was_and_is_told, AuditFile) {
  log.change(into(dir / "missing/audit.log"));
  BOOST_TEST(
      logged.text() ==
      "error can't open the audit file " + (dir / "missing/audit.log") +
          ": No such file or directory; the audit continues in the former place, or on standard error\n");
  tell({Kind::created, {}, "1", {}, {}});
  BOOST_TEST(lines().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_audit_that_is_off_writes_nothing, AuditFile) {
  log.change({LogLevel::info, LogFormat::text, {AuditTarget::off, ""}});
  tell({Kind::created, {}, "1", {}, {}});
  BOOST_TEST(lines().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
