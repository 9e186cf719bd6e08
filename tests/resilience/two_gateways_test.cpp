// Two gateways on one Redis, under load: what one has destroyed the other does not know any more; with near
// caches, not after the bound that is documented.

#include <atomic>
#include <stdexcept>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/resilience/drill.h"
#include "tests/resilience/steps.h"

namespace session::gateway::test {
namespace {

using session::test::RedisServer;

// A copy may pass for so long, even if the network swallows announcements; one second more is for a busy
// machine.
constexpr milliseconds kAnnounced = kCopiesRely + milliseconds(1000);

// Checks one session over and over at a gateway, on a thread of its own, and counts what was said of it.
class Watch {
 public:
  Watch(const WireGateway& gateway, const std::string& cookie)
      : thread_([this, peer = gateway.unix_peer(), cookie](const std::stop_token& stop) mutable {
          while (!stop.stop_requested()) check(peer, cookie);
        }) {}

  // Call when the destroy has been acknowledged. From then on the session may pass for `bound`.
  void ended(milliseconds bound) {
    refused_from_ = (std::chrono::steady_clock::now() + bound).time_since_epoch().count();
  }
  [[nodiscard]] unsigned passed() const { return passed_; }
  [[nodiscard]] unsigned refused() const { return refused_; }
  [[nodiscard]] unsigned wrong() const { return wrong_; }

 private:
  void check(Peer& peer, const std::string& cookie) {
    const bool is_over =
        refused_ > 0 || std::chrono::steady_clock::now().time_since_epoch().count() >= refused_from_;
    int status = 0;
    try {
      status = peer.ask(request(1, asking("auth", "GET", {{"HTTP_COOKIE", "session=" + cookie}}))).status;
    } catch (const std::runtime_error&) {  // counts as wrong
    }
    if (status == 204) ++(is_over ? wrong_ : passed_);
    if (status == 401) ++refused_;
    if (status != 204 && status != 401 && status != 503) ++wrong_;
  }

  std::atomic<Clock::Steady::rep> refused_from_ = Clock::Steady::max().time_since_epoch().count();
  std::atomic<unsigned> passed_ = 0;
  std::atomic<unsigned> refused_ = 0;
  std::atomic<unsigned> wrong_ = 0;
  std::jthread thread_;
};

// Ends a session at one gateway while it is being checked at both.
void end_watched(const Drill& drill, std::size_t at) {
  const std::string cookie = drill.gateway(at).log_in(R"({"user":"leaver"})");
  Watch first(drill.gateway(0), cookie);
  Watch second(drill.gateway(1), cookie);
  wait_until("both to know the session", [&] { return first.passed() > 5 && second.passed() > 5; });
  BOOST_TEST(destroy(drill.gateway(at), cookie) == 204);
  Watch& here = at == 0 ? first : second;
  Watch& there = at == 0 ? second : first;
  here.ended(milliseconds(0));
  there.ended(with_near_cache() ? kAnnounced : milliseconds(0));
  wait_until("both to refuse it", [&] { return first.refused() > 5 && second.refused() > 5; });
  BOOST_TEST(first.wrong() + second.wrong() == 0u);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(drills_two_gateways)

BOOST_AUTO_TEST_CASE(a_session_destroyed_at_one_gateway_passes_at_none) {
  RedisServer redis;
  Drill drill({.name = "two_gateways",
               .redis = url_of(redis.unix_address()) + ", deadline: 2s, connect_deadline: 2s",
               .gateways = 2});
  drill.begin();
  for (std::size_t round = 0; round < 100; ++round) end_watched(drill, round % 2);
  drill.back();
  drill.finish({&redis}, {.without_outage = true});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
