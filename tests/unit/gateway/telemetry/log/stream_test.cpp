#include "gateway/telemetry/log/stream.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/process.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using gateway::LineQueue;
using gateway::LineStyle;
using gateway::LineWriter;
using gateway::LogStream;
using gateway::LogTime;
using gateway::lost_lines;

// Both ends of something that carries a log to its reader.
struct Ends {
  int reader = -1;
  int writer = -1;
  ~Ends() {
    close_reader();
    ::close(writer);
  }
  void close_reader() {
    if (reader >= 0) ::close(std::exchange(reader, -1));
  }
  // What lies there now.
  [[nodiscard]] std::string read() const {
    std::string all;
    std::array<char, 65536> piece{};
    ::fcntl(reader, F_SETFL, O_NONBLOCK);
    for (ssize_t got = 0; (got = ::read(reader, piece.data(), piece.size())) > 0;)
      all.append(piece.data(), static_cast<std::size_t>(got));
    return all;
  }
};

struct Pipe : Ends {
  Pipe() {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    std::tie(reader, writer) = std::pair(ends[0], ends[1]);
  }
};
struct Socket : Ends {
  Socket() {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    std::tie(reader, writer) = std::pair(ends[0], ends[1]);
  }
};

LogStream stream_into(int descriptor) {
  return {LineWriter(descriptor, LineWriter::Ownership::borrowed), LineStyle{}};
}

// Files are written by threads of their own.
bool all_written() { return LineQueue::wait_for_all(20s); }

void say(LogStream& stream, const std::string& text) { stream.message(spdlog::level::info, LogTime{}, text); }

// Every line is whole; returns them without time and level.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  BOOST_TEST((text.empty() || text.back() == '\n'));
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    BOOST_TEST(line.find("Z ") == 23U);
    lines.push_back(line.substr(25));
    at = end + 1;
  }
  return lines;
}

// Fills what nobody reads; returns how many lines were lost. REQUIRES: fewer than `lines` fit.
std::uint64_t fill(LogStream& stream, int lines, std::size_t size) {
  const std::uint64_t before = lost_lines();
  for (int i = 0; i < lines; ++i) say(stream, std::to_string(i) + " " + std::string(size, 'x'));
  BOOST_TEST(all_written());
  return lost_lines() - before;
}

// Nobody reads, then somebody does.
void check_stop_and_recovery(Ends& ends, std::size_t size) {
  LogStream stream = stream_into(ends.writer);
  const std::uint64_t lost = fill(stream, 5000, size);
  BOOST_TEST(lost > 0U);
  BOOST_TEST(lost < 5000U);
  std::string text = ends.read();
  say(stream, "again");
  text += ends.read();
  const auto lines = lines_of(text);
  // Those that were written are the first ones, in order and unharmed; then the loss; then what came after
  // it.
  BOOST_TEST_REQUIRE(lines.size() == 5000 - lost + 2);
  for (std::size_t i = 0; i < lines.size() - 2; ++i)
    BOOST_TEST((lines[i] == "info " + std::to_string(i) + " " + std::string(size, 'x')));
  BOOST_TEST(lines[lines.size() - 2] ==
             "warning " + std::to_string(lost) + " lines of the log were lost: they could not be written");
  BOOST_TEST(lines.back() == "info again");
  say(stream, "and on");
  BOOST_TEST((lines_of(ends.read()) == std::vector<std::string>{"info and on"}));
}

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(a_pipe_that_nobody_reads_holds_nobody_up_and_says_later_what_was_lost) {
  for (const std::size_t size : {20U, 300U, 5000U, 8000U}) {
    Pipe pipe;
    check_stop_and_recovery(pipe, size);
  }
}

BOOST_AUTO_TEST_CASE(a_socket_that_nobody_reads_holds_nobody_up_and_says_later_what_was_lost) {
  for (const std::size_t size : {20U, 300U, 5000U, 8000U}) {
    Socket socket;
    check_stop_and_recovery(socket, size);
  }
}

BOOST_AUTO_TEST_CASE(standard_error_stays_as_whoever_shares_it_wants_it) {
  Pipe pipe;
  LogStream stream = stream_into(pipe.writer);
  (void)fill(stream, 1000, 300);
  BOOST_TEST((::fcntl(pipe.writer, F_GETFL) & O_NONBLOCK) == 0);
}

BOOST_AUTO_TEST_CASE(a_line_that_was_cut_is_completed_before_the_next) {
  Pipe pipe;
  LogStream stream = stream_into(pipe.writer);
  // A page, and then two a line, until there is one left for the first half of the last: pages are even in
  // number.
  say(stream, std::string(4000, 'x'));
  while (fill(stream, 1, 7900) == 0) continue;
  std::string text = pipe.read();
  BOOST_TEST(text.back() != '\n');
  say(stream, "next");
  text += pipe.read();
  const auto lines = lines_of(text);
  for (std::size_t i = 1; i + 2 < lines.size(); ++i)
    BOOST_TEST((lines[i] == "info 0 " + std::string(7900, 'x')));
  BOOST_TEST(lines.back() == "info next");
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_gone_is_no_signal_and_costs_the_lines_only) {
  ::signal(SIGPIPE, SIG_IGN);  // as Log has it
  for (const bool socket : {false, true}) {
    Pipe pipe;
    Socket pair;
    Ends& ends = socket ? static_cast<Ends&>(pair) : pipe;
    LogStream stream = stream_into(ends.writer);
    ends.close_reader();
    BOOST_TEST(fill(stream, 10, 20) == 10U);
  }
}

BOOST_AUTO_TEST_CASE(a_socket_whose_reader_has_gone_raises_no_signal_even_where_that_would_end_the_program) {
  ::signal(SIGPIPE, SIG_DFL);
  Socket socket;
  LogStream stream = stream_into(socket.writer);
  socket.close_reader();
  BOOST_TEST(fill(stream, 1, 20) == 1U);
  ::signal(SIGPIPE, SIG_IGN);
}

BOOST_AUTO_TEST_CASE(a_full_disk_costs_the_lines_only_and_the_next_file_is_told) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  BOOST_REQUIRE(full >= 0);
  LogStream stream(LineWriter(full, LineWriter::Ownership::owned), LineStyle{});
  BOOST_TEST(fill(stream, 10, 20) == 10U);
  Pipe pipe;
  stream.go_on_in(LineWriter(pipe.writer, LineWriter::Ownership::borrowed));
  say(stream, "room again");
  BOOST_TEST(all_written());
  BOOST_TEST((lines_of(pipe.read()) ==
              std::vector<std::string>{"warning 10 lines of the log were lost: they could not be written",
                                       "info room again"}));
}

// A disk that is full in the middle of a line, and has room again: the limit on file sizes stands in for it.
BOOST_AUTO_TEST_CASE(a_disk_that_has_room_again_gets_the_rest_of_the_line_and_then_the_loss) {
  const TempDir dir;
  const std::string file = dir / "log";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  BOOST_REQUIRE(descriptor >= 0);
  LogStream stream(LineWriter(descriptor, LineWriter::Ownership::owned), LineStyle{});
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit full{150, before.rlim_max};
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  const std::uint64_t lost = fill(stream, 10, 60);
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  BOOST_TEST(lost == 8U);
  BOOST_TEST(read_file(file).size() == 150U);
  say(stream, "room again");
  BOOST_TEST(all_written());
  const std::string sixty(60, 'x');
  const std::vector<std::string> expected = {
      "info 0 " + sixty, "info 1 " + sixty, "warning 8 lines of the log were lost: they could not be written",
      "info room again"};
  BOOST_TEST(lines_of(read_file(file)) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_line_that_was_lost_is_told_as_one) {
  Pipe pipe;
  LogStream stream(LineWriter(-1, LineWriter::Ownership::borrowed), LineStyle{});
  say(stream, "nowhere to go");
  stream.go_on_in(LineWriter(pipe.writer, LineWriter::Ownership::borrowed));
  say(stream, "here");
  BOOST_TEST(all_written());
  BOOST_TEST(lines_of(pipe.read()).front() == "warning 1 line of the log was lost: it could not be written");
}

BOOST_AUTO_TEST_CASE(lines_of_many_threads_come_whole_and_none_is_lost_while_somebody_reads) {
  Pipe pipe;
  LogStream stream = stream_into(pipe.writer);
  constexpr int kThreads = 4;
  constexpr int kLines = 100;  // all of them fit
  const std::uint64_t before = lost_lines();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < kLines; ++k) say(stream, "a line");
      });
    }
    threads.emplace_back([&] {
      for (int k = 0; k < kLines; ++k) stream.set_format(gateway::LogFormat::text);
    });
  }
  const auto lines = lines_of(pipe.read());
  BOOST_TEST(lines.size() == kThreads * kLines + 0U);
  for (const std::string& line : lines) BOOST_TEST(line == "info a line");
  BOOST_TEST(lost_lines() == before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
