#include "gateway/telemetry/log/line_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/telemetry/log/stream.h"
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

// A disk that hangs until it goes on. Its writers may live longer than the test does.
class Disk {
 public:
  void hang() { set(true); }
  void go_on() { set(false); }
  // Waits until somebody waits for it.
  [[nodiscard]] bool holds_somebody_up() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [this] { return waiting_ > 0; });
  }
  ssize_t write(int descriptor, std::string_view bytes) {
    {
      std::unique_lock lock(mutex_);
      ++waiting_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !hangs_; });
      --waiting_;
    }
    return ::write(descriptor, bytes.data(), bytes.size());
  }

 private:
  void set(bool hangs) {
    const std::lock_guard lock(mutex_);
    hangs_ = hangs;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hangs_ = false;
  int waiting_ = 0;
};

LineWriter writer_of(const std::string& file, const std::shared_ptr<Disk>& disk) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  BOOST_REQUIRE(descriptor >= 0);
  return {descriptor, LineWriter::Ownership::owned,
          [disk](int to, std::string_view bytes) { return disk->write(to, bytes); }};
}

struct Hanging {
  TempDir dir;
  std::string file = dir / "log";
  std::shared_ptr<Disk> disk = std::make_shared<Disk>();
  std::unique_ptr<LogStream> stream = std::make_unique<LogStream>(writer_of(file, disk), LineStyle{});

  // No thread may live on in a file of the directory.
  ~Hanging() {
    disk->go_on();
    BOOST_TEST(LineQueue::wait_for_all(20s));
  }
  void say(const std::string& text) const { stream->message(spdlog::level::info, LogTime{}, text); }
  // Says one more, and waits until the thread is in it.
  void begin_to_hang() const {
    disk->hang();
    say("hangs");
    BOOST_REQUIRE(disk->holds_somebody_up());
  }
};

// Without time and level.
std::vector<std::string> lines_in(const std::string& file) {
  BOOST_TEST(LineQueue::wait_for_all(20s));
  std::vector<std::string> lines;
  const std::string text = read_file(file);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    BOOST_TEST_REQUIRE(end != std::string::npos);
    const std::string line = text.substr(at, end - at);
    lines.push_back(line.substr(line.find(' ', 25) + 1));
    at = end + 1;
  }
  return lines;
}

BOOST_AUTO_TEST_SUITE(line_queue)

BOOST_FIXTURE_TEST_CASE(a_disk_that_hangs_holds_nobody_up_and_loses_no_line_that_has_room, Hanging) {
  begin_to_hang();
  std::vector<std::string> expected = {"hangs"};
  for (int i = 0; i < 1000; ++i) {
    say(std::to_string(i));
    expected.push_back(std::to_string(i));
  }
  BOOST_TEST(read_file(file) == "");
  disk->go_on();
  BOOST_TEST(lines_in(file) == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(what_has_no_room_is_counted_and_told_where_it_is_missing, Hanging) {
  const std::uint64_t before = lost_lines();
  begin_to_hang();
  const std::string long_line(4000, 'x');
  std::size_t held = 0;
  while (lost_lines() == before) {
    say(long_line);
    ++held;
  }
  // All that fits does, and not much more is held than that.
  BOOST_TEST(held > LineQueue::kMaxBytes / 4200);
  BOOST_TEST(held <= LineQueue::kMaxBytes / 4000);
  say(long_line);
  BOOST_TEST(lost_lines() == before + 2);
  disk->go_on();
  BOOST_TEST(LineQueue::wait_for_all(20s));
  say("room again");
  auto lines = lines_in(file);
  BOOST_TEST_REQUIRE(lines.size() == 1 + (held - 1) + 2);
  BOOST_TEST(lines[lines.size() - 2] == "2 lines of the log were lost: they could not be written");
  BOOST_TEST(lines.back() == "room again");
}

BOOST_FIXTURE_TEST_CASE(many_short_lines_take_no_more_memory_than_long_ones, Hanging) {
  const std::uint64_t before = lost_lines();
  begin_to_hang();
  for (std::size_t i = 0; i < LineQueue::kMaxBytes / 50; ++i) say("x");
  BOOST_TEST(lost_lines() > before);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_opened_anew_begins_where_the_other_ended, Hanging) {
  begin_to_hang();
  say("before");
  // The second takes the place of the first, to which it has not come.
  for (const char* name : {"first", "second"}) {
    stream->go_on_in(writer_of(dir / name, disk));
    say(name);
  }
  disk->go_on();
  BOOST_TEST((lines_in(file) == std::vector<std::string>{"hangs", "before"}));
  BOOST_TEST((lines_in(dir / "second") == std::vector<std::string>{"first", "second"}));
  BOOST_TEST(lines_in(dir / "first").empty());
}

BOOST_FIXTURE_TEST_CASE(waiting_for_a_disk_that_hangs_has_an_end, Hanging) {
  begin_to_hang();
  BOOST_TEST(!LineQueue::wait_for_all(10ms));
  disk->go_on();
  BOOST_TEST(LineQueue::wait_for_all(20s));
}

BOOST_FIXTURE_TEST_CASE(a_stream_ends_at_once_and_its_lines_are_written_all_the_same, Hanging) {
  begin_to_hang();
  say("the last");
  stream.reset();
  BOOST_TEST(read_file(file) == "");
  disk->go_on();
  BOOST_TEST((lines_in(file) == std::vector<std::string>{"hangs", "the last"}));
}

BOOST_FIXTURE_TEST_CASE(lines_of_each_thread_keep_their_order_while_files_change, Hanging) {
  constexpr int kThreads = 4;
  constexpr int kLines = 300;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        for (int k = 0; k < kLines; ++k) say(std::to_string(i) + " " + std::to_string(k));
      });
    }
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) stream->go_on_in(writer_of(file, disk));
    });
  }
  std::vector<int> next(kThreads, 0);
  for (const std::string& line : lines_in(file)) {
    const auto thread = static_cast<std::size_t>(line[0] - '0');
    BOOST_TEST(line.substr(2) == std::to_string(next.at(thread)++));
  }
  for (const int count : next) BOOST_TEST(count == kLines);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
