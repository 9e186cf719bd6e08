// The real lighttpd asks in the role of an authorizer, and takes an answer without a status for a yes. So it
// takes END_REQUEST without output, whatever it says. Whatever its configuration says, nobody gets in without
// a session. With the configuration of the page it is run in fronts_lighttpd_test.

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

using gateway::test::begin;
using gateway::test::Peer;
using gateway::test::WireGateway;

constexpr const char* kLighttpd = R"(server.document-root = "@DIR@/www"
server.bind = "@DIR@/http.sock"
server.errorlog = "@DIR@/lighttpd.log"
server.upload-dirs = ("@DIR@")
server.modules = ("mod_setenv", "mod_fastcgi")
mimetype.assign = ("" => "text/plain")
$HTTP["url"] =~ "^/auth/" { setenv.add-environment = ("GATEWAY_ENDPOINT" => "auth", "GATEWAY_REQUIRE" => "login") }
$HTTP["url"] =~ "^/health/" { setenv.add-environment = ("GATEWAY_ENDPOINT" => "health") }
$HTTP["url"] =~ "^/commit/" { setenv.add-environment = ("GATEWAY_ENDPOINT" => "commit", "SESSION_SET" => "user=root") }
$HTTP["url"] !~ "^/open/" {
  fastcgi.server = ("/" => ((
    "mode" => "authorizer", "socket" => "@GATEWAY@", "docroot" => "@DIR@/www", "check-local" => "disable")))
}
)";
const std::string kContent = "what the file contains";
// Of a check, of endpoints that answer 200 to everybody, and without any endpoint.
const std::vector<std::string> kProtected = {"/auth/", "/health/", "/commit/", "/nothing/"};

// A lighttpd that serves one file in each place, and asks at that socket for all places but /open/.
struct Lighttpd {
  explicit Lighttpd(const std::string& gateway) {
    for (const char* place : {"/open/", "/auth/", "/health/", "/commit/", "/nothing/"}) {
      std::filesystem::create_directories(dir / "www" + place);
      write_file(dir / "www" + place + "file", kContent);
    }
    write_file(dir / "lighttpd.conf",
               replaced(replaced(kLighttpd, "@DIR@", dir.path()), "@GATEWAY@", gateway));
    process = std::make_unique<Process>(
        std::vector<std::string>{lighttpd_binary(), "-D", "-f", dir / "lighttpd.conf"}, dir / "start.log");
    wait_until("lighttpd to listen", [this] { return accepts_unix(dir / "http.sock"); });
  }
  ~Lighttpd() {
    if (!test_has_failed()) return;
    for (const char* name : {"start", "lighttpd"})
      BOOST_TEST_MESSAGE("--- " << name << ".log\n" << read_file(dir / (std::string(name) + ".log")));
  }

  [[nodiscard]] Client client() const { return Client({"http://gateway.test", dir / "http.sock", ""}); }
  void lets_nobody_in(const HeaderLines& headers) const {
    for (const std::string& place : kProtected) {
      for (const Reply& reply :
           {client().get(place + "file", headers), client().head(place + "file", headers),
            client().post(place + "file", "a body", headers), client().get(place + "file?a=b", headers)}) {
        BOOST_TEST(reply.status >= 400, place << ": " << reply.status);
        BOOST_TEST(reply.body.find(kContent) == std::string::npos, place);
      }
    }
  }

  TempDir dir;
  std::unique_ptr<Process> process;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(lighttpd)

BOOST_AUTO_TEST_CASE(an_authorizer_is_never_answered_with_a_yes_without_a_session) {
  const WireGateway gateway;
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  Relay relay(gateway.dir() / "relay.sock", gateway.socket_file());
  const Lighttpd site(gateway.dir() / "relay.sock");
  BOOST_TEST(site.client().get("/open/file").body == kContent);
  site.lets_nobody_in({});
  site.lets_nobody_in({"Cookie: session=forged"});
  site.lets_nobody_in({"Cookie: session=" + cookie.substr(0, cookie.size() - 1)});
  site.lets_nobody_in({"X-Auth-Request-User: root", "Gateway-Endpoint: health"});
  // lighttpd has asked in this role for each request.
  BOOST_TEST(relay.connections() == 4 * kProtected.size() * 4);
  BOOST_TEST(relay.seen().find(begin(1, false, 2)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_has_no_room_or_is_gone_answers_no_yes_either) {
  WireGateway gateway({"limits: { connections: 1, request_deadline: 10m }\nworkers: 1\n"});
  const Lighttpd site(gateway.socket_file());
  {
    Peer busy = gateway.unix_peer();
    BOOST_TEST(busy.ask(gateway::test::health()).status == 200);
    busy.send(begin(1));
    site.lets_nobody_in({});
  }
  gateway.signal(SIGTERM);
  BOOST_TEST(gateway.wait() == 0);
  site.lets_nobody_in({});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
