// A real Prometheus scrapes a gateway, directly and through nginx, as docs/monitor.md says; the dashboard's
// queries and the alerts are then asked of it.

#include <unistd.h>

#include <cctype>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "tests/support/daemon/probe_listeners.h"
#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/support.h"
#include "tests/support/places.h"

namespace session::test {
namespace {

using gateway::test::asking;
using gateway::test::Peer;
using gateway::test::request;
using gateway::test::WireGateway;
using gateway::test::with_probe_listeners;

std::string in_project(const std::string& path) { return source_root() + path; }
std::string on_port(int port) { return "127.0.0.1:" + std::to_string(port); }

std::string nginx_configuration(const std::string& dir, const std::string& socket, int port) {
  std::string text = R"(daemon off;
pid @DIR@/nginx.pid;
error_log @DIR@/nginx.log info;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path @DIR@/temp-body;
    proxy_temp_path @DIR@/temp-proxy;
    fastcgi_temp_path @DIR@/temp-fastcgi;
    uwsgi_temp_path @DIR@/temp-uwsgi;
    scgi_temp_path @DIR@/temp-scgi;
    upstream session_gateway { server unix:@SOCKET@; keepalive 4; }
    server {
        listen @LISTEN@;
        include @CONF@/session-gateway-health.conf;
    }
}
)";
  text = replaced(replaced(text, "@DIR@", dir), "@SOCKET@", socket);
  return replaced(replaced(text, "@LISTEN@", on_port(port)), "@CONF@", in_project("/conf/nginx"));
}

// Whom Prometheus asks.
enum class Target { gateway, nginx };

// The block of the page, with short intervals and places of the test's own.
std::string prometheus_configuration(Target target, int port) {
  const std::string address = target == Target::gateway ? on_port(9180) : on_port(8080);
  const std::string block = doc_block("docs/monitor.md", "yaml", "targets: [\"" + address);
  return "global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }\n" +
         replaced(replaced(block, address, on_port(port)), "prometheus-alerts.yaml",
                  in_project("/conf/prometheus-alerts.yaml"));
}

std::string url_encoded(const std::string& text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      out += c;
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

// A gateway, and a Prometheus that scrapes it, or an nginx in front of it.
class Monitored {
 public:
  explicit Monitored(Target target) : gateway_(with_probe_listeners(gateway_port_)) {
    if (target == Target::nginx) start_nginx();
    write_file(dir_ / "prometheus.yml",
               prometheus_configuration(target, target == Target::nginx ? nginx_port_ : gateway_port_));
    prometheus_ = std::make_unique<Process>(
        std::vector<std::string>{"prometheus", "--config.file=" + (dir_ / "prometheus.yml"),
                                 "--storage.tsdb.path=" + (dir_ / "data"),
                                 "--web.listen-address=" + on_port(prometheus_port_), "--log.level=warn"},
        dir_ / "prometheus.log");
    wait_until("Prometheus to listen", [this] {
      if (prometheus_->exit_status()) throw std::runtime_error("Prometheus has ended: " + log());
      return accepts_tcp(prometheus_port_) && web().get("/-/ready").status == 200;
    });
  }
  ~Monitored() {
    if (test_has_failed()) BOOST_TEST_MESSAGE("--- prometheus.log\n" << log());
  }
  Monitored(const Monitored&) = delete;
  Monitored& operator=(const Monitored&) = delete;

  [[nodiscard]] const WireGateway& gateway() const { return gateway_; }
  // The answer of Prometheus' HTTP API.
  [[nodiscard]] Json api(const std::string& path) const { return web().get("/api/v1/" + path).json(); }
  [[nodiscard]] Json query(const std::string& promql) const {
    return api("query?query=" + url_encoded(promql));
  }
  // How many samples of `up` say that a scrape has worked.
  [[nodiscard]] std::size_t scrapes() const {
    const Json result = query("sum_over_time(up[1h])")["data"]["result"];
    return result.empty() ? 0 : std::stoul(result[0]["value"][1].get<std::string>());
  }

 private:
  void start_nginx() {
    write_file(dir_ / "nginx.conf", nginx_configuration(dir_.path(), gateway_.socket_file(), nginx_port_));
    std::vector<std::string> nginx = {nginx_binary(),     "-p", dir_.path(),        "-e",
                                      dir_ / "nginx.log", "-c", dir_ / "nginx.conf"};
    if (geteuid() == 0) nginx.insert(nginx.end(), {"-g", "user root;"});
    nginx_ = std::make_unique<Process>(nginx, dir_ / "nginx.log");
  }
  [[nodiscard]] Client web() const { return Client({"http://" + on_port(prometheus_port_), "", ""}); }
  [[nodiscard]] std::string log() const { return read_file(dir_ / "prometheus.log"); }

  TempDir dir_;
  int gateway_port_ = free_port();
  WireGateway gateway_;
  int nginx_port_ = free_port();
  int prometheus_port_ = free_port();
  std::unique_ptr<Process> nginx_;
  std::unique_ptr<Process> prometheus_;
};

// The queries of all panels, as Grafana would send them with everything selected.
std::vector<std::string> dashboard_queries() {
  const Json dashboard = Json::parse(read_file(in_project("/conf/grafana-dashboard.json")));
  std::vector<std::string> queries;
  for (const Json& panel : dashboard["panels"]) {
    for (const Json& target : panel.value("targets", Json::array())) {
      std::string query = target["expr"].get<std::string>();
      query = replaced(replaced(query, "$job", "session-gateway"), "$instance", ".+");
      queries.push_back(replaced(query, "$__rate_interval", "5m"));
    }
  }
  return queries;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(prometheus)

BOOST_AUTO_TEST_CASE(prometheus_scrapes_the_gateway_and_answers_the_dashboard_and_evaluates_the_alerts) {
  const Monitored site(Target::gateway);
  const std::string cookie = site.gateway().log_in(R"({"user":"alice"})");
  Peer peer = site.gateway().unix_peer();
  for (int i = 0; i < 5; ++i) {
    const auto check = request(1, asking("auth", "GET", {{"HTTP_COOKIE", "session=" + cookie}}));
    BOOST_TEST(peer.ask(check).status == 204);
  }
  const auto counted = [&] {
    const Json found =
        site.query(R"(session_gateway_requests_total{endpoint="auth",outcome="ok",job="session-gateway"})");
    return found["data"]["result"].size() == 1 && found["data"]["result"][0]["value"][1] == "5";
  };
  wait_until("Prometheus to know of five checks", counted);
  const std::size_t so_far = site.scrapes();
  wait_until("two more scrapes", [&] { return site.scrapes() >= so_far + 2; });

  const std::vector<std::string> queries = dashboard_queries();
  BOOST_TEST(queries.size() > 30U);
  std::size_t with_data = 0;
  for (const std::string& query : queries) {
    const Json answer = site.query(query);
    BOOST_TEST(answer["status"] == "success", query << ": " << answer.dump());
    with_data += answer["data"]["result"].empty() ? 0 : 1;
  }
  BOOST_TEST(with_data > queries.size() / 2);  // those of Redis have none, nor do refusals that never came

  Json rules;
  wait_until("the alerts to be evaluated", [&] {
    rules = site.api("rules")["data"]["groups"][0]["rules"];
    return rules.back()["health"] != "unknown";
  });
  for (const Json& rule : rules) {
    BOOST_TEST(rule["health"] == "ok", rule.dump());
    BOOST_TEST(rule["state"] == "inactive", rule["name"] << " fires though all is well");
  }
}

BOOST_AUTO_TEST_CASE(prometheus_scrapes_through_nginx_too) {
  const Monitored site(Target::nginx);
  wait_until("two scrapes", [&] { return site.scrapes() >= 2; });
  BOOST_TEST(!site.query("session_gateway_connections")["data"]["result"].empty());
}

BOOST_AUTO_TEST_CASE(promtool_finds_no_fault_with_the_alert_rules) {
  const TempDir dir;
  Process promtool({"promtool", "check", "rules", in_project("/conf/prometheus-alerts.yaml")}, dir / "log");
  BOOST_TEST(promtool.wait() == 0, read_file(dir / "log"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
