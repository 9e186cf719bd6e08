#include "gateway/transport/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/base/unix_socket.h"

namespace session::gateway {
namespace {

// What the kernel allows at most; it cuts this to its own limit.
constexpr int kBacklog = 4096;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int new_socket(int family) {
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("socket");
  return descriptor;
}

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() > kMaxSocketPath) {
    errno = ENAMETOOLONG;
    fail("unix:" + path);
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

template <class Address>
const sockaddr* generic(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// Whether somebody listens behind the socket file.
bool answers(const sockaddr_un& address) {
  // Non-blocking: one that is too busy to accept (EAGAIN) lives, too.
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (probe < 0) return true;
  const bool refused = ::connect(probe, generic(address), sizeof address) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return !refused;
}

void remove_left_over(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
  if (!answers(address)) ::unlink(path.c_str());
}

std::string folder_of(const std::string& path) {
  return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

std::string in_words(int error) { return std::generic_category().message(error); }

// The user of this process, as chown and install take it.
std::string own_user() { return std::to_string(::geteuid()); }

// /run is empty after a boot, so the last directory of the path may well be missing. Those above it are
// somebody else's. Throws if there is no directory then.
void make_folder_of(const std::string& path) {
  const std::string folder = folder_of(path);
  if (::mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST) return;
  const int why = errno;
  struct stat found {};
  if (::stat(folder.c_str(), &found) == 0) return;
  const std::string owner = ::geteuid() == 0 ? "" : "-o " + own_user() + " ";
  throw std::runtime_error("unix:" + path + ": the folder " + folder + " is missing, and making it failed (" +
                           in_words(why) + "): make it as root with `install -d " + owner + folder +
                           "`, or name another path in listen[].unix");
}

// The usual case is a folder that belongs to root, and a process that is not root.
[[noreturn]] void fail_to_bind(const std::string& path) {
  if (errno != EACCES && errno != EPERM && errno != EROFS) fail("unix:" + path);
  const int why = errno;
  const std::string folder = folder_of(path);
  throw std::runtime_error("unix:" + path + ": this user (" + own_user() +
                           ") can't make a socket in the folder " + folder + " (" + in_words(why) +
                           "): give it the folder as root with `chown " + own_user() + " " + folder +
                           "`, or name another path in listen[].unix");
}

// A process that is not root can give its files only to a group of its own.
void give_to(const UserGroup& group, const std::string& path) {
  if (::chown(path.c_str(), static_cast<uid_t>(-1), group.id) == 0) return;
  throw std::runtime_error(
      "unix:" + path + ": the socket can't be given to the group " + group.name + " (" + in_words(errno) +
      "): start the gateway as root or as a member of that group, or leave listen[].group out");
}

std::string tcp_name(const std::string& host, in_port_t port, bool is_v4) {
  const std::string shown = is_v4 ? host : "[" + host + "]";
  return "tcp:" + shown + ":" + std::to_string(ntohs(port));
}

// What is bound to the socket. An abstract name begins with a zero byte, which is written as @.
std::string name_of(const sockaddr_storage& address, socklen_t size) {
  std::array<char, INET6_ADDRSTRLEN> host{};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, host.data(), host.size());
    return tcp_name(host.data(), v4.sin_port, true);
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, host.data(), host.size());
    return tcp_name(host.data(), v6.sin6_port, false);
  }
  const auto& file = reinterpret_cast<const sockaddr_un&>(address);
  const std::size_t length = size - std::min<std::size_t>(size, offsetof(sockaddr_un, sun_path));
  if (length == 0) return "unix:";
  if (file.sun_path[0] == '\0') return "unix:@" + std::string(file.sun_path + 1, length - 1);
  return "unix:" + std::string(file.sun_path, ::strnlen(file.sun_path, length));
}

}  // namespace

Listener::Listener(const Listen& where)
    : protocol_(std::visit([](const auto& each) { return each.protocol; }, where)) {
  try {
    if (const auto* file = std::get_if<ListenUnix>(&where)) {
      listen_unix(*file);
    } else {
      listen_tcp(std::get<ListenTcp>(where));
    }
  } catch (...) {
    close();
    throw;
  }
}

Listener::Listener(int descriptor) : descriptor_(descriptor), outlived_(true) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    fail("a socket of the service manager");
  }
  family_ = address.ss_family;
  name_ = name_of(address, size);
}

Listener::~Listener() { close(); }

Listener::Listener(Listener&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      family_(other.family_),
      protocol_(other.protocol_),
      outlived_(other.outlived_),
      name_(std::move(other.name_)),
      file_(std::exchange(other.file_, {})) {}

void Listener::close() {
  if (!file_.empty()) ::unlink(file_.c_str());
  file_.clear();
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void Listener::listen_unix(const ListenUnix& where) {
  name_ = "unix:" + where.path;
  family_ = AF_UNIX;
  const sockaddr_un address = unix_address(where.path);
  make_folder_of(where.path);
  remove_left_over(where.path, address);
  descriptor_ = new_socket(AF_UNIX);
  if (::bind(descriptor_, generic(address), sizeof address) != 0) fail_to_bind(where.path);
  file_ = where.path;
  // Nobody can connect before listen, so the file never serves with another group or mode than these.
  if (where.group) give_to(*where.group, where.path);
  if (::chmod(where.path.c_str(), static_cast<mode_t>(where.mode)) != 0) fail(name_);
  if (::listen(descriptor_, kBacklog) != 0) fail(name_);
}

void Listener::listen_tcp(const ListenTcp& where) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  v4.sin_port = v6.sin6_port = htons(where.port);
  const bool is_v4 = ::inet_pton(AF_INET, where.host.c_str(), &v4.sin_addr) == 1;
  name_ = tcp_name(where.host, htons(where.port), is_v4);
  if (!is_v4 && ::inet_pton(AF_INET6, where.host.c_str(), &v6.sin6_addr) != 1) {
    errno = EADDRNOTAVAIL;
    fail(name_);
  }
  family_ = is_v4 ? AF_INET : AF_INET6;
  descriptor_ = new_socket(family_);
  const int on = 1;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const int bound =
      is_v4 ? ::bind(descriptor_, generic(v4), sizeof v4) : ::bind(descriptor_, generic(v6), sizeof v6);
  if (bound != 0 || ::listen(descriptor_, kBacklog) != 0) fail(name_);
}

}  // namespace session::gateway
