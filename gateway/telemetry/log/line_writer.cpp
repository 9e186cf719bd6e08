#include "gateway/telemetry/log/line_writer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <climits>

namespace session::gateway {
namespace {

// A pipe that is ready for writing takes this many bytes, because it has a page free (pipe(7)).
constexpr std::size_t kPipePiece = PIPE_BUF;
// A terminal that is ready for writing takes this many bytes (WAKEUP_CHARS of the kernel).
constexpr std::size_t kTerminalPiece = 256;

bool has_room(int descriptor) {
  pollfd poll{descriptor, POLLOUT, 0};
  // POLLERR, a closed reader, counts as ready: the write then fails without blocking.
  return ::poll(&poll, 1, 0) == 1;
}

}  // namespace

LineWriter::LineWriter(int descriptor, Ownership ownership, WriteFile write_file)
    : descriptor_(descriptor),
      ownership_(ownership),
      kind_(kind_of(descriptor)),
      write_file_(std::move(write_file)) {}

LineWriter::~LineWriter() {
  if (descriptor_ >= 0) (void)write_all(rest_);
  if (ownership_ == Ownership::owned && descriptor_ >= 0) ::close(descriptor_);
}

LineWriter::LineWriter(LineWriter&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      ownership_(other.ownership_),
      kind_(other.kind_),
      write_file_(std::move(other.write_file_)),
      rest_(std::exchange(other.rest_, {})) {}

LineWriter& LineWriter::operator=(LineWriter&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(ownership_, other.ownership_);
  std::swap(kind_, other.kind_);
  std::swap(write_file_, other.write_file_);
  std::swap(rest_, other.rest_);
  return *this;
}

LineWriter::Kind LineWriter::kind_of(int descriptor) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0) return Kind::file;
  if (S_ISSOCK(found.st_mode)) return Kind::socket;
  if (S_ISFIFO(found.st_mode)) return Kind::pipe;
  return S_ISCHR(found.st_mode) && ::isatty(descriptor) == 1 ? Kind::terminal : Kind::file;
}

ssize_t LineWriter::write_to_file(int descriptor, std::string_view bytes) {
  return ::write(descriptor, bytes.data(), bytes.size());
}

bool LineWriter::write(std::string_view line) {
  if (!rest_.empty()) {
    rest_.erase(0, write_all(rest_));
    if (!rest_.empty()) return false;
  }
  const std::size_t taken = write_all(line);
  if (taken == 0) return false;
  rest_ = line.substr(taken);
  return true;
}

std::size_t LineWriter::write_all(std::string_view bytes) const {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const std::size_t more = write_some(bytes.substr(taken));
    if (more == 0) break;
    taken += more;
  }
  return taken;
}

std::size_t LineWriter::write_some(std::string_view bytes) const {
  ssize_t taken = 0;
  do {
    if (kind_ == Kind::socket) {
      taken = ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    } else if (kind_ == Kind::file) {
      taken = write_file_(descriptor_, bytes);
    } else {
      if (!has_room(descriptor_)) return 0;
      const std::size_t most = kind_ == Kind::pipe ? kPipePiece : kTerminalPiece;
      taken = ::write(descriptor_, bytes.data(), std::min(bytes.size(), most));
    }
  } while (taken < 0 && errno == EINTR);
  return taken < 0 ? 0 : static_cast<std::size_t>(taken);
}

}  // namespace session::gateway
