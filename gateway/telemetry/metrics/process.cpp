#include "gateway/telemetry/metrics/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace session::gateway {
namespace {

constexpr double kMicro = 1e-6;
constexpr double kNano = 1e-9;
constexpr const char* kOpenFiles = "/proc/self/fd";

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + kMicro * static_cast<double>(time.tv_usec);
}

// Counts the open files. Directories in /proc have the size 0, except this one since Linux 6.2, where the
// size is the number of entries.
std::uint64_t count_open_fds() {
  struct stat status {};
  if (::stat(kOpenFiles, &status) == 0 && status.st_size > 0)
    return static_cast<std::uint64_t>(status.st_size);
  return count_open_fds_one_by_one();
}

// The file stays open, because it is needed most when no more files can be opened.
int memory_file() {
  static const int descriptor = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  return descriptor;
}

// Reads the first two fields of /proc/self/statm (proc_pid_statm(5)), in pages.
void read_memory(ProcessReport& report) {
  char text[256];
  const auto size = ::pread(memory_file(), text, sizeof text, 0);
  if (size <= 0) return;
  std::istringstream fields(std::string(text, static_cast<std::size_t>(size)));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  fields >> report.virtual_bytes >> report.resident_bytes;
  report.virtual_bytes *= page;
  report.resident_bytes *= page;
}

std::uint64_t most_fds() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

// Reads field 22 of proc_pid_stat(5), in clock ticks since boot. Field 2, in parentheses, may contain spaces.
double start_after_boot() {
  std::ifstream file("/proc/self/stat");
  std::string stat;
  std::getline(file, stat);
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  double ticks = 0;
  fields >> ticks;
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double seconds_now(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + kNano * static_cast<double>(now.tv_nsec);
}

}  // namespace

std::uint64_t count_open_fds_one_by_one() {
  std::error_code error;
  const std::filesystem::directory_iterator begin(kOpenFiles, error);
  if (error) return error.value() == EMFILE ? most_fds() : 0;
  const auto entries = std::distance(begin, std::filesystem::directory_iterator());
  return static_cast<std::uint64_t>(entries) - 1;  // without the descriptor of the directory itself
}

ProcessReport read_process() {
  ProcessReport report;
  read_memory(report);
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    report.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  report.max_fds = most_fds();
  report.open_fds = count_open_fds();
  return report;
}

double process_start_seconds() {
  // The boot time comes from the clocks, because a service's sandbox may hide /proc/stat.
  static const double start = seconds_now(CLOCK_REALTIME) - seconds_now(CLOCK_BOOTTIME) + start_after_boot();
  return start;
}

}  // namespace session::gateway
