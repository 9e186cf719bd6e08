// What `session-gateway lint` warns of is really open in nginx, what it asks to write instead closes it, and
// nginx reads the same files in the same order.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "gateway/nginx/syntax/includes.h"
#include "tests/support/e2e/linted.h"

namespace session::test {
namespace {

// The files that directives stand in, each once, in the order in which they come by.
void add_files(const std::vector<gateway::Directive>& directives, std::vector<std::string>& to) {
  for (const gateway::Directive& directive : directives) {
    if (std::find(to.begin(), to.end(), directive.place.file) == to.end()) to.push_back(directive.place.file);
    add_files(directive.children, to);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_and_nginx)

BOOST_AUTO_TEST_CASE(return_beside_the_check_is_open_and_told) {
  Linted bad(kServer + "location /a/ {\ninclude @CONF@/session-gateway-protect.conf;\nreturn 200 secret;\n}");
  const CannedGateway gateway(bad.dir / "gateway.sock", kRefuses);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(bad.says("site.conf:4: danger: return runs before the check of location /a/"), bad.said);
  BOOST_TEST(bad.start().get("/a/").body == "secret");
  BOOST_TEST(gateway.connections() == 0);

  Linted mended(kServer +
                "location /a/ {\ninclude @CONF@/session-gateway-protect.conf;\nproxy_pass http://app;\n}");
  const CannedGateway other(mended.dir / "gateway.sock", kRefuses);
  BOOST_TEST(mended.lint() == 0, mended.said);
  BOOST_TEST(mended.start().get("/a/").status == 303);
  BOOST_TEST(mended.application.requests() == 0);
}

BOOST_AUTO_TEST_CASE(an_identity_header_that_is_not_set_is_the_clients_and_told) {
  const std::string open =
      "location /a/ {\ninclude @CONF@/session-gateway-protect.conf;\nproxy_pass http://app;\n";
  Linted bad(kServer + open +
             "location /a/in/ {\ninclude @CONF@/session-gateway-protect.conf;\nproxy_pass http://app; }}\n" +
             "location / { proxy_set_header X-Other 1; proxy_pass http://app; }");
  const CannedGateway gateway(bad.dir / "gateway.sock", kPasses);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(bad.says("site.conf:8: danger: location /: X-Auth-Request-User, X-Auth-Request-Email and "
                      "X-Auth-Request-Groups are "
                      "not set in this open place"),
             bad.said);
  BOOST_TEST(!bad.says("location /a/"), bad.said);
  Client client = bad.start();
  BOOST_TEST(client.get("/", kForged).json()["headers"]["x-auth-request-user"] == Json::array({"eve"}));
  BOOST_TEST(client.get("/a/in/", kForged).json()["headers"]["x-auth-request-user"] ==
             Json::array({"alice"}));

  Linted mended(kServer + open +
                "}\nlocation / { include @CONF@/session-gateway-public.conf; proxy_pass http://app; }");
  const CannedGateway other(mended.dir / "gateway.sock", kPasses);
  BOOST_TEST(mended.lint() == 0, mended.said);
  BOOST_TEST(!mended.start().get("/", kForged).json()["headers"].contains("x-auth-request-user"));
}

BOOST_AUTO_TEST_CASE(a_protected_location_by_hand_without_the_headers_is_open_to_forgers_and_told) {
  Linted bad(kServer +
             "location /a/ {\nauth_request /_session/auth;\nset $session_not_included \"\";\nproxy_pass "
             "http://app;\n}" +
             kOther);
  const CannedGateway gateway(bad.dir / "gateway.sock", kPasses);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(
      bad.says("site.conf:2: danger: location /a/: X-Auth-Request-User, X-Auth-Request-Email and "
               "X-Auth-Request-Groups are not set"));
  BOOST_TEST(bad.start().get("/a/", kForged).json()["headers"]["x-auth-request-user"] ==
             Json::array({"eve"}));
}

BOOST_AUTO_TEST_CASE(an_error_page_that_makes_outages_a_success_lets_everybody_in_and_is_told) {
  const auto site = [](const std::string& shield) {
    return "error_page 502 =200 /sorry;\nlocation = /sorry { auth_request off; return 200 sorry; }\n" +
           kServer +
           "location = /auth { internal; fastcgi_pass session_gateway; fastcgi_param GATEWAY_ENDPOINT "
           "auth; " +
           shield + " }\nlocation /a/ { auth_request /auth; proxy_pass http://app; }" + kOther;
  };
  Linted bad(site(""));  // nobody answers at gateway.sock
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(bad.says(
      "site.conf:1: danger: this error page makes a success of a check that fails in location = /auth"));
  BOOST_TEST(bad.start().get("/a/").status == 200);
  BOOST_TEST(bad.application.requests() == 1);

  Linted mended(site("error_page 418 @session_outage; fastcgi_intercept_errors off;"));
  BOOST_TEST(mended.lint() == 1);
  BOOST_TEST(!mended.says("this error page"), mended.said);
  BOOST_TEST(mended.start().get("/a/").status == 500);
  BOOST_TEST(mended.application.requests() == 0);
}

BOOST_AUTO_TEST_CASE(a_check_that_an_application_answers_lets_everybody_in_and_is_told) {
  Linted bad(
      "location / {\ninclude @CONF@/session-gateway-public.conf; proxy_pass http://app; }\n"
      "location /a/ {\nauth_request /check; proxy_pass http://app; }" +
      kOther);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(bad.start().get("/a/").status == 200);
  BOOST_TEST(bad.says("site.conf:4: danger: auth_request /check is answered by location /, an application"),
             bad.said);
}

BOOST_AUTO_TEST_CASE(try_files_leads_to_an_open_program_and_is_told) {
  Linted bad(
      kServer +
      "location / { include @CONF@/session-gateway-protect.conf; root @DIR@;\ntry_files $uri /app.php; }\n"
      "location ~ \\.php$ { include @CONF@/session-gateway-public.conf; proxy_pass http://app; }");
  const CannedGateway gateway(bad.dir / "gateway.sock", kRefuses);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(
      bad.says(
          "site.conf:3: danger: try_files leads to location ~ \\.php$ (site.conf:4), which has no check"),
      bad.said);
  Client client = bad.start();
  BOOST_TEST(client.get("/page").status == 303);
  BOOST_TEST(client.get("/app.php").status == 200);
}

// The gateway says who has rule `admin`; this one refuses whoever is asked for it.
BOOST_AUTO_TEST_CASE(an_if_that_empties_what_is_required_is_open_and_told) {
  const auto site = [](const std::string& line) {
    return kServer +
           "location /a/ {\nset $session_require admin;\ninclude @CONF@/session-gateway-protect.conf;\n" +
           line + "\nproxy_pass http://app; }";
  };
  Linted bad(site("if ($http_x_debug) { set $session_require ''; }"));
  CannedGateway gateway(bad.dir / "gateway.sock", kPasses);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(
      bad.says("site.conf:5: danger: if ($http_x_debug) changes what the check requires: $session_require "
               "is empty then, and $http_x_debug is what the client says"),
      bad.said);
  Client client = bad.start();
  const auto required = [&] { return gateway.params().find("GATEWAY_REQUIRE")->second; };
  BOOST_TEST(client.get("/a/").status == 200);
  BOOST_TEST(required() == ",login,admin");
  BOOST_TEST(client.get("/a/", {"X-Debug: 1"}).status == 200);
  BOOST_TEST(required() == ",login,");

  Linted mended(site(""));
  CannedGateway other(mended.dir / "gateway.sock", kPasses);
  BOOST_TEST(mended.lint() == 0, mended.said);
  BOOST_TEST(mended.start().get("/a/", {"X-Debug: 1"}).status == 200);
  BOOST_TEST(other.params().find("GATEWAY_REQUIRE")->second == ",login,admin");
}

BOOST_AUTO_TEST_CASE(a_header_that_auth_request_set_takes_from_the_client_is_the_clients_and_told) {
  const auto site = [](const std::string& source) {
    return kServer +
           "location /a/ {\ninclude @CONF@/session-gateway-protect.conf;\nauth_request_set $session_user " +
           source + ";\nproxy_pass http://app; }";
  };
  Linted bad(site("$http_x_auth_request_user"));
  const CannedGateway gateway(bad.dir / "gateway.sock", kPasses);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(
      bad.says("danger: X-Auth-Request-User is set to what the client says ($session_user): anybody can be "
               "anybody"),
      bad.said);
  BOOST_TEST(bad.start().get("/a/", kForged).json()["headers"]["x-auth-request-user"] ==
             Json::array({"eve"}));

  Linted mended(site("$upstream_http_x_auth_request_user"));
  const CannedGateway other(mended.dir / "gateway.sock", kPasses);
  BOOST_TEST(mended.lint() == 0, mended.said);
  BOOST_TEST(mended.start().get("/a/", kForged).json()["headers"]["x-auth-request-user"] ==
             Json::array({"alice"}));
}

BOOST_AUTO_TEST_CASE(a_part_of_an_open_page_runs_no_check_and_is_told) {
  const auto site = [](const std::string& ssi) {
    return kServer + "location / { include @CONF@/session-gateway-public.conf; proxy_pass http://app;\n" +
           ssi + " }" + kOther;
  };
  const auto answer = [](const AppRequest& request) {
    const std::string body = request.target == "/page" ? "<!--#include virtual='/other/x' -->" : "treasure";
    return "200 OK\r\nContent-Type: text/html\r\n\r\n" + body;
  };
  Linted bad(site("ssi on;"));
  const CannedGateway gateway(bad.dir / "gateway.sock", kRefuses);
  bad.application.answers(answer);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(bad.says("site.conf:3: danger: ssi: pages of location / can include protected ones"), bad.said);
  BOOST_TEST(bad.start().get("/page").body == "treasure");

  Linted mended(site("ssi off;"));
  mended.application.answers(answer);
  BOOST_TEST(mended.lint() == 0, mended.said);
  BOOST_TEST(mended.start().get("/page").body.find("treasure") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_pattern_takes_files_away_from_a_protected_place_and_is_told) {
  const auto site = [](const std::string& name) {
    return "root @DIR@;\n" + kServer + "location " + name +
           " { include @CONF@/session-gateway-protect.conf; }\nlocation ~* \\.(pdf|jpg)$ { expires 1d; }";
  };
  const auto write_secret = [](const Linted& linted) {
    std::filesystem::create_directory(linted.dir / "private");
    write_file(linted.dir / "private/x.pdf", "secret");
    write_file(linted.dir / "private/x.txt", "secret");
  };
  Linted bad(site("/private/"));
  const CannedGateway gateway(bad.dir / "gateway.sock", kRefuses);
  write_secret(bad);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(
      bad.says("site.conf:4: danger: location ~* \\.(pdf|jpg)$ has no check, and takes what it matches away "
               "from location /private/ (site.conf:3), which has one: it serves the same files"),
      bad.said);
  Client client = bad.start();
  BOOST_TEST(client.get("/private/x.txt").status == 303);
  BOOST_TEST(client.get("/private/x.pdf").body == "secret");

  Linted mended(site("^~ /private/"));
  const CannedGateway other(mended.dir / "gateway.sock", kRefuses);
  write_secret(mended);
  BOOST_TEST(mended.lint() == 0, mended.said);
  BOOST_TEST(mended.start().get("/private/x.pdf").status == 303);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(lint_command)

BOOST_AUTO_TEST_CASE(the_exit_status_is_1_for_findings_and_for_what_cannot_be_read) {
  Linted site(kServer +
              "location /a/ { include @CONF@/session-gateway-protect.conf; proxy_pass http://app; }");
  BOOST_TEST(site.lint() == 0);
  BOOST_TEST(site.said == "");
  write_file(site.dir / "gateway.yaml", "identity: { headers: { X-Remote-User: /user } }\n");
  BOOST_TEST(site.lint({"--config", site.dir / "gateway.yaml"}) == 1);
  BOOST_TEST(
      site.said ==
      "site.conf:2: danger: location /a/: X-Remote-User is not set: the client's own reaches the "
      "application [identity-header]\n"
      "    write: auth_request_set $session_x_remote_user $upstream_http_x_remote_user; proxy_set_header "
      "X-Remote-User $session_x_remote_user;\n");
  BOOST_TEST(site.lint({"--format", "json", "--config", site.dir / "gateway.yaml"}) == 1);
  const Json told = Json::parse(site.said);
  BOOST_REQUIRE(told["findings"].size() == 1U);
  BOOST_TEST(told["findings"][0]["rule"] == "identity-header");
  BOOST_TEST(told["findings"][0]["severity"] == "danger");
  BOOST_TEST(told["findings"][0]["file"] == "site.conf");
  BOOST_TEST(told["findings"][0]["line"] == 2);
  BOOST_TEST(!told["findings"][0]["text"].get<std::string>().empty());
  BOOST_TEST(!told["findings"][0]["write"].get<std::string>().empty());
  BOOST_TEST(site.lint({"--format", "json", "--config", site.dir / "defaults.yaml"}) == 0);
  BOOST_TEST(Json::parse(site.said) == Json::parse(R"({"findings":[]})"));
  write_file(site.dir / "site.conf", "location / {\n");
  BOOST_TEST(site.lint() == 1);
  BOOST_TEST(site.said == "site.conf:1: the { that opens here has no }\n");
  write_file(site.dir / "nginx.conf", "server {}\n");
  BOOST_TEST(site.lint() == 1);
  BOOST_TEST(site.said == "nginx.conf: has no http block: give nginx's main configuration file\n");
  BOOST_TEST(site.lint({"--config", site.dir / "none.yaml"}) == 1);
  BOOST_TEST(site.said == "none.yaml: can't be read: No such file or directory\n");
}

// Whether the file is there depends on the machine; that it is looked for does not.
BOOST_AUTO_TEST_CASE(without_a_configuration_it_says_which_one_it_read) {
  Linted site(kServer +
              "location /a/ { include @CONF@/session-gateway-protect.conf; proxy_pass http://app; }");
  site.run({});
  BOOST_TEST(site.said.starts_with("configuration: "), site.said);
  BOOST_TEST(site.says("/etc/session-gateway/gateway.yaml"), site.said);
}

// nginx -T lists the files in the order in which it reads them; each of these has a directive.
BOOST_AUTO_TEST_CASE(includes_are_those_that_nginx_reads_in_its_order) {
  const Linted site(
      "include @DIR@/absolute.conf;\ninclude parts/*.conf;\ninclude none/*.conf;\ninclude parts/[ab].txt;\n" +
      kOther + kServer);
  std::filesystem::create_directory(site.dir / "parts");
  write_file(site.dir / "absolute.conf", "root /srv;\ninclude relative.conf;\n");
  write_file(site.dir / "relative.conf", "location /relative { include deeper.conf; }\n");
  write_file(site.dir / "deeper.conf", "internal;\n");
  for (const char* name :
       {"relative.conf", "b.conf", "B.conf", "_.conf", "a-1.conf", "a.conf", ".c.conf", "a.txt", "c.txt"})
    write_file(site.dir / ("parts/" + std::string(name)),
               "location /" + std::string(name) + " { internal; }\n");
  std::vector<std::string> command = nginx_command(site.dir);
  command.insert(command.end(), {"-T", "-q"});
  BOOST_TEST_REQUIRE(Process(command, site.dir / "dump.log").wait() == 0);
  std::vector<std::string> read_by_nginx;
  std::istringstream dump(read_file(site.dir / "dump.log"));
  const std::string head = "# configuration file ";
  for (std::string line; std::getline(dump, line);) {
    if (line.starts_with(head))
      read_by_nginx.push_back(line.substr(head.size(), line.size() - head.size() - 1));
  }
  const auto read = gateway::load_nginx(site.dir / "nginx.conf");
  BOOST_TEST_REQUIRE(read.has_value());
  // site.conf's first directive of its own comes behind what it includes first.
  std::vector<std::string> files;
  add_files(*read, files);
  std::erase(files, site.dir / "site.conf");
  std::erase(read_by_nginx, site.dir / "site.conf");
  BOOST_TEST(files.size() > 10u);
  BOOST_TEST(files == read_by_nginx, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
