#include "gateway/telemetry/log/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "gateway/telemetry/log/line.h"
#include "tests/support/fake_clock.h"
#include "tests/support/log_lines.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using gateway::Log;
using gateway::LogFormat;
using gateway::LogLevel;
using gateway::LogSettings;
using gateway::Message;
using gateway::RateLimit;

// What standard error receives while `work` runs.
template <class Work>
std::string standard_error_of(Work work) {
  std::FILE* file = std::tmpfile();
  BOOST_REQUIRE(file != nullptr);
  const int before = dup(STDERR_FILENO);
  BOOST_REQUIRE(dup2(fileno(file), STDERR_FILENO) == STDERR_FILENO);
  work();
  BOOST_REQUIRE(gateway::flush_logs(20s));
  std::fflush(stderr);
  dup2(before, STDERR_FILENO);
  close(before);
  std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  BOOST_REQUIRE(std::fread(text.data(), 1, text.size(), file) == text.size());
  std::fclose(file);
  return text;
}

std::string logged(LogFormat format, const std::string& message) {
  return standard_error_of([&] {
    const Log log(LogSettings{LogLevel::info, format});
    log.info("{}", message);
  });
}

BOOST_AUTO_TEST_SUITE(printable_text)

BOOST_AUTO_TEST_CASE(printable_ascii_is_as_it_is) {
  std::string all;
  for (char c = 0x20; c < 0x7f; ++c) {
    if (c != '\\') all += c;
  }
  BOOST_TEST(printable(all) == all);
  BOOST_TEST(printable("") == "");
}

BOOST_AUTO_TEST_CASE(everything_else_is_written_out) {
  using namespace std::string_literals;
  BOOST_TEST(printable("a\r\nb\0\x1b[31m\x7f\xff\\"s) == R"(a\x0d\x0ab\x00\x1b[31m\x7f\xff\x5c)");
  BOOST_TEST(printable("ü") == R"(\xc3\xbc)");
}

BOOST_AUTO_TEST_CASE(a_backslash_can_not_pretend_to_be_an_escape) {
  BOOST_TEST(printable("\\x0a") != printable("\n"));
}

BOOST_AUTO_TEST_CASE(at_most_two_hundred_bytes_are_shown) {
  BOOST_TEST(printable(std::string(200, 'a')) == std::string(200, 'a'));
  BOOST_TEST(printable(std::string(201, 'a')) == std::string(200, 'a') + "...");
  BOOST_TEST(printable(std::string(100'000, '\n')).size() == 200U * 4 + 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rate_limit)

BOOST_AUTO_TEST_CASE(one_message_a_second_passes_and_the_others_are_counted) {
  const FakeClock fake;
  RateLimit limit;
  auto now = fake.steady_now();
  BOOST_TEST((limit.admit(now) == std::pair<bool, std::uint64_t>(true, 0)));
  for (int i = 0; i < 5; ++i) BOOST_TEST(!limit.admit(now).first);
  BOOST_TEST(!limit.admit(now + 999ms).first);
  BOOST_TEST((limit.admit(now + 1000ms) == std::pair<bool, std::uint64_t>(true, 6)));
  BOOST_TEST(!limit.admit(now + 1999ms).first);
  BOOST_TEST((limit.admit(now + 1h) == std::pair<bool, std::uint64_t>(true, 1)));
  BOOST_TEST((limit.admit(now + 2h) == std::pair<bool, std::uint64_t>(true, 0)));
}

BOOST_AUTO_TEST_CASE(of_many_threads_one_passes_and_none_is_forgotten) {
  RateLimit limit;
  const auto now = FakeClock().steady_now();
  std::atomic<int> passed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 1000; ++k) passed += limit.admit(now).first ? 1 : 0;
      });
    }
  }
  BOOST_TEST(passed == 1);
  BOOST_TEST((limit.admit(now + 1s) == std::pair<bool, std::uint64_t>(true, 7999)));
}

BOOST_AUTO_TEST_CASE(what_was_suppressed_is_told_with_the_next) {
  FakeClock clock;
  const LogLines lines;
  Log log({}, lines.sink(), clock);
  for (int i = 0; i < 8; ++i) log.warn(Message::request_failed, "again {}", i);
  clock.advance(1s);
  log.error(Message::request_failed, "again");
  BOOST_TEST(lines.text() == "warning again 0\nerror again (7 more like this were not logged)\n");
}

BOOST_AUTO_TEST_CASE(a_flood_of_one_message_suppresses_no_other) {
  const FakeClock clock;
  const LogLines lines;
  Log log({}, lines.sink(), clock);
  for (int i = 0; i < 100; ++i) log.warn(Message::unknown_endpoint, "one");
  log.warn(Message::unknown_rule, "another");
  log.info(Message::redis_connected, "a third");
  BOOST_TEST(lines.text() == "warning one\nwarning another\ninfo a third\n");
}

BOOST_AUTO_TEST_CASE(two_logs_share_no_limit) {
  const FakeClock clock;
  const LogLines lines;
  for (int i = 0; i < 2; ++i) {
    Log log({}, lines.sink(), clock);
    log.error(Message::request_failed, "log {}", i);
  }
  BOOST_TEST(lines.text() == "error log 0\nerror log 1\n");
}

BOOST_AUTO_TEST_CASE(arguments_are_put_into_the_message_once) {
  const LogLines lines;
  Log log({}, lines.sink());
  log.warn(Message::unknown_rule, "a {} and {}", 1, "{}");
  log.error(Message::request_failed, "b {}", "x");
  log.info("c {}", std::string("{}"));
  BOOST_TEST(lines.text() == "warning a 1 and {}\nerror b x\ninfo c {}\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(a_line_of_text_is_time_level_and_message) {
  const std::regex form(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info hello\n)");
  const std::string line = logged(LogFormat::text, "hello");
  BOOST_TEST(std::regex_match(line, form), line);
}

BOOST_AUTO_TEST_CASE(a_line_of_json_is_json_whatever_the_message_holds) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every.push_back(static_cast<char>(byte));
  for (const std::string& message :
       {std::string("hello"), every, std::string("\"}\n{\"level\":\"x"), std::string("%v {} \\"),
        std::string("\xed\xa0\x80"), std::string(100'000, '"')}) {
    const std::string line = logged(LogFormat::json, message);
    BOOST_TEST(line.find('\n') == line.size() - 1);
    const auto parsed = parse_json(line);
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->size() == 3U);
    BOOST_TEST(parsed->at("level") == "info");
    const std::regex form(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)");
    BOOST_TEST(std::regex_match(parsed->at("time").get<std::string>(), form));
    const bool whole = message.find_first_of("\x80\xed") == std::string::npos && message.size() < 1000;
    if (whole) BOOST_TEST(parsed->at("message") == message);
    BOOST_TEST(line.size() <= gateway::kMaxLineBytes);
  }
}

BOOST_AUTO_TEST_CASE(a_line_of_text_is_one_line_whatever_the_message_holds) {
  const std::string line = logged(LogFormat::text, "a\n2026-01-01T00:00:00.000Z error b\x1b[2J");
  BOOST_TEST(line.ends_with(" info a\\x0a2026-01-01T00:00:00.000Z error b\\x1b[2J\n"));
  BOOST_TEST(std::count(line.begin(), line.end(), '\n') == 1);
  const std::string cut = logged(LogFormat::text, std::string(100'000, 'a'));
  BOOST_TEST(cut.size() == gateway::kMaxLineBytes - 1);
  BOOST_TEST(cut.ends_with("aaa...\n"));
}

BOOST_AUTO_TEST_CASE(lines_for_the_journal_begin_with_their_priority) {
  const auto with_journal = [](bool matches) {
    return standard_error_of([&] {
      struct stat found {};
      BOOST_REQUIRE(::fstat(STDERR_FILENO, &found) == 0);
      const std::string inode = std::to_string(found.st_ino + (matches ? 0 : 1));
      ::setenv("JOURNAL_STREAM", (std::to_string(found.st_dev) + ":" + inode).c_str(), 1);
      Log log(LogSettings{LogLevel::debug, LogFormat::text});
      ::unsetenv("JOURNAL_STREAM");
      log.debug("a");
      log.info("b");
      log.warn("c");
      log.change(LogSettings{LogLevel::debug, LogFormat::json});
      log.error("d");
    });
  };
  const std::regex form(
      "<7>20[^\n]* debug a\n<6>20[^\n]* info b\n<4>20[^\n]* warning c\n<3>\\{[^\n]*\"d\"\\}\n");
  BOOST_TEST(std::regex_match(with_journal(true), form));
  BOOST_TEST(with_journal(false).starts_with("20"));
}

BOOST_AUTO_TEST_CASE(level_and_format_change_while_threads_log) {
  const std::string text = standard_error_of([] {
    Log log(LogSettings{LogLevel::info, LogFormat::text});
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&log] {
          for (int k = 0; k < 500; ++k) log.info("a line");
        });
      }
      for (int k = 0; k < 200; ++k) {
        log.change(LogSettings{k % 2 == 0 ? LogLevel::error : LogLevel::info,
                               k % 3 == 0 ? LogFormat::json : LogFormat::text});
      }
    }
    log.change(LogSettings{LogLevel::warning, LogFormat::json});
    log.info("not this");
    log.warn("the last");
  });
  BOOST_TEST(text.ends_with("\"level\":\"warning\",\"message\":\"the last\"}\n"));
  const std::regex form("(20[^\n]*Z info a line\n|\\{\"time\":\"20[^\n]*\"a line\"\\}\n)*");
  const std::string before = text.substr(0, text.rfind("{\"time"));
  std::istringstream lines(before);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(std::regex_match(line + "\n", form));
  BOOST_TEST(text.find("not this") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_below_the_level_is_not_logged) {
  const std::string text = standard_error_of([] {
    const Log log(LogSettings{LogLevel::warning, LogFormat::text});
    log.info("not this");
    log.warn("but this");
    log.error("and this");
  });
  BOOST_TEST(text.find("not this") == std::string::npos);
  BOOST_TEST(text.find(" warning but this\n") != std::string::npos);
  BOOST_TEST(text.find(" error and this\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
