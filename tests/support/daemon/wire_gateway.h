#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/daemon/wire_peer.h"
#include "tests/support/e2e/process.h"

namespace session::gateway::test {

using session::test::read_file;
using session::test::TempDir;
using session::test::wait_until;
using session::test::write_file;

inline constexpr const char* kWireCookie = "{ name: session, secure: false }";

// Connected to that socket. Throws if it can't be.
[[nodiscard]] Peer unix_peer(const std::string& socket_file);

// A gateway process of the test's own, in a private directory, on a unix socket and on a TCP port. Ends with
// this object; its log is shown if the test has failed.
class WireGateway {
 public:
  struct Setup {
    std::string yaml = "workers: 2\n";  // what the configuration says besides listen, cookie, keys and salt
    unsigned descriptors = 0;           // the most it may have open; 0: as many as the test itself
    std::string cookie = kWireCookie;
    std::string environment = {};   // assignments for the shell: "NOTIFY_SOCKET=/path"
    std::vector<int> sockets = {};  // passed on as the service manager does; they stay the test's own
    // More listeners, as lines of the file ("  - unix: @DIR@/http.sock"); @DIR@ is the gateway's own
    // directory.
    std::string listen = {};
  };

  WireGateway() : WireGateway(Setup{}) {}
  explicit WireGateway(const Setup& setup);
  ~WireGateway();
  WireGateway(const WireGateway&) = delete;
  WireGateway& operator=(const WireGateway&) = delete;

  [[nodiscard]] Peer unix_peer() const { return test::unix_peer(socket_file()); }
  // Connected to another socket in its directory.
  [[nodiscard]] Peer peer_of(const std::string& name) const { return test::unix_peer(dir_ / name); }
  [[nodiscard]] Peer tcp_peer() const;
  // One of each kind.
  [[nodiscard]] std::vector<Peer> peers() const;

  // Whether it can be connected to at all.
  [[nodiscard]] bool listens() const;
  // A new connection's answer to a health request is 200; fails the test if not.
  void check_health() const;
  // The same over a connection to a socket that was passed on, which it takes.
  void check_serving(int descriptor) const;
  // The value of a cookie for a new session with these attributes (JSON).
  [[nodiscard]] std::string log_in(const std::string& attributes) const;

  void signal(int number) const { process_->signal(number); }
  [[nodiscard]] int wait() { return process_->wait(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string socket_file() const { return dir_ / "gateway.sock"; }
  [[nodiscard]] std::string config_file() const { return dir_ / "gateway.yaml"; }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] int port() const { return port_; }
  // Puts another text in place of one in the configuration, and leaves it at that: nothing is reloaded.
  void reconfigure(const std::string& what, const std::string& with) const;
  // Reloads, and waits until the log says how it went, which it returns: what was logged since.
  [[nodiscard]] std::string reload() const;
  [[nodiscard]] std::string log() const { return read_file(dir_ / "gateway.log"); }

  // What it did a moment ago may not be in the log yet.
  void wait_for_log(const std::string& text) const;

  // Of the process so far, user and system.
  [[nodiscard]] std::chrono::milliseconds cpu_time() const;
  [[nodiscard]] std::size_t resident_bytes() const;
  [[nodiscard]] std::size_t open_descriptors() const;
  // From now on, as if somebody had lowered its limit, or the system had no more.
  void limit_descriptors(std::size_t most) const;

 private:
  void wait_for_trial(const Setup& setup) const;

  TempDir dir_;
  int port_ = 0;
  pid_t pid_ = 0;
  std::unique_ptr<session::test::Process> process_;
};

// Runs a gateway that is to end by itself, and returns its exit status; its output is in `log`.
[[nodiscard]] int run_gateway(const std::string& config_file, const std::string& log);

// A configuration that listens at those places ("- unix: ..." lines).
[[nodiscard]] std::string configuration(const std::string& listen, const std::string& yaml,
                                        const std::string& cookie = kWireCookie);

}  // namespace session::gateway::test
