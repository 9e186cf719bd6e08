// A RedisStore over TLS: the same store, and only of a server that shows a certificate of whom it should be.

#include <sstream>
#include <string>
#include <thread>
#include <tuple>

#include <boost/test/unit_test.hpp>

#include "core/store/redis/redis_store.h"
#include "tests/support/e2e/process.h"
#include "tests/support/fake_clock.h"
#include "tests/support/redis/redis_server.h"
#include "tests/support/redis/redis_store_fixture.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

RedisStoreOptions options_for(const RedisServer& server, const RedisTls& tls) {
  RedisStoreOptions options;
  options.addresses = {server.address()};
  options.tls = tls;
  options.deadline = options.connect_deadline = 20s;
  return options;
}

struct TlsFixture {
  static constexpr milliseconds kSlack{3000};

  TlsFixture() { server().tell({"FLUSHALL"}); }
  static RedisServer& server() {
    static RedisServer one({.tls = true});
    return one;
  }
  Store& store() { return redis; }
  void advance(milliseconds by) {
    server().pass_time(by);
    clock.advance(by);
  }

  ShiftedClock clock;
  RedisStore redis{options_for(server(), server().certificates().trusted()), clock};
};

}  // namespace

using StoresUnderContract = std::tuple<TlsFixture>;

}  // namespace session::test

#include "tests/support/store_contract.h"

namespace session::test {
namespace {

// Why there is no session to be had of that server, without its address; "" if there is.
std::string why_not(const RedisStoreOptions& options, const Clock& clock = system_clock()) {
  RedisStore store(options, clock);
  const auto loaded = run(store.load("key"));
  if (loaded) return "";
  const std::string server = to_text(options.addresses.front()) + ": ";
  BOOST_TEST(loaded.error().detail.starts_with(server));
  return loaded.error().detail.substr(server.size());
}

// Whether a client has sent something that is no command, like the first bytes of TLS.
bool was_greeted(RedisServer& server) {
  std::istringstream clients(server.tell({"CLIENT", "LIST", "TYPE", "normal"}).text);
  for (std::string client; std::getline(clients, client);) {
    const bool no_command = client.find(" cmd=NULL ") != std::string::npos;
    if (no_command && client.find(" qbuf=0 ") == std::string::npos) return true;
  }
  return false;
}

std::string why_not(const RedisServer& server, const RedisTls& tls) {
  return why_not(options_for(server, tls));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_tls)

// --- The server's certificate ---

BOOST_AUTO_TEST_CASE(a_certificate_of_an_authority_that_is_not_trusted_is_refused) {
  RedisServer& server = TlsFixture::server();
  BOOST_TEST(why_not(server, RedisTls{.ca_file = server.certificates().foreign_ca()}) ==
             "its certificate is refused: self-signed certificate in certificate chain");
  BOOST_TEST(why_not(server, RedisTls{}) ==
             "its certificate is refused: self-signed certificate in certificate chain");
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_name_is_refused) {
  RedisServer elsewhere({.tls = true, .server_names = "DNS:redis.example,IP:127.0.0.2"});
  RedisTls tls = elsewhere.certificates().trusted();
  BOOST_TEST(why_not(elsewhere, tls) == "its certificate is refused: hostname mismatch");
  tls.server_name = "redis.example";
  BOOST_TEST(why_not(elsewhere, tls) == "");
  for (const std::string other : {"other.example", "example", "redis.example.org", "127.0.0.3"}) {
    tls.server_name = other;
    BOOST_TEST(why_not(elsewhere, tls) == "its certificate is refused: hostname mismatch");
  }
}

BOOST_AUTO_TEST_CASE(a_certificate_that_has_expired_is_refused_until_there_is_a_new_one) {
  RedisServer server({.tls = true});
  const Certificates& certificates = server.certificates();
  const auto show = [&server](const Certificates::Pair& pair) {
    server.tell({"CONFIG", "SET", "tls-cert-file", pair.certificate, "tls-key-file", pair.key});
  };
  show(certificates.issue_expired("expired"));
  BOOST_TEST(why_not(server, certificates.trusted()) ==
             "its certificate is refused: certificate has expired");
  show(certificates.issue("renewed"));
  BOOST_TEST(why_not(server, certificates.trusted()) == "");
}

// ACL LOG has each password that was wrong.
BOOST_AUTO_TEST_CASE(a_server_whose_certificate_is_refused_gets_no_password) {
  RedisServer server({.password = "right", .tls = true});
  const auto& trusted = server.certificates().trusted();
  RedisStoreOptions options = options_for(server, RedisTls{.ca_file = server.certificates().foreign_ca()});
  options.password = [] { return Secret("wrong"); };
  const auto wrong_passwords = [&server] {
    wait_until("the connection to end", [&] { return server.open_clients() == 0; });
    return server.tell({"ACL", "LOG"}).elements.size();
  };
  BOOST_TEST(why_not(options) == "its certificate is refused: self-signed certificate in certificate chain");
  BOOST_TEST(wrong_passwords() == 0u);
  options.tls = trusted;
  options.tls->server_name = "other.example";
  BOOST_TEST(why_not(options) == "its certificate is refused: hostname mismatch");
  BOOST_TEST(wrong_passwords() == 0u);
  options.tls = trusted;
  BOOST_TEST(why_not(options) == "the handshake failed: user or password are wrong");
  BOOST_TEST(wrong_passwords() == 1u);
}

// --- The client's certificate ---

BOOST_AUTO_TEST_CASE(a_server_that_asks_for_a_certificate_gets_ours) {
  RedisServer server({.tls = true, .client_certificate = true});
  const Certificates& certificates = server.certificates();
  BOOST_TEST(why_not(server, certificates.trusted_with_client()) == "");
  BOOST_TEST(why_not(server, certificates.trusted())
                 .ends_with("; it asked for a certificate of the gateway, which has none"));
  const auto foreign = certificates.issue_foreign("stranger");
  BOOST_TEST(why_not(server, RedisTls{certificates.ca(), foreign.certificate, foreign.key})
                 .ends_with("; it asked for a certificate of the gateway, and may not accept it"));
}

// --- One with TLS, the other without ---

BOOST_AUTO_TEST_CASE(a_client_without_tls_is_told_of_a_server_with_it) {
  RedisStoreOptions options = options_for(TlsFixture::server(), RedisTls{});
  options.tls.reset();
  BOOST_TEST(why_not(options).ends_with("; does it want TLS?"));
}

BOOST_AUTO_TEST_CASE(a_client_with_tls_is_told_of_a_server_without_it) {
  RedisServer plain;
  RedisStoreOptions options = options_for(plain, TlsFixture::server().certificates().trusted());
  options.connect_deadline = 300ms;
  FakeClock clock;
  const std::jthread time_passes([&] {
    wait_until("a greeting", [&plain] { return was_greeted(plain); });
    clock.advance(300ms);
  });
  BOOST_TEST(why_not(options, clock) == "no TLS handshake within 300 ms");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
