// Restarts under load with the socket held, as systemd does it, and sessions in a file: no request fails, and
// nobody is logged out.

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/memory_file_gateway.h"
#include "tests/support/held_socket.h"
#include "tests/support/rounds.h"

namespace session::gateway::test {
namespace {

using session::test::HeldSocket;
using session::test::number_in;

constexpr int kVisitors = 4;
constexpr std::size_t kMaxSessions = 50;

// A front that keeps a connection. One that ends before the answer is repeated once, over a new one, as nginx
// does it.
class Front {
 public:
  explicit Front(const HeldSocket& socket) : socket_(socket) {}

  Answer ask(const std::string& endpoint, const std::string& method, const std::string& cookie,
             const std::string& body = {}) {
    if (kept_) {
      try {
        return kept_->ask(endpoint, method, cookie, body);
      } catch (const std::exception&) {
        kept_.reset();
      }
    }
    kept_.emplace(Peer(socket_.connect()));
    return kept_->ask(endpoint, method, cookie, body);
  }

 private:
  const HeldSocket& socket_;
  std::optional<Visitor> kept_;
};

// Visitors who log in, and check all their sessions over and over, until they are told to stop.
class Load {
 public:
  explicit Load(const HeldSocket& socket) {
    for (int i = 0; i < kVisitors; ++i) threads_.emplace_back([this, &socket] { visit(socket); });
  }
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void stop() {
    done_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  [[nodiscard]] unsigned long answered() const { return answered_; }
  [[nodiscard]] unsigned long logins() const { return logins_; }
  [[nodiscard]] std::string failure() {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  void visit(const HeldSocket& socket) {
    Front front(socket);
    std::vector<std::string> cookies;
    try {
      while (!done_ && failure().empty()) {
        if (cookies.size() < kMaxSessions) {
          const Answer in = front.ask("session", "POST", "", R"({"set":{"user":"alice"}})");
          if (in.status != 200) fail("a login: " + in.content);
          cookies.push_back(in.cookie());
          ++logins_;
        }
        for (const std::string& cookie : cookies) {
          const Answer check = front.ask("auth", "GET", cookie);
          if (check.status != 204) fail("a check: " + check.content);
          ++answered_;
        }
      }
    } catch (const std::exception& exception) {
      fail(exception.what());
    }
  }
  void fail(const std::string& why) {
    const std::lock_guard lock(mutex_);
    if (failure_.empty()) failure_ = why;
  }

  std::atomic<bool> done_ = false;
  std::atomic<unsigned long> answered_ = 0;
  std::atomic<unsigned long> logins_ = 0;
  std::mutex mutex_;
  std::string failure_;  // the first one
  std::vector<std::thread> threads_;
};

void restart_under_load(const std::string& more, std::uint64_t times) {
  const TempDir dir(kSessionsDir);
  const HeldSocket socket(dir / "held.sock");
  WireGateway::Setup setup = in_file(dir, more);
  setup.listen.clear();
  setup.sockets = {socket.descriptor()};
  auto gateway = std::make_unique<WireGateway>(setup);
  Load load(socket);
  for (std::uint64_t i = 0; i < times; ++i) {
    const unsigned long before = load.answered();
    wait_until("requests", [&] { return load.answered() > before + 500 || !load.failure().empty(); });
    BOOST_TEST(stop(*gateway) == 0);
    gateway = std::make_unique<WireGateway>(setup);
  }
  load.stop();
  BOOST_TEST(load.failure() == "");
  BOOST_TEST_MESSAGE(load.answered() << " checks over " << times << " restarts");
  Visitor visitor{Peer(socket.connect())};
  BOOST_TEST(visitor.metrics()["session_gateway_memory_store_sessions"] == load.logins());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_memory_file_restarts)

BOOST_AUTO_TEST_CASE(twenty_restarts_lose_no_request_and_log_nobody_out) {
  restart_under_load("durability: second", number_in("SESSION_TEST_ROUNDS", 20));
}

BOOST_AUTO_TEST_CASE(nor_do_restarts_under_commit) { restart_under_load("durability: commit", 5); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
