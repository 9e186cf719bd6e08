#include "gateway/backends/store_health.h"

#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::gateway {
namespace {

using Kind = RedisEvent::Kind;
using namespace std::chrono_literals;

constexpr const char* kFirst = "10.0.0.7:6379";
constexpr const char* kSecond = "10.0.0.8:6379";

// Ids of threads that are there at the same time, so that they differ.
std::vector<std::thread::id> ids_of_two() {
  std::thread one([] {});
  std::thread other([] {});
  const std::vector<std::thread::id> ids = {one.get_id(), other.get_id()};
  one.join();
  other.join();
  return ids;
}

// Workers that tell of their connections, on a clock that moves when told to.
struct Told {
  explicit Told(RedisTopology topology = RedisTopology::single) : health(topology) {}

  void tell(std::size_t worker, Kind kind, const std::string& server = kFirst) {
    health.hear(RedisEvent{kind, server, "why"}, workers[worker], now);
  }
  [[nodiscard]] std::string summary() const { return health.summary(now); }

  StoreHealth health;
  std::vector<std::thread::id> workers = ids_of_two();
  Clock::Steady now{1h};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(store_health)

BOOST_AUTO_TEST_CASE(before_anybody_asks_nothing_is_amiss) {
  const Told told;
  BOOST_TEST(told.summary() == "redis: not contacted yet");
  BOOST_TEST(!told.health.report().cut_off);
  BOOST_TEST(told.health.report().up == 0U);
}

BOOST_AUTO_TEST_CASE(a_server_that_went_away_is_told_with_its_time_and_its_return_ends_that) {
  Told told;
  told.tell(0, Kind::connected);
  told.tell(1, Kind::connected);
  BOOST_TEST(told.summary() == "redis 10.0.0.7:6379: up");
  BOOST_TEST(told.health.report().up == 2U);
  told.tell(0, Kind::lost);
  BOOST_TEST(told.summary() == "redis 10.0.0.7:6379: connecting");
  BOOST_TEST(told.health.report().connecting == 1U);
  BOOST_TEST(!told.health.report().cut_off);
  told.now += 2s;
  told.tell(0, Kind::down);
  told.now += 10s;
  BOOST_TEST(told.summary() == "redis 10.0.0.7:6379: unreachable for 12 s");
  BOOST_TEST(told.health.report().down == 1U);
  BOOST_TEST(told.health.report().outages == 1U);
  BOOST_TEST(told.health.report().cut_off);
  told.tell(0, Kind::connected);
  BOOST_TEST(told.summary() == "redis 10.0.0.7:6379: up");
  BOOST_TEST(!told.health.report().cut_off);
  BOOST_TEST(told.health.report().reconnects == 1U);
  BOOST_TEST(told.health.report().failovers == 0U);
}

BOOST_AUTO_TEST_CASE(attempts_that_end_again_and_again_do_not_make_an_outage_look_younger) {
  Told told;
  told.tell(0, Kind::down);
  told.now += 5s;
  told.tell(0, Kind::lost);
  told.tell(0, Kind::down);
  told.now += 5s;
  BOOST_TEST(told.summary() == "redis 10.0.0.7:6379: unreachable for 10 s");
  told.tell(0, Kind::connected);
  told.now += 5s;
  told.tell(0, Kind::down);
  told.now += 1s;
  BOOST_TEST(told.summary() == "redis 10.0.0.7:6379: unreachable for 1 s");
}

BOOST_AUTO_TEST_CASE(a_failover_counts_once_however_many_workers_tell_of_it) {
  Told told(RedisTopology::sentinel);
  for (const std::size_t worker : {0U, 1U}) told.tell(worker, Kind::connected);
  for (const std::size_t worker : {0U, 1U}) {
    told.tell(worker, Kind::lost);
    told.tell(worker, Kind::down);
    told.tell(worker, Kind::moved, kSecond);
    told.tell(worker, Kind::connected, kSecond);
  }
  BOOST_TEST(told.health.report().failovers == 1U);
  BOOST_TEST(told.health.report().reconnects == 2U);
  BOOST_TEST(told.health.report().up == 2U);
  BOOST_TEST(told.health.report().down == 0U);
  BOOST_TEST(told.summary() == "redis 10.0.0.8:6379: up");
  told.tell(0, Kind::moved, kFirst);
  BOOST_TEST(told.health.report().failovers == 2U);
}

BOOST_AUTO_TEST_CASE(the_new_master_that_is_out_of_reach_cuts_off_though_the_old_one_was_only_lost) {
  Told told(RedisTopology::sentinel);
  told.tell(0, Kind::connected);
  told.tell(0, Kind::lost);
  told.now += 3s;
  told.tell(0, Kind::down, kSecond);
  BOOST_TEST(told.health.report().cut_off);
  BOOST_TEST(told.summary() == "redis 10.0.0.8:6379: unreachable for 3 s");
}

BOOST_AUTO_TEST_CASE(a_cluster_without_one_of_its_nodes_is_up_and_says_which_is_missing) {
  Told told(RedisTopology::cluster);
  told.tell(0, Kind::connected, kFirst);
  told.tell(0, Kind::connected, kSecond);
  told.tell(1, Kind::connected, kFirst);
  BOOST_TEST(told.summary() == "redis: 2 of 2 servers up");
  told.tell(0, Kind::down, kSecond);
  told.now += 4s;
  BOOST_TEST(told.summary() == "redis: 1 of 2 servers up; redis 10.0.0.8:6379: unreachable for 4 s");
  BOOST_TEST(told.health.report().up == 2U);
  BOOST_TEST(told.health.report().down == 1U);
  BOOST_TEST(!told.health.report().cut_off);
  told.tell(1, Kind::down, kFirst);
  BOOST_TEST(told.health.report().cut_off);
}

BOOST_AUTO_TEST_CASE(a_node_that_has_left_its_cluster_is_missed_no_more) {
  Told told(RedisTopology::cluster);
  told.tell(0, Kind::connected, kFirst);
  told.tell(0, Kind::down, kSecond);
  told.tell(0, Kind::left, kSecond);
  BOOST_TEST(told.summary() == "redis 10.0.0.7:6379: up");
  BOOST_TEST(told.health.report().down == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_server_calls_itself_cannot_break_the_line) {
  Told told;
  told.tell(0, Kind::connected, "a\nb");
  BOOST_TEST(told.summary() == "redis a\\x0ab: up");
}

// Each worker tells of it, and a connection that comes and goes does so again and again.
BOOST_AUTO_TEST_CASE(what_is_announced_or_not_is_news_once_for_each_server_and_reason) {
  Told told;
  const auto is_news = [&](Kind kind, const std::string& server, const std::string& reason) {
    return told.health.is_news(RedisEvent{kind, server, reason}, told.now);
  };
  BOOST_TEST(is_news(Kind::unannounced, kFirst, "denied"));
  BOOST_TEST(!is_news(Kind::unannounced, kFirst, "denied"));
  BOOST_TEST(is_news(Kind::unannounced, kSecond, "denied"));
  BOOST_TEST(is_news(Kind::unannounced, kFirst, "it has hung up"));
  BOOST_TEST(is_news(Kind::announced, kFirst, ""));
  BOOST_TEST(!is_news(Kind::announced, kFirst, ""));
  BOOST_TEST(!is_news(Kind::unannounced, kFirst, "it has hung up"));
  told.now += 10min;
  BOOST_TEST(is_news(Kind::unannounced, kFirst, "it has hung up"));
  told.tell(0, Kind::connected);
  told.tell(0, Kind::unannounced);
  BOOST_TEST(told.summary() == "redis 10.0.0.7:6379: up");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
