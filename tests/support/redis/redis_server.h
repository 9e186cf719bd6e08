#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/store/redis/connection/options.h"
#include "tests/support/e2e/process.h"
#include "tests/support/redis/certificates.h"
#include "tests/support/redis/connection.h"

namespace session::test {

struct RedisSetup {
  std::vector<std::string> options = {};  // lines of redis.conf; they overrule what is there by default
  std::string password = {};              // of the default user
  bool tls = false;                       // on the port; never on the Unix socket
  bool client_certificate = false;        // with TLS: whether the server insists on one
  std::string server_names = Certificates::kLoopback;
  bool sentinel = false;
  bool cluster = false;  // a node, which has no slots yet
};

// A private Redis server, in a directory of its own, on a port of 127.0.0.1 and on a Unix socket there. It
// keeps nothing on disk unless `options` say so. Functions throw std::runtime_error when the server does not
// do what is asked of it. One thread at a time, but for `ask`, `tell` and `open_clients`, which any thread
// may call. The thread that starts it must live as long as it: the server ends with that.
class RedisServer {
 public:
  using Setup = RedisSetup;

  // Starts it.
  explicit RedisServer(Setup setup = {});
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer();

  // Restarts it in the same place, and returns when it answers, even with "LOADING".
  void start();
  // SIGTERM, and waits; the exit code.
  int stop();
  // SIGKILL, and waits.
  void kill();
  // Makes it hang: it accepts connections and bytes but does nothing. Returns when it hangs.
  void pause();
  void resume();
  [[nodiscard]] bool running() { return process_ && !process_->exit_status(); }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int bus_port() const { return bus_port_; }  // of a cluster's node
  [[nodiscard]] RedisAddress address() const;
  [[nodiscard]] RedisAddress unix_address() const;
  [[nodiscard]] const Certificates& certificates() const { return *certificates_; }  // with TLS
  [[nodiscard]] std::string log() const { return read_file(log_); }

  // Over a connection of its own, on the Unix socket. An error is an answer. Asks once more if the server
  // closes the connection, as CLIENT KILL has it do, and sentinels at a failover.
  RedisReply ask(const RedisCommand& command);
  // The same, for what must not fail: throws when the answer is an error.
  RedisReply tell(const RedisCommand& command);
  // From now on asks as that user, after a change of passwords.
  void log_in_as(const std::string& user, const std::string& password);

  // The keys that hold strings, which those of sessions do: who owns these is in sets.
  std::vector<std::string> string_keys(const std::string& pattern = "*");
  // How many clients are connected, itself and replicas not counted; only those of that name, if one is
  // given.
  std::size_t open_clients(const std::string& name = "");
  // A value of INFO; "" if there is none.
  std::string info(const std::string& name);
  // Lets that much time pass at once for all keys that expire, in every database.
  void pass_time(milliseconds by);

 private:
  void choose_ports();
  [[nodiscard]] std::string configuration() const;
  [[nodiscard]] std::string port_lines() const;
  // False if one of its ports is taken.
  bool launch();
  int end_by(int signal);

  Setup setup_;
  TempDir dir_{TempDir::Where::in_memory};
  std::string log_;
  std::unique_ptr<Certificates> certificates_;
  std::unique_ptr<RedisConnection> connection_;
  int port_ = 0;
  int bus_port_ = 0;
  bool paused_ = false;
  std::unique_ptr<Process> process_;
};

}  // namespace session::test
