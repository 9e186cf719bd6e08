#include "gateway/telemetry/log/audit_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace session::gateway {
namespace {

constexpr mode_t kMode = 0640;

// Opens the file non-blocking, which matters only for a FIFO or a device. No other process shares this file
// description.
int open_to_append(const std::string& path, int more) {
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | more, kMode);
}

int open_or_make(const std::string& path) {
  const int there = open_to_append(path, 0);
  if (there >= 0 || errno != ENOENT) return there;
  const int made = open_to_append(path, O_CREAT | O_EXCL);
  if (made >= 0) (void)::fchmod(made, kMode);  // a failure is ignored: some file systems have no modes
  if (made >= 0 || errno != EEXIST) return made;
  // Another process has created the file meanwhile, or the path is a link to a missing file. The mode is then
  // not ours to set.
  return open_to_append(path, O_CREAT);
}

}  // namespace

std::optional<LineWriter> open_audit_file(const std::string& path) {
  const int descriptor = open_or_make(path);
  if (descriptor < 0) return std::nullopt;
  return LineWriter(descriptor, LineWriter::Ownership::owned);
}

}  // namespace session::gateway
