#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <deque>
#include <optional>
#include <stdexcept>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_redis.h"

// More connections than there are descriptors for.

namespace session::gateway::test {
namespace {

// Connections that nobody waits for: made without waiting, and closed at the end at the latest.
class Flood {
 public:
  explicit Flood(const std::string& path) {
    address_.sun_family = AF_UNIX;
    path.copy(address_.sun_path, sizeof address_.sun_path - 1);
  }
  ~Flood() {
    for (const int descriptor : open_) ::close(descriptor);
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  // One more; with a thousand open the oldest goes. Where the backlog is full it is refused, which counts,
  // too.
  void connect() {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    BOOST_TEST_REQUIRE(descriptor >= 0);
    (void)::connect(descriptor, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    open_.push_back(descriptor);
    if (open_.size() <= 1000) return;
    ::close(open_.front());
    open_.pop_front();
  }

 private:
  sockaddr_un address_{};
  std::deque<int> open_;
};

std::string checking(const std::string& cookie) {
  return request(1, asking("auth", "GET", {{"HTTP_COOKIE", "session=" + cookie}}));
}

// Whether a new connection is taken, and asked a question that needs Redis.
int status_of_new_connection(const WireGateway& gateway, const std::string& cookie) {
  try {
    return gateway.unix_peer().ask(checking(cookie)).status;
  } catch (const std::runtime_error&) {
    return 0;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_flood)

// At the limit the longest idle connection yields, so whoever keeps one may have to connect again.
BOOST_AUTO_TEST_CASE(ten_thousand_connects_with_64_descriptors_lock_nobody_out_and_pass) {
  session::test::RedisServer redis;
  WireGateway::Setup setup = on(redis);
  setup.descriptors = 64;
  const WireGateway gateway(setup);
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  std::optional<Peer> kept(gateway.unix_peer());
  BOOST_TEST(kept->ask(checking(cookie)).status == 204);
  BOOST_TEST(gateway.log().find("only 64 files may be open: at most ") != std::string::npos);
  const auto served = [&] {
    try {
      return kept->ask(checking(cookie)).status == 204;
    } catch (const std::runtime_error&) {
      kept.emplace(gateway.unix_peer());
      return false;
    }
  };
  const auto cpu_before = gateway.cpu_time();
  {
    Flood flood(gateway.socket_file());
    for (int i = 0; i < 10000; ++i) {
      flood.connect();
      if (i % 1000 == 0) wait_until("an answer", served);
      // There is a descriptor for the next connection to Redis, whatever clients do.
      if (i == 5000) BOOST_TEST(!redis.ask({"CLIENT", "KILL", "TYPE", "normal"}).is_error());
      if (i == 5000) wait_until("Redis again", served);
    }
  }
  const auto cpu = gateway.cpu_time() - cpu_before;
  BOOST_TEST(cpu.count() < 10000, "it took " << cpu.count() << " ms of CPU");
  wait_until("room", [&] { return status_of_new_connection(gateway, cookie) == 204; });
  // At rest again: a turn of the loop now and then, and no more.
  const auto idle_before = gateway.cpu_time();
  wait_until("the kept connection", served);
  for (int i = 0; i < 20; ++i) BOOST_TEST(kept->ask(checking(cookie)).status == 204);
  BOOST_TEST((gateway.cpu_time() - idle_before).count() < 1000);
}

// Those that are open are not what else is open.
BOOST_AUTO_TEST_CASE(a_reload_leaves_as_much_room_for_connections_as_there_was) {
  WireGateway::Setup setup;
  setup.descriptors = 200;
  const WireGateway gateway(setup);
  const std::string before = gateway.log();
  const auto room = before.find("at most ");
  BOOST_TEST_REQUIRE(room != before.npos);
  const std::string said = before.substr(room, before.find(" connections instead", room) - room);
  std::vector<Peer> open;
  for (int i = 0; i < 100; ++i) {
    open.push_back(gateway.unix_peer());
    BOOST_TEST(open.back().ask(health()).status == 200);
  }
  BOOST_TEST(gateway.reload().find(said + " connections instead") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
