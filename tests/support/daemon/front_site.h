#pragma once

#include <memory>
#include <string>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/fronts.h"
#include "tests/support/e2e/peers.h"

namespace session::test {

inline constexpr const char* kFrontSecret = "the-secret-of-the-listener-for-fronts";

// A site behind a front that asks by HTTP: all but /open/ is for visitors who have logged in, which those do
// whom the application believes. It says at /open/login who that is, and logs out at /open/logout, by POST
// /commit. What the front shows of the session is at /session/self.
class FrontSite {
 public:
  FrontSite();
  FrontSite(const FrontSite&) = delete;
  FrontSite& operator=(const FrontSite&) = delete;
  virtual ~FrontSite();

  // Starts the front, which listens at front_socket().
  virtual void start() = 0;

  [[nodiscard]] Client client() const { return Client({"http://gateway.test", front_socket(), ""}); }
  [[nodiscard]] std::string front_socket() const { return dir / "front.sock"; }
  [[nodiscard]] std::string http_socket() const { return gateway.dir() / "http.sock"; }
  // The value of a listener with a secret, by TCP.
  [[nodiscard]] std::string http_address() const { return "127.0.0.1:" + std::to_string(http_port); }
  [[nodiscard]] std::string application_socket() const { return dir / "application.sock"; }

  int http_port;
  gateway::test::WireGateway gateway;
  TempDir dir;
  Application application;

 protected:
  // Writes there what `session-gateway fronts NAME` makes for the listener with a secret, and the secret's
  // file.
  void write_files_with_secret(const std::string& name) const;
  // Starts that program, and waits until it listens.
  void run(const std::vector<std::string>& command);

 private:
  [[nodiscard]] std::string reply(const AppRequest& request) const;

  std::unique_ptr<Process> process_;
};

// What must hold of every such front, each a test case of its own. They start the site.
void a_session_passes_and_the_application_learns_who_it_is(FrontSite& site);
void without_a_session_nobody_gets_in_by_any_way(FrontSite& site);
void visitors_who_ask_for_a_page_are_led_to_the_login(FrontSite& site);
void no_spelling_of_a_forged_identity_header_reaches_the_application(FrontSite& site);
void a_visitor_logs_in_reads_the_session_and_logs_out(FrontSite& site);
void a_cookie_that_a_check_renews_reaches_the_browser(FrontSite& site);
// `status` is what docs/fronts.md says of this front; 0 is any from 500 on.
void a_gateway_that_is_gone_lets_nobody_in(FrontSite& site, int status = 0);
void ten_thousand_requests_are_answered_without_a_failure(FrontSite& site);

}  // namespace session::test
