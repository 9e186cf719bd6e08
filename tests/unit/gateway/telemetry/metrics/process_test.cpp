#include "gateway/telemetry/metrics/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <ctime>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::gateway {

BOOST_AUTO_TEST_SUITE(process)

BOOST_AUTO_TEST_CASE(files_that_are_opened_are_counted) {
  const std::uint64_t before = read_process().open_fds;
  std::vector<int> opened;
  for (int i = 0; i < 5; ++i) opened.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const ProcessReport report = read_process();
  for (const int descriptor : opened) ::close(descriptor);
  BOOST_TEST(report.open_fds == before + 5);
  BOOST_TEST(read_process().open_fds == before);
  BOOST_TEST(report.max_fds >= report.open_fds);
  BOOST_TEST(count_open_fds_one_by_one() == before);
}

BOOST_AUTO_TEST_CASE(memory_that_is_used_is_counted) {
  const ProcessReport before = read_process();
  BOOST_TEST(before.resident_bytes > 0U);
  const std::vector<char> used(std::size_t{64} << 20, 'x');
  const ProcessReport after = read_process();
  BOOST_TEST(after.resident_bytes >= before.resident_bytes + used.size() / 2);
  BOOST_TEST(after.virtual_bytes >= after.resident_bytes);
}

BOOST_AUTO_TEST_CASE(processor_time_grows_as_it_is_used) {
  const double before = read_process().cpu_seconds;
  while (read_process().cpu_seconds <= before) {
  }
  BOOST_TEST(read_process().cpu_seconds > before);
}

BOOST_AUTO_TEST_CASE(it_was_started_a_moment_ago_and_that_does_not_change) {
  const double start = process_start_seconds();
  const auto now = static_cast<double>(std::time(nullptr));
  BOOST_TEST(start <= now + 2);
  BOOST_TEST(start > now - 300);
  BOOST_TEST(process_start_seconds() == start);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
