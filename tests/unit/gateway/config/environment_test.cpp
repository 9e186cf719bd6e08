#include "gateway/config/environment.h"

#include <stdlib.h>

#include <fstream>
#include <sstream>
#include <string>

#include "gateway/config/listen_address.h"
#include "tests/support/loading.h"
#include "tests/support/places.h"

using namespace session;
using namespace session::gateway;

namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";

Settings settings_with(const std::string& text, const Environment& environment) {
  const auto loaded = load_text("gateway.yaml", text, environment);
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  return *loaded;
}

std::string problems_with(const std::string& text, const Environment& environment) {
  return problems(load_text("gateway.yaml", text, environment));
}

std::string listens(const std::string& text, const std::string& where) {
  const Settings read = settings_with(text, {{"SESSION_GATEWAY_LISTEN", where}});
  BOOST_REQUIRE(read.listen.size() == 1u);
  return listener_address(read.listen.front());
}

// A variable of this process, while this lives.
struct Variable {
  Variable(const char* n, const std::string& value) : name(n) { ::setenv(n, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  const char* name;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(environment)

BOOST_AUTO_TEST_CASE(the_gateway_listens_where_the_environment_says) {
  BOOST_TEST(listens("", "tcp:0.0.0.0:9000") == "tcp:0.0.0.0:9000");
  BOOST_TEST(listens("", "127.0.0.1:9000") == "tcp:127.0.0.1:9000");
  BOOST_TEST(listens("listen:\n", "/run/a.sock") == "unix:/run/a.sock");
  BOOST_TEST(listens("listen: [ { unix: /run/a.sock, mode: '0600' } ]", "tcp:127.0.0.1:9000") ==
             "tcp:127.0.0.1:9000");
  BOOST_TEST(listens("listen: [ { tcp: '127.0.0.1:9000' } ]", "unix:/run/a.sock") == "unix:/run/a.sock");
}

BOOST_AUTO_TEST_CASE(a_listener_that_moves_keeps_what_the_file_says_of_it) {
  const Settings read = settings_with(
      "listen: [ { unix: /run/a.sock, protocol: http, serves: [health], secret: { value: " + kSecret +
          " } } ]",
      {{"SESSION_GATEWAY_LISTEN", "127.0.0.1:9180"}});
  BOOST_TEST((protocol_of(read.listen.at(0)) == Protocol::http));
  BOOST_TEST(read.listen_secrets.at(0).at(0).reveal() == kSecret);
}

BOOST_AUTO_TEST_CASE(which_of_several_listeners_is_meant_is_not_guessed) {
  const std::string two = "listen: [ { unix: /run/a.sock }, { unix: /run/b.sock } ]\n";
  BOOST_TEST(problems_with(two, {{"SESSION_GATEWAY_LISTEN", "/run/c.sock"}}) ==
             "gateway.yaml: SESSION_GATEWAY_LISTEN: the file has 2 listeners: say it there\n");
}

BOOST_FIXTURE_TEST_CASE(secrets_come_from_files_that_the_environment_names, Directory) {
  write("nginx", kSecret + "n\n");
  write("k1", kSecret + "1\n");
  write("k2", kSecret + "2\n");
  write("salt", "pepper\n");
  const auto file = [&](const char* name) { return (path / name).string(); };
  const Settings read =
      settings_with("salt: { value: other }\nkeys: [ { id: k0, value: " + kSecret + " } ]\n",
                    {{"SESSION_GATEWAY_LISTEN", "127.0.0.1:9000"},
                     {"SESSION_GATEWAY_LISTEN_SECRET_FILE", file("nginx")},
                     {"SESSION_GATEWAY_KEY_FILES", "k2:" + file("k2") + ",k1:" + file("k1")},
                     {"SESSION_GATEWAY_SALT_FILE", file("salt")}});
  BOOST_TEST(read.listen_secrets.at(0).at(0).reveal() == kSecret + "n");
  BOOST_REQUIRE(read.keys.size() == 2u);
  BOOST_TEST(read.keys[0].id == "k2");
  BOOST_TEST(read.keys[1].secret.reveal() == kSecret + "1");
  BOOST_TEST(read.salt.reveal() == "pepper");
  BOOST_TEST(read.files.size() == 4u);
}

BOOST_FIXTURE_TEST_CASE(a_redis_of_the_environment_is_the_store_whatever_the_file_says, Directory) {
  write("password", "s3cret\n");
  const Settings read =
      settings_with("store: { type: memory, redis: { prefix: 'a:' } }\n",
                    {{"SESSION_GATEWAY_REDIS_URL", "redis://redis.internal:6380/2"},
                     {"SESSION_GATEWAY_REDIS_PASSWORD_FILE", (path / "password").string()}});
  BOOST_TEST((read.store_type == StoreType::redis));
  BOOST_TEST(read.redis.database == 2u);
  BOOST_TEST(read.redis.prefix == "a:");
  BOOST_TEST(read.redis.password().reveal() == "s3cret");
}

// It would be taken for a Sentinel, or for one of the cluster's servers.
BOOST_AUTO_TEST_CASE(one_redis_of_the_environment_does_not_stand_for_several_of_the_file) {
  const Environment one = {{"SESSION_GATEWAY_REDIS_URL", "redis://127.0.0.1"}};
  for (const std::string topology : {"sentinel", "cluster"}) {
    BOOST_TEST(problems_with("store:\n  redis: { topology: " + topology + " }\n", one)
                   .find("SESSION_GATEWAY_REDIS_URL: names one server, and store.redis.topology is " +
                         topology + " in the file: say its servers there\n") != std::string::npos);
  }
  BOOST_TEST(problems_with("store:\n  redis: { urls: [redis://127.0.0.2] }\n", one) != "");
  BOOST_TEST(problems_with("store:\n  redis: { topology: single }\n", one) == "");
}

BOOST_AUTO_TEST_CASE(how_much_is_logged_is_a_variable_too) {
  const Settings read = settings_with("log: { level: error }", {{"SESSION_GATEWAY_LOG_LEVEL", "debug"}});
  BOOST_TEST((read.log.level == LogLevel::debug));
}

BOOST_AUTO_TEST_CASE(the_operator_is_told_which_variables_set_what) {
  const auto lines = set_by({{"SESSION_GATEWAY_LISTEN", "/run/a.sock"},
                             {"SESSION_GATEWAY_REDIS_URL", "redis://redis"},
                             {"SESSION_GATEWAY_SECRET", kSecret},
                             {"HOME", "/root"}});
  const std::vector<std::string> expected = {"SESSION_GATEWAY_LISTEN sets listen[0].unix",
                                             "SESSION_GATEWAY_REDIS_URL sets store.type",
                                             "SESSION_GATEWAY_REDIS_URL sets store.redis.url"};
  BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_value_is_said_of_its_variable_and_quotes_no_secret) {
  BOOST_TEST(problems_with("", {{"SESSION_GATEWAY_LISTEN", "localhost:9000"}}) ==
             "gateway.yaml: SESSION_GATEWAY_LISTEN: expected a numeric address, not a name, got "
             "localhost:9000\n");
  BOOST_TEST(problems_with("", {{"SESSION_GATEWAY_LOG_LEVEL", "loud"}})
                 .starts_with("gateway.yaml: SESSION_GATEWAY_LOG_LEVEL: expected "));
  BOOST_TEST(
      problems_with("", {{"SESSION_GATEWAY_SALT_FILE", "/nonexistent/salt"}})
          .starts_with(
              "gateway.yaml: SESSION_GATEWAY_SALT_FILE: can't read this file: No such file or directory\n"));
  BOOST_TEST(problems_with("", {{"SESSION_GATEWAY_LISTEN_SECRET_FILE", "/a"}}) ==
             "gateway.yaml: SESSION_GATEWAY_LISTEN_SECRET_FILE: needs SESSION_GATEWAY_LISTEN, or listen in "
             "the file\n");
  for (const std::string& wrong : {kSecret, std::string("k1:"), ":" + kSecret, "k1:/a,," + kSecret}) {
    const std::string said = problems_with("", {{"SESSION_GATEWAY_KEY_FILES", wrong}});
    BOOST_TEST(said.find("SESSION_GATEWAY_KEY_FILES: expected ID:FILE") != said.npos, said);
    BOOST_TEST(said.find(kSecret) == said.npos, said);
  }
  const std::string url = problems_with("", {{"SESSION_GATEWAY_REDIS_URL", kSecret}});
  BOOST_TEST(url.find("SESSION_GATEWAY_REDIS_URL: ") != url.npos, url);
  BOOST_TEST(url.find(kSecret) == url.npos, url);
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_refused_and_not_taken_for_none) {
  for (const std::string_view name : override_names()) {
    BOOST_TEST(problems_with("", {{std::string(name), ""}}) ==
               "gateway.yaml: " + std::string(name) + ": is empty: give it a value, or leave it unset\n");
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_variable_is_refused_with_the_nearest_name_and_without_its_value) {
  BOOST_TEST(problems_with("", {{"SESSION_GATEWAY_REDIS_PASSWORD", kSecret}}) ==
             "gateway.yaml: SESSION_GATEWAY_REDIS_PASSWORD: unknown variable of the environment; did you "
             "mean SESSION_GATEWAY_REDIS_PASSWORD_FILE?\n");
  const std::string said = problems_with("", {{"SESSION_GATEWAY_WORKERS", kSecret}});
  BOOST_TEST(said.starts_with("gateway.yaml: SESSION_GATEWAY_WORKERS: unknown variable of the environment"),
             said);
  BOOST_TEST(said.find(kSecret) == said.npos);
}

// A service with the gateway's name must not keep its own containers from starting.
BOOST_AUTO_TEST_CASE(what_kubernetes_says_of_services_is_no_setting) {
  BOOST_TEST(problems_with("", {{"SESSION_GATEWAY_SERVICE_HOST", "10.0.0.1"},
                                {"SESSION_GATEWAY_SERVICE_PORT", "9000"},
                                {"SESSION_GATEWAY_SERVICE_PORT_FASTCGI", "9000"},
                                {"SESSION_GATEWAY_PORT", "tcp://10.0.0.1:9000"},
                                {"SESSION_GATEWAY_PORT_9000_TCP", "tcp://10.0.0.1:9000"},
                                {"SESSION_GATEWAY_PORT_9000_TCP_PROTO", "tcp"},
                                {"SESSION_GATEWAY_PORT_9000_TCP_PORT", "9000"},
                                {"SESSION_GATEWAY_PORT_9000_TCP_ADDR", "10.0.0.1"},
                                {"SESSION_GATEWAY_REDIS_PORT", "tcp://10.0.0.2:6379"}}) == "");
  BOOST_TEST(problems_with("", {{"SESSION_GATEWAY_PORT", "9000"}}) != "");
}

BOOST_FIXTURE_TEST_CASE(a_file_and_no_file_are_read_with_the_environment_of_the_process, Directory) {
  const Variable listen("SESSION_GATEWAY_LISTEN", "127.0.0.1:9000");
  write("gateway.yaml", "listen: [ { unix: /run/a.sock } ]\n");
  const std::string file = (path / "gateway.yaml").string();
  for (const Loaded& loaded :
       {load_file(file), load_file(std::nullopt), load_listen(file), load_listen(std::nullopt)}) {
    BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
    BOOST_TEST(listener_address(loaded->listen.at(0)) == "tcp:127.0.0.1:9000");
  }
  BOOST_TEST(listener_address(settings("").listen.at(0)) != "tcp:127.0.0.1:9000");
  const Variable unknown("SESSION_GATEWAY_LISTENS", "127.0.0.1:9000");
  BOOST_TEST(!load_file(file).has_value());
  BOOST_TEST(!load_file(std::nullopt).has_value());
}

// A client asks a gateway that serves: other settings are no business of its own.
BOOST_AUTO_TEST_CASE(who_only_asks_where_the_gateway_listens_need_not_read_the_rest) {
  const Variable unknown("SESSION_GATEWAY_WORKERS", "2");
  const Variable salt("SESSION_GATEWAY_SALT_FILE", "/nonexistent/salt");
  BOOST_TEST(load_listen(std::nullopt).has_value());
}

BOOST_AUTO_TEST_CASE(the_manual_page_and_the_page_about_containers_have_every_variable) {
  for (const char* page : {"/man/session-gateway.yaml.5", "/docs/containers.md"}) {
    std::ifstream file(test::source_root() + page);
    std::ostringstream text;
    text << file.rdbuf();
    for (const std::string_view name : override_names())
      BOOST_TEST(text.str().find(name) != std::string::npos, name << " is missing in " << page);
  }
}

BOOST_AUTO_TEST_SUITE_END()
