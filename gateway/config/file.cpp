#include "gateway/config/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace session::gateway {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string last_error() { return std::generic_category().message(errno); }

// Fills `bytes` and cuts it to the bytes read. Uses one buffer, so that a secret leaves no copies behind.
bool fill(int fd, std::string& bytes) {
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(fd, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return true;
}

}  // namespace

Result<FileContent, std::string> read_file(const std::string& path, std::size_t most) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return last_error();
  if (!S_ISREG(status.st_mode)) return std::string("not a regular file");
  const FileAccess access{static_cast<mode_t>(status.st_mode & 07777), status.st_uid, status.st_gid};
  FileContent content(std::string(most + 1, '\0'), access);
  if (!fill(file.get(), content.bytes)) return last_error();
  return content;
}

std::optional<std::string> why_not_appendable(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() >= 0) return std::nullopt;
  if (errno != ENOENT) return last_error();
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  if (::access(directory.c_str(), W_OK | X_OK) != 0) return "it can't be made: " + last_error();
  return std::nullopt;
}

}  // namespace session::gateway
