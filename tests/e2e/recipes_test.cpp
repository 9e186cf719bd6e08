// Recipes of docs/recipes.md, word for word, with the real nginx and the real gateway: what the application
// and the access log learn of the user. One ready-made application is real, too: TiddlyWiki, which npm has.
// Grafana and Gitea are stood for by an application that shows what it receives.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/doc_block.h"
#include "tests/support/e2e/fronts.h"
#include "tests/support/e2e/node.h"
#include "tests/support/e2e/support.h"
#include "tests/support/places.h"

namespace session::test {
namespace {

constexpr const char* kPage = "docs/recipes.md";
const std::string kHeaders = "Applications that take the user from a header";

// The indented block below a heading of the page that has this text in it.
std::string indented(const std::string& heading, const std::string& text) {
  const std::string page = read_file(source_root() + "/" + kPage);
  const auto begin = page.find("# " + heading + "\n");
  if (begin == std::string::npos) throw std::runtime_error("recipes.md has no " + heading);
  std::string block;
  for (auto at = page.find('\n', begin) + 1; at < page.size() && page[at] != '#';) {
    const auto end = page.find('\n', at);
    const std::string line = page.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("    ")) {
      block += line.substr(4) + "\n";
    } else if (block.find(text) != std::string::npos) {
      return block;
    } else {
      block.clear();
    }
  }
  if (block.find(text) != std::string::npos) return block;
  throw std::runtime_error("recipes.md has no " + text + " below " + heading);
}

constexpr const char* kGateway = R"(listen: [{ unix: @DIR@/gateway.sock }]
cookie: { name: session, secure: false }
salt: { value: "salt of the end-to-end tests" }
keys: [{ id: k1, value: 'the first key of the end-to-end tests' }]
)";

constexpr const char* kHttp = R"(
    include session-gateway-upstream.conf;
    include session-gateway-http.conf;
    server {
        listen unix:@DIR@/http.sock;
        include session-gateway-server.conf;
@LINES@
        location = /test/login {
            fastcgi_param GATEWAY_ALLOW set:user,set:email;
            include session-gateway-session.conf;
        }
    }
)";

// A site with these lines in its server, for a gateway with these lines in its configuration.
struct Recipe {
  explicit Recipe(const std::string& lines, const std::string& configuration = "") {
    write_file(dir / "gateway.yaml", replaced(kGateway, "@DIR@", dir.path()) + configuration);
    write_file(dir / "nginx.conf", nginx_conf(dir, replaced(replaced(kHttp, "@LINES@", lines),
                                                            "http://127.0.0.1:3000", "http://app")));
    Process files({gateway_binary(), "nginx", "--config", dir / "gateway.yaml", "--output", dir.path()},
                  dir / "command.log");
    BOOST_TEST_REQUIRE(files.wait() == 0);
    gateway = std::make_unique<Process>(
        std::vector<std::string>{gateway_binary(), "serve", "--config", dir / "gateway.yaml"},
        dir / "gateway.log");
    wait_until("the gateway to listen", [this] { return accepts_unix(dir / "gateway.sock"); });
  }
  ~Recipe() {
    if (!test_has_failed()) return;
    for (const char* name : {"command", "gateway", "nginx", "wiki"})
      BOOST_TEST_MESSAGE("--- " << name << ".log\n" << read_file(dir / (std::string(name) + ".log")));
  }

  // Starts nginx, before an application at this address.
  Client start(const std::string& application) {
    write_file(dir / "nginx.conf", replaced(read_file(dir / "nginx.conf"), "http {\n",
                                            "http {\nupstream app { server " + application + "; }\n"));
    nginx = std::make_unique<Process>(nginx_command(dir), dir / "nginx.log");
    wait_until("nginx to listen", [this] { return accepts_unix(dir / "http.sock"); });
    return client();
  }
  [[nodiscard]] Client client() const { return Client({"http://gateway.test", dir / "http.sock", ""}); }

  TempDir dir;
  std::unique_ptr<Process> gateway;
  std::unique_ptr<Process> nginx;
};

// A client that has logged in.
Client user(const Recipe& site, const std::string& attributes) {
  Client client = site.client();
  client.keep_cookies();
  BOOST_TEST_REQUIRE(client.post("/test/login", R"({"set":)" + attributes + "}").status == 200);
  return client;
}

// What an application that shows its requests got under any spelling of this name.
Json received(const Reply& reply, const std::string& header) {
  BOOST_TEST_REQUIRE(reply.status == 200, reply.body);
  const Json request = reply.json();
  Json values = Json::array();
  for (const std::string& spelling : spellings(lower(header))) {
    if (!request["headers"].contains(spelling)) continue;
    for (const Json& value : request["headers"][spelling]) values.push_back(value);
  }
  return values;
}

// That the application gets who the user is, in the words of the page, and never what a client says.
void check_who_is_told(const std::string& name, const std::string& path) {
  Recipe site(indented(name, "location"), indented(kHeaders, "identity:"));
  Application application(site.dir / "application.sock");
  Client stranger = site.start("unix:" + (site.dir / "application.sock"));
  Client alice = user(site, R"({"user":"alice","email":"alice@example.org"})");
  const Reply own = alice.get(path);
  BOOST_TEST(received(own, "X-WEBAUTH-USER") == Json::array({"alice"}));
  BOOST_TEST(received(own, "X-WEBAUTH-EMAIL") == Json::array({"alice@example.org"}));
  for (const std::string& spelling : spellings("X-WEBAUTH-USER")) {
    const HeaderLines forged = {spelling + ": admin", lower(spelling) + ": admin"};
    BOOST_TEST(received(alice.get(path, forged), "X-WEBAUTH-USER") == Json::array({"alice"}), spelling);
    const unsigned before = application.requests();
    BOOST_TEST(stranger.get(path, forged).status == 303, spelling);
    BOOST_TEST(application.requests() == before, spelling);
  }
  Client without_address = user(site, R"({"user":"bob"})");
  BOOST_TEST(received(without_address.get(path, {"X-WEBAUTH-EMAIL: admin@example.org"}), "X-WEBAUTH-EMAIL") ==
             Json::array());
}

// The last lines of the access log, without address and time.
std::vector<std::string> logged(const std::string& file, std::size_t count) {
  std::vector<std::string> lines;
  wait_until(std::to_string(count) + " lines in the access log", [&] {
    lines.clear();
    const std::string text = read_file(file);
    for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
      lines.push_back(text.substr(at, end - at));
    return lines.size() >= count;
  });
  return lines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recipes)

BOOST_AUTO_TEST_CASE(grafana_s_lines_tell_the_application_who_the_user_is_and_no_client_can) {
  check_who_is_told("Grafana", "/d/board");
}

BOOST_AUTO_TEST_CASE(gitea_s_lines_tell_the_application_who_the_user_is_and_no_client_can) {
  check_who_is_told("Gitea", "/alice/project");
}

BOOST_AUTO_TEST_CASE(the_open_addresses_of_gitea_s_lines_tell_of_nobody) {
  Recipe site(indented("Gitea", "location"), indented(kHeaders, "identity:"));
  const Application application(site.dir / "application.sock");
  Client stranger = site.start("unix:" + (site.dir / "application.sock"));
  Client alice = user(site, R"({"user":"alice"})");
  for (const char* path : {"/api/v1/user", "/alice/project/info/refs?service=git-upload-pack",
                           "/alice/project/git-receive-pack", "/alice/project/info/lfs/objects/batch"}) {
    for (const std::string& spelling : spellings("X-WEBAUTH-USER")) {
      for (Client* client : {&stranger, &alice})
        BOOST_TEST(received(client->get(path, {spelling + ": admin"}), "X-WEBAUTH-USER") == Json::array(),
                   path);
    }
  }
}

BOOST_AUTO_TEST_CASE(tiddlywiki_takes_the_user_from_the_gateway_and_from_no_client) {
  Recipe site(indented("TiddlyWiki", "location"), indented(kHeaders, "identity:"));
  const int port = free_port();
  const std::string programs = packages_of("wiki") + "/.bin";
  // The shell becomes the program, so that the end of one is the end of the other.
  const std::string commands =
      with(with(doc_block(kPage, "sh", "tiddlywiki"), "port=3000", "port=" + std::to_string(port)),
           "tiddlywiki wiki --listen", "exec tiddlywiki wiki --listen");
  Process wiki({"sh", "-ec", "PATH='" + programs + "':$PATH; cd '" + site.dir.path() + "'; " + commands},
               site.dir / "wiki.log");
  wait_until("the wiki to listen", [&] {
    BOOST_REQUIRE(!wiki.exit_status());
    return accepts_tcp(port);
  });
  Client stranger = site.start("127.0.0.1:" + std::to_string(port));
  const HeaderLines forged = {"X-WEBAUTH-USER: admin", "Sec-Fetch-Mode: cors"};
  BOOST_TEST(stranger.get("/status", forged).status == 401);
  BOOST_TEST(stranger.get("/", {"X-WEBAUTH-USER: admin"}).status == 303);
  // It decodes the name by itself.
  Client user_of_wiki = user(site, R"({"user":"J\u00fcrgen"})");
  for (const HeaderLines& lines : {HeaderLines{}, forged}) {
    const Json status = user_of_wiki.get("/status", lines).json();
    BOOST_TEST(status["username"] == "J\xC3\xBCrgen");
    BOOST_TEST(status["anonymous"] == false);
  }
  BOOST_TEST(user_of_wiki.get("/").status == 200);
  // Without nginx it believes everybody: so it listens on 127.0.0.1.
  Client around({"http://127.0.0.1:" + std::to_string(port), "", ""});
  BOOST_TEST(around.get("/status", forged).json()["username"] == "admin");
}

BOOST_AUTO_TEST_CASE(the_access_log_has_the_user_and_nobody_forges_a_line) {
  const std::string log_lines = indented("The user in the access log", "log_format");
  Recipe site(
      "location /in/ { include session-gateway-protect.conf; proxy_pass http://app; }\n"
      "location / { include session-gateway-public.conf; proxy_pass http://app; }\n");
  const Application application(site.dir / "application.sock");
  const std::string file = site.dir / "access.log";
  write_file(site.dir / "nginx.conf", with(read_file(site.dir / "nginx.conf"), "access_log off;\n",
                                           with(log_lines, "/var/log/nginx/access.log", file)));
  Client stranger = site.start("unix:" + (site.dir / "application.sock"));
  Client alice = user(site, R"({"user":"alice"})");
  Client quoted = user(site, R"({"user":"a\" \"b"})");
  const std::vector<std::pair<Client*, std::string>> asked = {
      {&alice, "/in/1"}, {&quoted, "/in/2"}, {&stranger, "/in/3"}, {&alice, "/4"}};
  for (const auto& [client, path] : asked) client->get(path, {"X-Auth-Request-User: eve"});
  std::vector<std::string> lines = logged(file, asked.size() + 2);
  lines.erase(
      std::remove_if(lines.begin(), lines.end(),
                     [](const std::string& line) { return line.find("/test/login") != std::string::npos; }),
      lines.end());
  const std::vector<std::string> users = {R"( - "alice" [)", R"( - "a\x22 \x22b" [)", R"( - "" [)",
                                          R"( - "-" [)"};
  BOOST_TEST_REQUIRE(lines.size() == users.size());
  for (std::size_t i = 0; i < users.size(); ++i)
    BOOST_TEST(lines[i].find(users[i]) != std::string::npos, lines[i]);
}

BOOST_AUTO_TEST_CASE(a_protected_file_is_asked_for_before_each_use) {
  Recipe site(indented("Protected files and caches", "location"));
  std::filesystem::create_directory(site.dir / "files");
  write_file(site.dir / "files/a.txt", "secret");
  write_file(site.dir / "nginx.conf",
             with(read_file(site.dir / "nginx.conf"), "root /srv/site;", "root " + site.dir.path() + ";"));
  Client stranger = site.start("unix:" + (site.dir / "application.sock"));
  Client alice = user(site, R"({"user":"alice"})");
  const Reply first = alice.get("/files/a.txt");
  BOOST_TEST(first.body == "secret");
  BOOST_TEST(first.header("cache-control") == "private, no-cache");
  const HeaderLines kept = {"If-None-Match: " + first.header("etag"), "Accept: application/json"};
  BOOST_TEST(alice.get("/files/a.txt", kept).status == 304);
  const Reply refused = stranger.get("/files/a.txt", kept);
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(refused.header("cache-control") == "no-store");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
