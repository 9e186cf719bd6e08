#include "gateway/telemetry/log/audit_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace session::gateway {
namespace {

constexpr mode_t kMode = 0640;

// Non-blocking, which concerns what is no file: nobody else has this description.
int open_to_append(const std::string& path, int more) {
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | more, kMode);
}

int open_or_make(const std::string& path) {
  const int there = open_to_append(path, 0);
  if (there >= 0 || errno != ENOENT) return there;
  const int made = open_to_append(path, O_CREAT | O_EXCL);
  if (made >= 0) (void)::fchmod(made, kMode);  // a file system without modes is no reason to have no audit
  if (made >= 0 || errno != EEXIST) return made;
  // Somebody was faster, or a link leads to a file that is not there: theirs is the mode.
  return open_to_append(path, O_CREAT);
}

}  // namespace

std::optional<LineWriter> open_audit_file(const std::string& path) {
  const int descriptor = open_or_make(path);
  if (descriptor < 0) return std::nullopt;
  return LineWriter(descriptor, LineWriter::Ownership::owned);
}

}  // namespace session::gateway
