#include "gateway/app/reload_command.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "gateway/app/exit_status.h"
#include "gateway/server/control_socket.h"

namespace session::gateway {
namespace {

// A reload takes 15 s at most, and systemd's unit allows its command 30 s (TimeoutStartSec=).
constexpr seconds kDeadline{25};

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string in_words(int error) { return std::generic_category().message(error); }

int fail(const std::string& why) {
  std::cerr << why << "\n";
  return kFailed;
}

std::vector<ControlName> control_names() {
  std::ifstream file("/proc/self/net/unix");
  return control_names_in(std::string(std::istreambuf_iterator<char>(file), {}));
}

// The process that listens behind a connection, as the kernel knows it; 0: unknown.
pid_t peer_of(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

// A connection to a control socket, if the process that its name tells has it. Any process can choose a name.
Descriptor connected(const ControlName& control) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (control.name.size() + 1 > sizeof address.sun_path) return Descriptor();
  control.name.copy(address.sun_path + 1, control.name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + control.name.size());
  Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (descriptor.get() < 0 || ::connect(descriptor.get(), generic, size) != 0) return Descriptor();
  if (peer_of(descriptor.get()) != control.pid) return Descriptor();
  return descriptor;
}

// The process ids of the gateways that can be asked.
std::vector<pid_t> running() {
  std::vector<pid_t> pids;
  for (const ControlName& control : control_names()) {
    const bool known = std::find(pids.begin(), pids.end(), control.pid) != pids.end();
    if (!known && connected(control).get() >= 0) pids.push_back(control.pid);
  }
  return pids;
}

// The process id of the only gateway. nullopt: there is none, or not only one, which has been printed.
std::optional<pid_t> only_gateway() {
  const std::vector<pid_t> pids = running();
  if (pids.size() == 1) return pids.front();
  if (pids.empty()) {
    (void)fail("no gateway runs here that can be told to reload");
    return std::nullopt;
  }
  std::string all;
  for (const pid_t pid : pids) all += " " + std::to_string(pid);
  (void)fail("several gateways run here: name one of them with --pid:" + all);
  return std::nullopt;
}

// Reads to the end of the answer, which is empty if the gateway closes the connection. Error: why there is
// none.
Result<std::string, int> whole_answer(int descriptor) {
  const Clock::Steady until = system_clock().steady_now() + kDeadline;
  std::string answer;
  for (std::array<char, 4096> part{};;) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - system_clock().steady_now()).count();
    pollfd ready{descriptor, POLLIN, 0};
    const int polled = ::poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (polled < 0 && errno == EINTR) continue;
    if (polled <= 0) return polled == 0 ? ETIMEDOUT : errno;
    const ssize_t size = ::recv(descriptor, part.data(), part.size(), 0);
    if (size < 0 && errno != ECONNRESET) return errno;
    if (size <= 0) return answer;
    answer.append(part.data(), static_cast<std::size_t>(size));
  }
}

// Prints what the gateway has answered. Returns the exit status.
int tell(const std::string& answer) {
  const auto end = answer.find('\n');
  if (end == answer.npos)
    return fail(
        "the gateway ended before it had reloaded, or does not take orders from this user: see its log");
  const std::string head = answer.substr(0, end);
  std::cerr << answer.substr(end + 1);
  const bool reloaded = head.starts_with(kReloaded);
  const std::string generation =
      head.substr(std::min(head.size(), (reloaded ? kReloaded : kReloadFailed).size()));
  if (!reloaded) {
    return fail("reload failed: generation " + generation +
                " of the configuration stays in use (the gateway's log says the same)");
  }
  std::cout << "reloaded: generation " << generation << " of the configuration is in use\n";
  return kFine;
}

int ask(pid_t pid) {
  for (const ControlName& control : control_names()) {
    if (control.pid != pid) continue;
    const Descriptor descriptor = connected(control);
    if (descriptor.get() < 0) continue;
    // If the gateway has closed the connection, there is no answer.
    (void)::send(descriptor.get(), kReloadRequest.data(), kReloadRequest.size(), MSG_NOSIGNAL);
    const auto answer = whole_answer(descriptor.get());
    if (answer) return tell(*answer);
    return fail("process " + std::to_string(pid) +
                " does not say whether it has reloaded: " + in_words(answer.error()) + "; see its log");
  }
  return fail(
      "process " + std::to_string(pid) +
      " can't be asked to reload: it has ended, has not started to serve, or is no gateway of this version");
}

}  // namespace

int reload(const ReloadRequest& request) {
  const std::optional<pid_t> pid = request.pid ? request.pid : only_gateway();
  if (!pid) return kFailed;
  if (request.wait) return ask(*pid);
  if (::kill(*pid, SIGHUP) == 0) return kFine;
  return fail("process " + std::to_string(*pid) + " can't be told to reload: " + in_words(errno));
}

}  // namespace session::gateway
