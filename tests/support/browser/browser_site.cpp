#include "tests/support/browser/browser_site.h"

#include <signal.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/node.h"
#include "tests/support/e2e/support.h"
#include "tests/support/places.h"

namespace session::test {
namespace {

std::string file_here(const std::string& name) {
  return read_file(source_root() + "/tests/support/browser/" + name);
}

}  // namespace

BrowserSite::BrowserSite(const BrowserSiteOptions& options)
    : options_(options), browser_({"site.example", "*.site.example", "elsewhere.example"}) {
  write_file(dir_ / "nginx.secret", "a-secret-of-the-tests-with-a-browser-43-chars");
  configure(kFirstBrowserKeys);
  write_nginx_files();
  make_certificate(dir_, "site.example");
  start();
}

BrowserSite::~BrowserSite() {
  if (!test_has_failed()) return;
  for (const char* name : {"application", "gateway", "nginx", "access"})
    BOOST_TEST_MESSAGE("--- " << name << ".log\n" << log(name));
}

std::string BrowserSite::filled(const std::string& name) const {
  std::string text = replaced(file_here(name), "@HTTP@", options_.http);
  text = replaced(replaced(text, "@HOME@", options_.home), "@SERVER@", options_.server);
  text = replaced(replaced(text, "@MORE@", options_.gateway), "@DIR@", dir_.path());
  text = replaced(text, "@STORE@", options_.store);
  text = replaced(text, "@TLS@", options_.scheme == "https" ? " ssl" + http2_of_a_listen_line() : "");
  return replaced(text, "@PORT@", std::to_string(port_));
}

void BrowserSite::configure(const std::string& keys) const {
  write_file(dir_ / "gateway.yaml", replaced(filled("gateway.yaml"), "@KEYS@", keys));
}

void BrowserSite::write_nginx_files() const {
  write_file(dir_ / "nginx.conf", filled("site.conf"));
  if (!options_.refusals.empty()) write_file(dir_ / "session-gateway-refusals.conf", options_.refusals);
  Process command({gateway_binary(), "nginx", "--config", dir_ / "gateway.yaml", "--output", dir_.path()},
                  dir_ / "command.log");
  if (command.wait() != 0) throw std::runtime_error("session-gateway nginx: " + log("command"));
}

void BrowserSite::start() {
  application_ = std::make_unique<Process>(
      node_command("browser", "tests/support/browser/application.js", dir_ / "application.sock"),
      dir_ / "application.log");
  gateway_ = std::make_unique<Process>(
      std::vector<std::string>{gateway_binary(), "serve", "--config", dir_ / "gateway.yaml"},
      dir_ / "gateway.log");
  nginx_ = std::make_unique<Process>(nginx_command(dir_), dir_ / "nginx.log");
  const auto wait_for = [this](const std::string& name, Process& process, const auto& listens) {
    wait_until(name + " to listen", [&] {
      if (process.exit_status()) throw std::runtime_error(name + " has ended: " + log(name));
      return listens();
    });
  };
  wait_for("application", *application_, [this] { return accepts_unix(dir_ / "application.sock"); });
  wait_for("gateway", *gateway_, [this] { return accepts_unix(dir_ / "gateway.sock"); });
  wait_for("nginx", *nginx_, [this] { return accepts_tcp(port_); });
}

std::string BrowserSite::url(const std::string& path, const std::string& host) const {
  return options_.scheme + "://" + host + ":" + std::to_string(port_) + path;
}

Json BrowserSite::browse(const std::string& script) {
  return browser_.run(script, {{"site", url("")},
                               {"login_site", url("", "login.site.example")},
                               {"elsewhere", url("", "elsewhere.example")},
                               {"localhost", url("", "localhost")}});
}

std::vector<std::string> BrowserSite::statuses(const std::string& path) const {
  std::vector<std::string> found;
  wait_until("an answer for " + path, [&] {
    found.clear();
    std::istringstream lines(log("access"));
    for (std::string status, method, host, target; lines >> status >> method >> host >> target;) {
      if (target.substr(0, target.find('?')) == path) found.push_back(status);
    }
    return !found.empty();
  });
  return found;
}

void BrowserSite::use_keys(const std::string& keys) {
  const std::size_t before = log("gateway").size();
  configure(keys);
  gateway_->signal(SIGHUP);
  wait_until("the reload", [&] {
    return log("gateway").substr(before).find(" of the configuration is in use") != std::string::npos;
  });
}

std::string BrowserSite::lint(const std::string& file) const {
  std::filesystem::remove(dir_ / "lint.log");
  Process command({gateway_binary(), "lint", dir_ / file, "--config", dir_ / "gateway.yaml"},
                  dir_ / "lint.log");
  command.wait();
  return log("lint");
}

std::string BrowserSite::lint_when_public() const {
  write_file(dir_ / "public.conf", replaced(read_file(dir_ / "nginx.conf"), "listen 127.0.0.1:", "listen "));
  return lint("public.conf");
}

}  // namespace session::test
