#include "tests/support/e2e/support.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/places.h"

namespace session::test {
namespace {

std::string in_project(const std::string& path) { return source_root() + path; }

bool has_http2_directive() {
  const TempDir dir;
  Process({nginx_binary(), "-v"}, dir / "version").wait();
  const std::string said = read_file(dir / "version");
  std::istringstream version(said.substr(std::min(said.size(), said.find("nginx/1.") + 8)));
  int minor = 0;
  int patch = 0;
  char dot = 0;
  if (!(version >> minor >> dot >> patch))
    throw std::runtime_error("nginx does not say its version: " + said);
  return std::pair(minor, patch) >= std::pair(25, 1);
}

}  // namespace

std::string http2_of_a_listen_line() {
  static const bool has_directive = has_http2_directive();
  return has_directive ? ";\n        http2 on" : " http2";
}

std::vector<std::string> nginx_command(const TempDir& dir) {
  std::vector<std::string> command = {nginx_binary(),    "-p", dir.path(),        "-e",
                                      dir / "nginx.log", "-c", dir / "nginx.conf"};
  // Its workers must be able to enter the private directory.
  if (geteuid() == 0) command.insert(command.end(), {"-g", "user root;"});
  return command;
}

std::string nginx_conf(const TempDir& dir, const std::string& http) {
  constexpr const char* kHead = R"(daemon off;
pid @DIR@/nginx.pid;
events {}
http {
    access_log off;
    client_body_temp_path @DIR@/temp-body;
    proxy_temp_path @DIR@/temp-proxy;
    fastcgi_temp_path @DIR@/temp-fastcgi;
    uwsgi_temp_path @DIR@/temp-uwsgi;
    scgi_temp_path @DIR@/temp-scgi;
)";
  return replaced(kHead + http + "}\n", "@DIR@", dir.path());
}

void make_certificate(const TempDir& dir, const std::string& host) {
  Process openssl(
      {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
       "-days", "2", "-subj", "/CN=" + host, "-addext", "subjectAltName=DNS:" + host + ",DNS:*." + host,
       "-keyout", dir / "key.pem", "-out", dir / "certificate.pem"},
      dir / "openssl.log");
  if (openssl.wait() != 0) throw std::runtime_error("openssl: " + read_file(dir / "openssl.log"));
}

bool test_has_failed() {
  using namespace boost::unit_test;
  return std::uncaught_exceptions() > 0 ||
         !results_collector.results(framework::current_test_case().p_id).passed();
}

Stack::Stack(Front front, const std::string& keys, const std::string& store) {
  write_configuration(front, keys, store);
  make_certificate(dir_, "gateway.test");
  application_ = std::make_unique<Application>(dir_ / "application.sock");
  if (front != Front::canned) start_gateway();
  if (front == Front::relay) relay_ = std::make_unique<Relay>(front_socket(), dir_ / "gateway.sock");
  start_nginx();
}

Stack::~Stack() {
  if (!test_has_failed()) return;
  for (const char* name : {"gateway", "nginx"}) BOOST_TEST_MESSAGE("--- " << name << ".log\n" << log(name));
}

void Stack::write_configuration(Front front, const std::string& keys, const std::string& store) const {
  const auto fill = [this](const std::string& name) {
    return replaced(read_file(in_project("/tests/e2e/" + name)), "@DIR@", dir_.path());
  };
  write_file(dir_ / "gateway.yaml",
             replaced(replaced(fill("gateway.yaml"), "@KEYS@", keys), "@STORE@", store));
  std::string gateway = front == Front::gateway ? dir_ / "gateway.sock" : front_socket();
  if (front == Front::retried) gateway += " max_fails=0; server unix:" + (dir_ / "gateway.sock") + " backup";
  std::string site = replaced(fill("site.conf"), "@CONF@", in_project("/conf/nginx"));
  site = replaced(std::move(site), "@HTTP2@", http2_of_a_listen_line());
  write_file(dir_ / "nginx.conf", replaced(std::move(site), "@GATEWAY@", gateway));
  write_file(dir_ / "session-gateway-refusals.conf", "add_header X-Of-The-Site yes always;\n");
  write_file(dir_ / "passwords", "bob:{PLAIN}secret\n");
}

void Stack::start_gateway() {
  gateway_ = std::make_unique<Process>(
      std::vector<std::string>{gateway_binary(), "serve", "--config", dir_ / "gateway.yaml"},
      dir_ / "gateway.log");
  wait_until("the gateway to listen", [this] {
    if (gateway_->exit_status()) throw std::runtime_error("the gateway has ended: " + log("gateway"));
    return accepts_unix(dir_ / "gateway.sock");
  });
}

int Stack::stop_gateway() {
  ask_gateway_to_stop();
  return wait_for_gateway();
}

void Stack::start_nginx() {
  nginx_ = std::make_unique<Process>(nginx_command(dir_), dir_ / "nginx.log");
  wait_until("nginx to listen", [this] {
    if (nginx_->exit_status()) throw std::runtime_error("nginx has ended: " + log("nginx"));
    return accepts_unix(dir_ / "plain.sock");
  });
}

bool Stack::response_was_stored() const { return !std::filesystem::is_empty(dir_ / "temp-fastcgi"); }

Site Stack::site(const std::string& name) const {
  return {"http://gateway.test", dir_ / (name + ".sock"), ""};
}

Client Stack::http2() const {
  return Client({"https://gateway.test", dir_ / "tls.sock", dir_ / "certificate.pem"});
}

std::vector<Client> Stack::http1_and_http2() const {
  std::vector<Client> clients;
  clients.push_back(http());
  clients.push_back(http2());
  return clients;
}

void Stack::wait_for_gateway_log(const std::string& text) const {
  wait_until("the gateway's log to say: " + text,
             [&] { return log("gateway").find(text) != std::string::npos; });
}

std::string Stack::log_in(const std::string& attributes) const {
  const Reply reply =
      http().post("/session", R"({"set":)" + attributes + "}", {"Content-Type: application/json"});
  if (reply.cookie("session").empty()) {
    throw std::runtime_error("no cookie: " + std::to_string(reply.status) + " " + reply.body);
  }
  return "Cookie: session=" + reply.cookie("session");
}

}  // namespace session::test
