#include "gateway/app/nginx_commands.h"

#include <iostream>
#include <sstream>

#include "tests/support/linting.h"
#include "tests/support/printed.h"

using namespace session::gateway;
using session::test::Printed;

namespace {

struct Said {
  int status;
  std::string out, err;
};

template <typename Command>
Said run(const Command& command) {
  const Printed out(std::cout), err(std::cerr);
  const int status = command();
  return {status, out.text(), err.text()};
}

// A site that is right for the default identity headers, and a configuration that has another one.
struct LintedSite {
  LintedSite() {
    files.write(
        "nginx.conf",
        "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
        "server { listen 443 ssl; location = /login { root /srv; } include session-gateway-server.conf;\n"
        "location / { include session-gateway-protect.conf; proxy_pass http://127.0.0.1:3000; } } }\n");
  }
  [[nodiscard]] ConfigChoice choice() const { return choose_config(std::nullopt, usual); }
  [[nodiscard]] Said lint() const {
    return run([&] { return lint_nginx(files.path / "nginx.conf", choice(), false); });
  }

  NginxFiles files;
  std::string usual = files.path / "gateway.yaml";
};

}  // namespace

BOOST_AUTO_TEST_SUITE(nginx_commands)

BOOST_AUTO_TEST_CASE(lint_reads_the_usual_configuration_and_says_so) {
  const LintedSite site;
  const Said without = site.lint();
  BOOST_TEST(without.status == 0);
  BOOST_TEST(without.out == "");
  BOOST_TEST(without.err ==
             "configuration: the defaults, as there is no --config and no " + site.usual + "\n");

  site.files.write("gateway.yaml", "identity: { headers: { X-Remote-User: /user } }\n");
  const Said with = site.lint();
  BOOST_TEST(with.status == 1);
  BOOST_TEST(with.out.find("nginx.conf:3: danger: location /: X-Remote-User is not set") != std::string::npos,
             with.out);
  BOOST_TEST(with.err == "configuration: " + site.usual + "\n");
}

BOOST_AUTO_TEST_CASE(lint_does_without_no_configuration_that_is_wrong) {
  const LintedSite site;
  site.files.write("gateway.yaml", "wrkers: 2\n");
  const Said said = site.lint();
  BOOST_TEST(said.status == 1);
  BOOST_TEST(said.out == "");
  BOOST_TEST(said.err.starts_with("configuration: " + site.usual + "\n" + site.usual + ":1: wrkers: "),
             said.err);
}

BOOST_AUTO_TEST_CASE(nginxs_files_are_made_for_the_usual_configuration_too) {
  const LintedSite site;
  const auto print = [&] { return run([&] { return print_nginx(site.choice(), std::nullopt, false); }); };
  BOOST_TEST(print().out.find("proxy_set_header X-Auth-Request-User") != std::string::npos);
  site.files.write("gateway.yaml", "identity: { headers: { X-Remote-User: /user } }\n");
  const Said said = print();
  BOOST_TEST(said.status == 0);
  BOOST_TEST(said.out.find("proxy_set_header X-Remote-User") != std::string::npos);
  BOOST_TEST(said.out.find("proxy_set_header X-Auth-Request-User") == std::string::npos);
  BOOST_TEST(said.err == "configuration: " + site.usual + "\n");
}

BOOST_AUTO_TEST_SUITE_END()
