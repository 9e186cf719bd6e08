#include "tests/support/browser/browser.h"

#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/log_secrets.h"
#include "tests/support/e2e/node.h"
#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

std::vector<std::string> command(const TempDir& dir, const std::string& socket,
                                 const std::vector<std::string>& hosts) {
  const Json options = {
      {"listen", socket}, {"program", "chromium"}, {"profile", dir / "profile"}, {"hosts", hosts}};
  return node_command("browser", "tests/support/browser/driver.js", options.dump());
}

}  // namespace

Browser::Browser(const std::vector<std::string>& hosts)
    : process_(command(dir_, driver().unix_socket, hosts), dir_ / "browser.log") {}

Browser::~Browser() {
  if (test_has_failed()) BOOST_TEST_MESSAGE("--- browser.log\n" << read_file(dir_ / "browser.log"));
}

void Browser::wait_until_it_runs() {
  wait_until("the browser to run", [this] {
    if (process_.exit_status())
      throw std::runtime_error("the browser has ended: " + read_file(dir_ / "browser.log"));
    return accepts_unix(driver().unix_socket);
  });
}

Json Browser::run(const std::string& script, const Json& given, std::chrono::seconds deadline) {
  wait_until_it_runs();
  const Json asked = {{"script", script}, {"given", given}, {"seconds", deadline.count()}};
  const Reply reply = Client(driver()).post("/", asked.dump());
  const Json answer = reply.json();
  if (reply.status != 200) throw std::runtime_error("in the browser: " + reply.body);
  for (const Json& cookie : answer["cookies"]) keep_cookie_out_of_logs(cookie.get<std::string>());
  return answer["result"];
}

}  // namespace session::test
