#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/e2e/client.h"
#include "tests/support/e2e/peers.h"
#include "tests/support/e2e/process.h"
#include "tests/support/server_programs.h"

namespace session::test {

// Runs nginx.conf of that directory, with nginx.log there; its workers can enter it.
[[nodiscard]] std::vector<std::string> nginx_command(const TempDir& dir);
// The text of an nginx.conf for that directory, with these lines at http level. @DIR@ in them is the
// directory.
[[nodiscard]] std::string nginx_conf(const TempDir& dir, const std::string& http);
// Writes key.pem there, and certificate.pem for this host and all hosts below it.
void make_certificate(const TempDir& dir, const std::string& host);
// What follows `ssl` in a `listen` line for HTTP/2 to be spoken there: nginx 1.25.1 made it a directive of
// the server, and warns of the parameter that was there before.
[[nodiscard]] std::string http2_of_a_listen_line();
// Whether the running test case has failed, or is being left by an exception: then logs are worth showing.
[[nodiscard]] bool test_has_failed();

// Which process answers nginx's checks.
enum class Front {
  gateway,  // the daemon itself
  relay,    // the daemon, behind a Relay
  canned,   // nobody yet: the test makes a CannedGateway at `front_socket`
  retried,  // the daemon, once whoever listens at `front_socket` (nobody yet) has failed
};

inline constexpr const char* kFirstKeys = "[{ id: k1, value: 'the first key of the end-to-end tests' }]";
inline constexpr const char* kMemoryStore = "{ type: memory }";

// A private site for one test: the real daemon, the real nginx with the project's files (site.conf), and an
// application. Everything lives in a private directory and talks over Unix sockets, so tests run in parallel.
// The logs are shown when the test fails.
class Stack {
 public:
  // `keys` and `store`: these sections of the gateway's configuration.
  explicit Stack(Front front = Front::gateway, const std::string& keys = kFirstKeys,
                 const std::string& store = kMemoryStore);
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  ~Stack();

  [[nodiscard]] Client http() const { return Client(site("http")); }
  [[nodiscard]] Client http2() const;
  [[nodiscard]] std::vector<Client> http1_and_http2() const;
  // site.conf's server that listens on NAME.sock.
  [[nodiscard]] Site site(const std::string& name) const;

  Application& application() { return *application_; }
  Relay& relay() { return *relay_; }
  [[nodiscard]] std::string front_socket() const { return dir_ / "front.sock"; }
  [[nodiscard]] std::string log(const std::string& name) const { return read_file(dir_ / (name + ".log")); }

  // Where site.conf expects an application with FastCGI; nobody listens there yet.
  [[nodiscard]] std::string fastcgi_socket() const { return dir_ / "fastcgi.sock"; }

  // The same for one with uwsgi.
  [[nodiscard]] std::string uwsgi_socket() const { return dir_ / "uwsgi.sock"; }

  // May lack the lines of the last moment.
  void wait_for_gateway_log(const std::string& text) const;

  // Whether nginx has written a file for a FastCGI response.
  [[nodiscard]] bool response_was_stored() const;

  void start_gateway();
  // SIGTERM, and waits; the daemon's exit code.
  int stop_gateway();
  // Sends SIGTERM and does not wait.
  void ask_gateway_to_stop() { gateway_->signal(15); }
  int wait_for_gateway() { return gateway_->wait(); }

  // Creates a session with these attributes (JSON), and returns its Cookie header line.
  [[nodiscard]] std::string log_in(const std::string& attributes) const;

 private:
  void write_configuration(Front front, const std::string& keys, const std::string& store) const;
  void start_nginx();

  TempDir dir_;
  std::unique_ptr<Application> application_;
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<Process> gateway_;
  std::unique_ptr<Process> nginx_;
};

}  // namespace session::test
