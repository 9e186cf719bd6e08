#include "gateway/server/worker.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "gateway/transport/fastcgi/parser.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fastcgi_records.h"
#include "tests/support/log_lines.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using gateway::ConfigSnapshot;
using gateway::Settings;
using gateway::test::Pairs;

// Connected; the second one is non-blocking, as accepted sockets are.
std::array<int, 2> pair_of_sockets() {
  std::array<int, 2> both{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()) != 0) std::abort();
  if (::fcntl(both[1], F_SETFL, O_NONBLOCK) != 0) std::abort();
  return both;
}

// The peer's end of a second connection to a worker.
class SecondPeer {
 public:
  enum class Adopted { as_usual, for_idle };
  SecondPeer(gateway::Worker& worker, Adopted how, gateway::Protocol protocol = gateway::Protocol::fastcgi) {
    const auto both = pair_of_sockets();
    peer_ = both[0];
    const gateway::AcceptedSocket socket{both[1], AF_UNIX, protocol};
    if (how == Adopted::as_usual) worker.adopt(socket);
    const auto take_none = [this](const gateway::AcceptedSocket&) {
      was_passed_on = true;
      return false;
    };
    if (how == Adopted::for_idle) worker.adopt_for_idle(socket, take_none);
  }
  ~SecondPeer() { ::close(peer_); }
  SecondPeer(const SecondPeer&) = delete;
  SecondPeer& operator=(const SecondPeer&) = delete;

  [[nodiscard]] bool is_closed(int flags = MSG_DONTWAIT) const {
    char byte = 0;
    return ::recv(peer_, &byte, 1, flags) == 0;
  }
  [[nodiscard]] bool is_closed_soon() const { return is_closed(0); }
  [[nodiscard]] std::string ask(std::string_view bytes) const {
    BOOST_REQUIRE(::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
    std::array<char, 4096> answer{};
    return {answer.data(), static_cast<std::size_t>(::recv(peer_, answer.data(), answer.size(), 0))};
  }

  bool was_passed_on = false;  // to the other workers, of which none took it

 private:
  int peer_ = -1;
};

// A worker on a thread of its own, with the memory store and a clock that the test moves, and one connection
// to it.
class OneWorker {
 public:
  OneWorker() {
    gateway::init_libfcgi();
    const auto both = pair_of_sockets();
    peer_ = both[0];
    const timeval patience{30, 0};
    if (::setsockopt(peer_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) std::abort();
    worker.start(0);
    worker.adopt({both[1], AF_UNIX, gateway::Protocol::fastcgi});
  }
  ~OneWorker() {
    ::close(peer_);
    worker.drain(0ms);
    worker.join();
  }
  OneWorker(const OneWorker&) = delete;
  OneWorker& operator=(const OneWorker&) = delete;

  // The output of the request, whole.
  std::string ask(const Pairs& params) {
    send(gateway::test::request(1, params));
    return answer();
  }
  void send(const std::string& bytes) const { BOOST_REQUIRE(try_send(bytes)); }
  // For the worker's thread, on which nothing may be asserted.
  [[nodiscard]] bool try_send(const std::string& bytes) const {
    return ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  [[nodiscard]] std::string answer() const {
    std::string got;
    const std::string end = gateway::test::end_request(1, gateway::test::kRequestComplete);
    while (!got.ends_with(end)) {
      std::array<char, 4096> piece{};
      const ssize_t size = ::recv(peer_, piece.data(), piece.size(), 0);
      BOOST_REQUIRE_GT(size, 0);
      got.append(piece.data(), static_cast<std::size_t>(size));
    }
    return got;
  }

  // Has the worker prepare a configuration, and waits until it, and all that was asked before, is done. Does
  // `also` on the worker's thread then.
  void prepare(
      const std::shared_ptr<const ConfigSnapshot>& next, const std::function<void()>& also = [] {}) {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    worker.prepare(next, [&] {
      also();
      const std::lock_guard lock(mutex);
      done = true;
      changed.notify_one();
    });
    std::unique_lock lock(mutex);
    BOOST_REQUIRE(changed.wait_for(lock, 30s, [&] { return done; }));
  }

  // What send_heartbeats() of the server does every few seconds.
  void look_for_idleness() {
    worker.ask_for_heartbeat(++heartbeat_);
    prepare(std::make_shared<const ConfigSnapshot>(config->settings, kNeverServed));
    BOOST_REQUIRE_EQUAL(worker.heartbeat(), heartbeat_);
  }

  FakeClock clock;
  LogLines log;
  gateway::Telemetry telemetry{gateway::LogSettings{.audit = {gateway::AuditTarget::off}}, log.sink()};
  gateway::EndpointTable endpoints{telemetry};
  std::shared_ptr<const ConfigSnapshot> config =
      std::make_shared<const ConfigSnapshot>(gateway::with_ephemeral_keys(Settings{}, nullptr), 1);
  gateway::StoreBackend store = gateway::make_store(config->settings, telemetry);
  std::atomic<std::uint64_t> generation = 1;
  std::shared_ptr<CacheBudget> budget = std::make_shared<CacheBudget>(std::size_t{1} << 20U);
  gateway::Worker worker{{telemetry, endpoints, store, generation, budget, clock}, config};

 private:
  static constexpr std::uint64_t kNeverServed = 1000;

  int peer_ = -1;
  std::uint64_t heartbeat_ = 0;
};

// The cookie that an answer sets, as a browser sends it back.
std::string cookie_of(const std::string& answer) {
  constexpr std::string_view kSetCookie = "Set-Cookie: ";
  const auto begin = answer.find(kSetCookie);
  BOOST_REQUIRE(begin != std::string::npos);
  const std::string rest = answer.substr(begin + kSetCookie.size());
  return rest.substr(0, rest.find(';'));
}

Pairs check(const std::string& cookie) {
  return {{"GATEWAY_ENDPOINT", "auth"}, {"HTTP_COOKIE", cookie}, {"REQUEST_METHOD", "GET"}};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(worker, OneWorker)

BOOST_AUTO_TEST_CASE(what_it_remembers_counts_in_the_budget_and_is_given_back_when_it_idles) {
  const std::string cookie =
      cookie_of(ask({{"GATEWAY_ENDPOINT", "commit"}, {"SESSION_SET", R"({"user":"alice"})"}}));
  BOOST_TEST(ask(check(cookie)).find("Status: 204") != std::string::npos);
  BOOST_TEST(budget->used() > 0U);
  look_for_idleness();
  clock.advance(59s);
  look_for_idleness();
  BOOST_TEST(budget->used() > 0U);
  clock.advance(1s);
  look_for_idleness();
  BOOST_TEST(budget->used() == 0U);
  // The session is not what was forgotten.
  BOOST_TEST(ask(check(cookie)).find("Status: 204") != std::string::npos);
  BOOST_TEST(budget->used() > 0U);
}

BOOST_AUTO_TEST_CASE(monitoring_does_not_keep_it_from_being_idle) {
  const std::string cookie =
      cookie_of(ask({{"GATEWAY_ENDPOINT", "commit"}, {"SESSION_SET", R"({"user":"alice"})"}}));
  BOOST_TEST(ask(check(cookie)).find("Status: 204") != std::string::npos);
  look_for_idleness();
  for (int i = 0; i < 4; ++i) {
    BOOST_TEST(budget->used() > 0U);
    clock.advance(15s);
    for (const auto* endpoint : {"health", "ready", "metrics", "none"})
      (void)ask({{"GATEWAY_ENDPOINT", endpoint}, {"REQUEST_METHOD", "GET"}});
    look_for_idleness();
  }
  BOOST_TEST(budget->used() == 0U);
}

BOOST_AUTO_TEST_CASE(a_configuration_serves_once_its_generation_has_come) {
  Settings denied = config->settings;
  denied.cookie.name = "other";
  const auto next = std::make_shared<const ConfigSnapshot>(std::move(denied), 2);
  const std::string before = ask({{"GATEWAY_ENDPOINT", "commit"}, {"SESSION_SET", R"({"a":1})"}});
  BOOST_TEST(cookie_of(before).starts_with(config->settings.cookie.name + "="));
  prepare(next);
  const std::string prepared = ask({{"GATEWAY_ENDPOINT", "commit"}, {"SESSION_SET", R"({"a":1})"}});
  BOOST_TEST(!cookie_of(prepared).starts_with("other="));
  generation = 2;
  const std::string served = ask({{"GATEWAY_ENDPOINT", "commit"}, {"SESSION_SET", R"({"a":1})"}});
  BOOST_TEST(cookie_of(served).starts_with("other="));
}

BOOST_AUTO_TEST_CASE(a_location_without_an_endpoint_of_ours_is_a_404_in_the_log) {
  BOOST_TEST(ask({{"GATEWAY_ENDPOINT", "aut"}}).find("Status: 404") != std::string::npos);
  BOOST_TEST(log.text() == "warning unknown GATEWAY_ENDPOINT: 'aut'\n");
}

BOOST_AUTO_TEST_CASE(two_endpoints_for_one_request_are_none_and_the_log_names_both) {
  const Pairs two = {{"GATEWAY_ENDPOINT", "health"}, {"GATEWAY_ENDPOINT", "metrics"}};
  const std::string answer = ask(two);
  BOOST_TEST(answer.find("Status: 404") != std::string::npos);
  BOOST_TEST(log.text() == "warning unknown GATEWAY_ENDPOINT: 'health, metrics'\n");
  const Pairs same = {
      {"GATEWAY_ENDPOINT", "health"}, {"GATEWAY_ENDPOINT", "health"}, {"REQUEST_METHOD", "GET"}};
  BOOST_TEST(ask(same).find("Status: 200") != std::string::npos);
  // Names that clients or configurations make up are no series of the metrics.
  const std::string metrics = ask({{"GATEWAY_ENDPOINT", "metrics"}, {"REQUEST_METHOD", "GET"}});
  BOOST_TEST(metrics.find("health, metrics") == std::string::npos);
  BOOST_TEST(metrics.find(R"(requests_total{endpoint="none",outcome="bad_request"} 1)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_reload_gives_open_connections_another_secret) {
  const Pairs with_one = {
      {"GATEWAY_ENDPOINT", "health"}, {"GATEWAY_SECRET", "one"}, {"REQUEST_METHOD", "GET"}};
  const Pairs with_two = {
      {"GATEWAY_ENDPOINT", "health"}, {"GATEWAY_SECRET", "two"}, {"REQUEST_METHOD", "GET"}};
  const auto serve = [&](std::vector<Secret> secrets) {
    Settings settings = config->settings;
    settings.listen_secrets = {std::move(secrets)};
    const std::vector<std::string> addresses = {"unix:/run/session-gateway/gateway.sock"};
    prepare(std::make_shared<const ConfigSnapshot>(std::move(settings), generation + 1, addresses));
    ++generation;
  };
  const auto status = [&](const Pairs& params) {
    const std::string answer = ask(params);
    return answer.substr(answer.find("Status: ") + 8, 3);
  };
  BOOST_TEST(status(with_one) == "200");
  serve({Secret("one")});
  BOOST_TEST(status(with_one) == "200");
  BOOST_TEST(status(with_two) == "403");
  serve({Secret("two"), Secret("one")});
  BOOST_TEST(status(with_one) == "200");
  BOOST_TEST(status(with_two) == "200");
  serve({Secret("two")});
  BOOST_TEST(status(with_one) == "403");
  BOOST_TEST(status(with_two) == "200");
  serve({});
  BOOST_TEST(status(with_one) == "200");
}

BOOST_AUTO_TEST_CASE(a_head_request_without_the_secret_gets_no_body_and_no_name_of_an_endpoint_is_audited) {
  Settings settings = config->settings;
  settings.listen_secrets = {{Secret("one")}};
  prepare(std::make_shared<const ConfigSnapshot>(
      settings, 2, std::vector<std::string>{"unix:/run/session-gateway/gateway.sock"}));
  generation = 2;
  BOOST_TEST(ask({{"GATEWAY_ENDPOINT", "session"}, {"REQUEST_METHOD", "HEAD"}}).find("{") ==
             std::string::npos);
  BOOST_TEST(ask({{"GATEWAY_ENDPOINT", "forged"}, {"REQUEST_METHOD", "GET"}}).find("Status: 403") !=
             std::string::npos);
  BOOST_TEST(log.text() ==
             "warning refused a request on unix:/run/session-gateway/gateway.sock: its secret "
             "(GATEWAY_SECRET, by HTTP "
             "X-Gateway-Secret) is missing\n");
}

BOOST_AUTO_TEST_CASE(a_new_connection_counts_as_idle_when_its_first_request_is_late) {
  prepare(config);  // when this is done, the connection is open
  BOOST_TEST(!worker.idle_since().has_value());
  clock.advance(299ms);
  BOOST_TEST(!worker.idle_since().has_value());
  clock.advance(1ms);
  BOOST_TEST(worker.idle_since().has_value());
}

BOOST_AUTO_TEST_CASE(a_connection_that_lingers_yields_before_idle_ones_and_holds_up_no_drain) {
  clock.advance(1s);
  (void)ask({{"GATEWAY_ENDPOINT", "health"}, {"REQUEST_METHOD", "GET"}});
  prepare(config);
  BOOST_TEST((worker.idle_since() == clock.steady_now()));
  std::array<int, 2> both{};
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both.data()) == 0);
  const std::string bytes = gateway::test::request(1, {{"GATEWAY_ENDPOINT", "health"}}, {}, false);
  BOOST_REQUIRE(::send(both[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(bytes.size()));
  worker.adopt({both[1], AF_UNIX, gateway::Protocol::fastcgi});
  prepare(config);
  prepare(config);  // the request was answered between the two
  BOOST_TEST((worker.idle_since() == Clock::Steady()));
  worker.drain(5s);
  prepare(config);
  clock.advance(300ms);
  worker.join();
  ::close(both[0]);
}

// The first connection could yield, had it not just sent a request, which is still to be read.
BOOST_AUTO_TEST_CASE(a_new_connection_does_not_yield_in_the_place_of_one_that_has_just_sent) {
  prepare(config);
  clock.advance(1s);
  const SecondPeer fresh(worker, SecondPeer::Adopted::as_usual);
  prepare(config);
  BOOST_TEST((worker.idle_since() == clock.steady_now() - 1s));
  std::optional<SecondPeer> another;
  bool sent = false;
  // On the worker's thread, so that its next turn adopts the connection before it looks what has come.
  prepare(config, [&] {
    another.emplace(worker, SecondPeer::Adopted::for_idle);
    sent = try_send(gateway::test::request(1, {{"GATEWAY_ENDPOINT", "health"}, {"REQUEST_METHOD", "GET"}}));
  });
  BOOST_TEST(sent);
  // Twice: what the worker posts to itself may come behind what this thread posts meanwhile.
  prepare(config);
  prepare(config);
  BOOST_TEST(another->was_passed_on);
  BOOST_TEST(another->is_closed());
  BOOST_TEST(!fresh.is_closed());
  BOOST_TEST(answer().find("Status: 200") != std::string::npos);
  BOOST_TEST(log.text() == "warning refused a connection: all are busy at the limit\n");
}

BOOST_AUTO_TEST_CASE(once_the_time_for_its_first_request_has_passed_it_does) {
  prepare(config);
  clock.advance(1s);
  const SecondPeer silent(worker, SecondPeer::Adopted::as_usual);
  prepare(config);
  clock.advance(300ms);
  std::optional<SecondPeer> another;
  bool sent = false;
  prepare(config, [&] {
    another.emplace(worker, SecondPeer::Adopted::for_idle);
    sent = try_send(gateway::test::request(1, {{"GATEWAY_ENDPOINT", "health"}, {"REQUEST_METHOD", "GET"}}));
  });
  BOOST_TEST(sent);
  // Twice: what the worker posts to itself may come behind what this thread posts meanwhile.
  prepare(config);
  prepare(config);
  BOOST_TEST(!another->was_passed_on);
  BOOST_TEST(!another->is_closed());
  BOOST_TEST(silent.is_closed());
  BOOST_TEST(answer().find("Status: 200") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_connection_by_http_ends_when_it_has_idled_for_75_seconds) {
  const SecondPeer silent(worker, SecondPeer::Adopted::as_usual, gateway::Protocol::http);
  const SecondPeer kept(worker, SecondPeer::Adopted::as_usual, gateway::Protocol::http);
  const auto pass = [&](milliseconds time) {
    clock.advance(time);
    prepare(config);
  };
  prepare(config);
  pass(50s);
  BOOST_TEST(kept.ask("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 404 "));
  prepare(config);  // it idles now
  pass(25s - 1ms);
  BOOST_TEST(!silent.is_closed());
  pass(1ms);
  BOOST_TEST(silent.is_closed_soon());
  pass(50s - 1ms);
  BOOST_TEST(!kept.is_closed());
  pass(1ms);
  BOOST_TEST(kept.is_closed_soon());
  BOOST_TEST(ask({{"GATEWAY_ENDPOINT", "health"}}).find("Status: ") != std::string::npos);
}

// The clock stands still, so the time for the first request does not pass.
BOOST_AUTO_TEST_CASE(a_drain_waits_for_the_first_request_of_a_new_connection) {
  worker.drain(5s);
  prepare(config);  // when this is done, the drain has begun
  BOOST_TEST(ask({{"GATEWAY_ENDPOINT", "health"}, {"REQUEST_METHOD", "GET"}}).find("Status: 200") !=
             std::string::npos);
  worker.join();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
