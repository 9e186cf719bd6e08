// That the server and the peers which the tests against Redis stand on do what their headers say.

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"
#include "tests/support/redis/connection.h"
#include "tests/support/redis/cut_proxy.h"
#include "tests/support/redis/redis_server.h"
#include "tests/support/redis/resp.h"
#include "tests/support/redis/scripted_redis.h"
#include "tests/support/redis/sockets.h"
#include "tests/support/server_programs.h"

using namespace session;
using namespace session::test;
using namespace std::chrono_literals;

namespace {

// A client that sends at once and reads later, which RedisConnection does not.
class RawClient {
 public:
  explicit RawClient(const RedisAddress& address) : fd_(connect_to(address)) {}
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { close(fd_); }

  void send(const RedisCommand& command) const { send_all(fd_, resp_command(command)); }
  [[nodiscard]] std::string read() const { return receive(fd_); }
  [[nodiscard]] bool has_something_to_read() const {
    pollfd state{fd_, POLLIN, 0};
    return poll(&state, 1, 0) > 0;
  }

 private:
  int fd_;
};

// A proxy that holds a server's answer to the INCR of a client.
struct HeldAnswer {
  HeldAnswer() {
    proxy.hold();
    client.send({"INCR", "key"});
    wait_until("the answer", [this] { return proxy.held() == 4; });
  }

  RedisServer server;
  CutProxy proxy{server.address()};
  RawClient client{proxy.address()};
};

// The exit code of redis-cli's PING over TLS; hiredis 0.14 has none.
int tls_ping(const RedisServer& server, const RedisTls& tls) {
  const TempDir dir;
  std::vector<std::string> command = {"redis-cli", "--tls",    "-e", "-p", std::to_string(server.port()),
                                      "--cacert",  tls.ca_file};
  if (!tls.certificate.empty()) {
    command.insert(command.end(), {"--cert", tls.certificate, "--key", tls.key});
  }
  command.emplace_back("PING");
  return Process(command, dir / "log").wait();
}

// What openssl says of the server's certificate, when it is to be for that name.
std::string verified(const RedisServer& server, const std::string& option, const std::string& name) {
  const TempDir dir;
  Process({"openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(server.port()), "-CAfile",
           server.certificates().ca(), option, name, "-verify_return_error"},
          dir / "log")
      .wait();
  return read_file(dir / "log");
}

// A variable of the environment that has a value for one test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

void fill(RedisServer& server) {
  server.tell({"SET", "lasting", "a"});
  server.tell({"SET", "long", "a", "PX", "60000"});
  server.tell({"SET", "short", "a", "PX", "30000"});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_server)

BOOST_AUTO_TEST_CASE(a_server_answers_on_its_port_and_on_its_socket) {
  RedisServer server;
  BOOST_TEST((server.tell({"SET", "key", "value"}) == RedisReply{RedisReply::Kind::text, "OK"}));
  RedisConnection tcp(server.address());
  BOOST_TEST(tcp.ask({"GET", "key"}).text == "value");
  BOOST_TEST((tcp.ask({"GET", "other"}) == RedisReply{}));
  BOOST_TEST(tcp.ask({"INCR", "number"}).integer == 1);
  BOOST_TEST(tcp.ask({"INCR", "key"}).is_error());
  BOOST_TEST(tcp.ask({"MGET", "key", "other"}).elements.at(0).text == "value");
  BOOST_CHECK_THROW(server.tell({"INCR", "key"}), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(the_server_that_runs_is_the_one_that_the_variable_names) {
  const TempDir dir;
  write_file(dir / "server",
             "#!/bin/sh\ntouch '" + (dir / "was-run") + "'\nexec '" + redis_server_binary() + "' \"$@\"\n");
  std::filesystem::permissions(dir / "server", std::filesystem::perms::owner_all);
  const Variable variable("SESSION_TEST_REDIS_SERVER", dir / "server");
  RedisServer server;
  BOOST_TEST(server.ask({"PING"}).text == "PONG");
  BOOST_TEST(std::filesystem::exists(dir / "was-run"));
}

BOOST_AUTO_TEST_CASE(a_variable_names_another_nginx_and_an_empty_one_names_none) {
  const TempDir dir;
  const Variable set("SESSION_TEST_NGINX", "/elsewhere/nginx");
  BOOST_TEST(nginx_command(dir).front() == "/elsewhere/nginx");
  const Variable empty("SESSION_TEST_NGINX", "");
  BOOST_TEST(nginx_command(dir).front().ends_with("nginx"));
  BOOST_TEST(nginx_command(dir).front() != "/elsewhere/nginx");
}

BOOST_AUTO_TEST_CASE(a_server_that_was_killed_runs_again_where_it_was) {
  RedisServer server;
  const auto address = server.address();
  RedisConnection tcp(address);
  tcp.ask({"SET", "key", "value"});
  server.kill();
  BOOST_TEST(!server.running());
  BOOST_CHECK_THROW(tcp.ask({"PING"}), std::runtime_error);
  server.start();
  BOOST_TEST((server.address() == address));
  BOOST_TEST(tcp.ask({"EXISTS", "key"}).integer == 0);
  BOOST_TEST(server.ask({"PING"}).text == "PONG");
}

BOOST_AUTO_TEST_CASE(a_server_that_persists_still_has_its_keys_after_a_stop) {
  RedisServer server({.options = {"appendonly yes"}});
  server.tell({"SET", "key", "value"});
  BOOST_TEST(server.stop() == 0);
  server.start();
  wait_until("the keys", [&] { return server.ask({"GET", "key"}).text == "value"; });
}

BOOST_AUTO_TEST_CASE(a_paused_server_answers_when_it_is_resumed) {
  RedisServer server;
  RawClient client(server.unix_address());
  server.pause();
  client.send({"PING"});
  BOOST_TEST(!client.has_something_to_read());
  server.resume();
  BOOST_TEST(client.read() == "+PONG\r\n");
  server.pause();  // and ends all the same
}

BOOST_AUTO_TEST_CASE(a_server_with_a_password_wants_it) {
  RedisServer server({.password = "first"});
  BOOST_TEST(RedisConnection(server.address()).ask({"PING"}).text.starts_with("NOAUTH"));
  BOOST_TEST(RedisConnection(server.address(), "wrong").ask({"PING"}).text.starts_with("WRONGPASS"));
  server.tell({"ACL", "SETUSER", "other", "on", ">second", "~*", "+@all"});
  server.log_in_as("other", "second");
  BOOST_TEST(server.tell({"ACL", "WHOAMI"}).text == "other");
}

BOOST_AUTO_TEST_CASE(clients_are_counted) {
  RedisServer server;
  BOOST_TEST(server.open_clients() == 0U);
  {
    RedisConnection one(server.address());
    RedisConnection other(server.unix_address());
    one.ask({"CLIENT", "SETNAME", "one"});
    other.ask({"PING"});
    BOOST_TEST(server.open_clients() == 2U);
    BOOST_TEST(server.open_clients("one") == 1U);
  }
  wait_until("the clients to go", [&] { return server.open_clients() == 0; });
}

BOOST_AUTO_TEST_CASE(time_passes_for_keys_that_expire) {
  RedisServer server;
  fill(server);
  server.tell({"SELECT", "3"});
  fill(server);
  server.pass_time(30s);
  for (const char* database : {"0", "3"}) {
    server.tell({"SELECT", database});
    BOOST_TEST(server.tell({"EXISTS", "short"}).integer == 0);
    BOOST_TEST(server.tell({"PTTL", "lasting"}).integer == -1);
    const auto left = server.tell({"PTTL", "long"}).integer;
    BOOST_TEST(left <= 30000);
    BOOST_TEST(left > 20000);
  }
}

BOOST_AUTO_TEST_CASE(a_tls_server_shows_a_certificate_of_its_ca) {
  RedisServer server({.tls = true});
  const auto& certificates = server.certificates();
  BOOST_TEST(tls_ping(server, certificates.trusted()) == 0);
  BOOST_TEST(tls_ping(server, RedisTls{.ca_file = certificates.foreign_ca()}) != 0);
  BOOST_TEST(verified(server, "-verify_hostname", "localhost").find("Verification: OK") != std::string::npos);
  BOOST_TEST(verified(server, "-verify_ip", "127.0.0.1").find("Verification: OK") != std::string::npos);
  BOOST_TEST(verified(server, "-verify_hostname", "other").find("Verification: OK") == std::string::npos);
  BOOST_TEST(server.ask({"PING"}).text == "PONG");
}

BOOST_AUTO_TEST_CASE(a_tls_server_may_want_a_client_certificate) {
  RedisServer server({.tls = true, .client_certificate = true});
  const auto& certificates = server.certificates();
  BOOST_TEST(tls_ping(server, certificates.trusted_with_client()) == 0);
  BOOST_TEST(tls_ping(server, certificates.trusted()) != 0);
  const auto foreign = certificates.issue_foreign("stranger");
  BOOST_TEST(tls_ping(server, RedisTls{certificates.ca(), foreign.certificate, foreign.key}) != 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(scripted_redis)

BOOST_AUTO_TEST_CASE(the_usual_answers_are_those_of_redis) {
  ScriptedRedis fake;
  RedisServer real;
  RedisConnection to_fake(fake.address());
  for (const RedisCommand& command : std::vector<RedisCommand>{{"PING"},
                                                               {"SELECT", "1"},
                                                               {"GET", "key"},
                                                               {"PTTL", "key"},
                                                               {"DEL", "key"},
                                                               {"PEXPIRE", "key", "5"},
                                                               {"SET", "key", "value", "NX", "PX", "60000"},
                                                               {"SET", "key", "other", "NX"},
                                                               {"GET", "key"},
                                                               {"SET", "key", "last"},
                                                               {"PTTL", "key"},
                                                               {"PEXPIRE", "key", "60000"},
                                                               {"DEL", "key"},
                                                               {"GET", "key"}}) {
    BOOST_TEST((to_fake.ask(command) == real.ask(command)), command.at(0));
  }
  BOOST_TEST(to_fake.ask({"EVALSHA", "0", "0"}).text.starts_with("NOSCRIPT"));
  BOOST_TEST(to_fake.ask({"HELLO"}).text.starts_with("ERR"));
}

BOOST_AUTO_TEST_CASE(a_script_answers_or_does_not_or_closes) {
  ScriptedRedis fake;
  fake.answers([&](unsigned connection, const RedisCommand& command) -> ScriptedReply {
    if (command[0] == "WHO") return {resp_integer(connection)};
    if (command[0] == "LATER") return {};
    if (command[0] == "HALF") return {.bytes = "$5\r\nva", .close_after = true};
    return fake.usual(command);
  });
  RawClient first(fake.address());
  first.send({"WHO"});
  BOOST_TEST(first.read() == ":1\r\n");
  first.send({"LATER"});
  wait_until("the command", [&] { return fake.commands() == 2; });
  BOOST_TEST(!first.has_something_to_read());
  BOOST_TEST(fake.send(1, "+now\r\n"));
  BOOST_TEST(first.read() == "+now\r\n");
  first.send({"HALF"});
  BOOST_TEST(first.read() == "$5\r\nva");
  BOOST_TEST(first.read().empty());
  wait_until("the connection to be gone", [&] { return fake.open_connections() == 0; });
  BOOST_TEST(!fake.send(1, "+too late\r\n"));
  BOOST_TEST(RedisConnection(fake.address()).ask({"WHO"}).integer == 2);
  BOOST_TEST(fake.connections() == 2U);
  BOOST_TEST((fake.seen().at(1) == RedisCommand{"LATER"}));
}

BOOST_AUTO_TEST_CASE(single_bytes_arrive_one_by_one) {
  const std::string value(1000, 'x');
  ScriptedRedis fake(
      [&](unsigned, const RedisCommand&) { return ScriptedReply{.bytes = value, .single_bytes = true}; });
  RawClient client(fake.address());
  client.send({"GET", "key"});
  std::size_t reads = 0;
  for (std::size_t got = 0; got < value.size(); ++reads) got += client.read().size();
  BOOST_TEST(reads > value.size() * 9 / 10);
}

BOOST_AUTO_TEST_CASE(a_script_listens_on_tcp_and_cuts) {
  ScriptedRedis fake({}, Wire::tcp);
  RawClient client(fake.address());
  client.send({"PING"});
  BOOST_TEST(client.read() == "+PONG\r\n");
  fake.cut();
  BOOST_TEST(client.read().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(cut_proxy)

BOOST_AUTO_TEST_CASE(a_proxy_passes_on_and_splits_into_bytes) {
  RedisServer server;
  for (const Wire wire : {Wire::unix_socket, Wire::tcp}) {
    CutProxy proxy(server.address(), wire);
    RedisConnection client(proxy.address());
    BOOST_TEST(client.ask({"SET", "key", "value"}).text == "OK");
    proxy.split_into_bytes(true);
    BOOST_TEST(client.ask({"GET", "key"}).text == "value");
    BOOST_TEST(proxy.connections() == 1U);
  }
  CutProxy proxy(server.unix_address());
  proxy.split_into_bytes(true);
  RawClient client(proxy.address());
  client.send({"PING"});
  BOOST_TEST(client.read() == "+");
}

BOOST_AUTO_TEST_CASE(a_proxy_holds_what_the_server_says) {
  HeldAnswer held;
  BOOST_TEST(held.server.ask({"GET", "key"}).text == "1");
  BOOST_TEST(!held.client.has_something_to_read());
  held.proxy.release();
  BOOST_TEST(held.client.read() == ":1\r\n");
  BOOST_TEST(held.proxy.held() == 0U);
}

BOOST_AUTO_TEST_CASE(a_proxy_cuts_also_what_it_holds) {
  HeldAnswer held;
  held.proxy.cut();
  BOOST_TEST(held.client.read().empty());
  wait_until("the server to lose it", [&] { return held.server.open_clients() == 0; });
  held.proxy.release();
  BOOST_TEST(RedisConnection(held.proxy.address()).ask({"GET", "key"}).text == "1");
}

BOOST_AUTO_TEST_CASE(a_proxy_refuses_and_accepts_again) {
  RedisServer server;
  for (const Wire wire : {Wire::unix_socket, Wire::tcp}) {
    CutProxy proxy(server.address(), wire);
    RedisConnection before(proxy.address());
    before.ask({"PING"});
    proxy.refuse();
    BOOST_TEST(connect_to(proxy.address()) == -1);
    BOOST_TEST(before.ask({"PING"}).text == "PONG");
    proxy.accept();
    BOOST_TEST(RedisConnection(proxy.address()).ask({"PING"}).text == "PONG");
    BOOST_TEST(before.ask({"PING"}).text == "PONG");
  }
}

BOOST_AUTO_TEST_CASE(a_proxy_swallows) {
  RedisServer server;
  CutProxy proxy(server.address());
  RawClient before(proxy.address());
  before.send({"PING"});
  BOOST_TEST(before.read() == "+PONG\r\n");
  proxy.swallow(true);
  RawClient after(proxy.address());
  before.send({"SET", "key", "value"});
  after.send({"SET", "key", "value"});
  wait_until("both to be taken", [&] {
    return proxy.swallowed() == 2 * resp_command({"SET", "key", "value"}).size();
  });
  BOOST_TEST(server.ask({"EXISTS", "key"}).integer == 0);
  BOOST_TEST(!before.has_something_to_read());
  BOOST_TEST(!after.has_something_to_read());
  proxy.swallow(false);
  proxy.cut();
  BOOST_TEST(RedisConnection(proxy.address()).ask({"PING"}).text == "PONG");
}

BOOST_AUTO_TEST_CASE(a_proxy_without_a_server_accepts_and_closes) {
  RedisServer server;
  CutProxy proxy(server.address());
  server.kill();
  RawClient client(proxy.address());
  BOOST_TEST(client.read().empty());
}

BOOST_AUTO_TEST_SUITE_END()
