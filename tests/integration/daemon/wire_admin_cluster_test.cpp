// Operators of gateways whose sessions are in a Redis Cluster, or behind sentinels, while servers and slots
// move.

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/admin_gateway.h"
#include "tests/support/daemon/wire_redis.h"
#include "tests/support/redis/redis_cluster.h"
#include "tests/support/redis/sentinel_group.h"

namespace session::gateway::test {
namespace {

using session::test::RedisCluster;
using session::test::RedisServer;
using session::test::SentinelGroup;

WireGateway::Setup on(const RedisCluster& cluster) {
  WireGateway::Setup setup;
  setup.yaml = "workers: 2\nstore: { type: redis, redis: { topology: cluster, deadline: 2s, urls: [";
  for (const auto& address : cluster.addresses()) setup.yaml += "'redis://" + to_text(address) + "',";
  setup.yaml += "] } }\n";
  return with_admin(setup);
}

WireGateway::Setup on(const SentinelGroup& group) {
  WireGateway::Setup setup;
  setup.yaml = "workers: 2\nstore: { type: redis, redis: { topology: sentinel, deadline: 2s, master_name: " +
               std::string(SentinelGroup::kName) + ", urls: [";
  for (const auto& address : group.sentinel_addresses()) setup.yaml += "'redis://" + to_text(address) + "',";
  setup.yaml += "] } }\n";
  return with_admin(setup);
}

int status_of_check(const WireGateway& gateway, const std::string& cookie) {
  return gateway.unix_peer()
      .ask(request(1, asking("auth", "GET", {{"HTTP_COOKIE", "session=" + cookie}})))
      .status;
}

std::size_t alive(const WireGateway& gateway, const std::vector<std::string>& cookies) {
  return static_cast<std::size_t>(std::count_if(cookies.begin(), cookies.end(), [&](const auto& cookie) {
    return status_of_check(gateway, cookie) == 204;
  }));
}

// What a DELETE has come to, with all answers that say to go on.
struct Ending {
  int status = 0;
  std::size_t ended = 0;
};

Ending end(AdminPeer& peer, const std::string& query) {
  Ending ending;
  std::string cursor;
  do {
    const Answer answer =
        peer.ask("DELETE", "/sessions?" + query + (cursor.empty() ? "" : "&cursor=" + cursor));
    const Json body = Json::parse(answer.body);
    ending.status = answer.status;
    ending.ended += body.value("ended", std::size_t{0});
    cursor = answer.status == 202 ? body.value("cursor", "") : "";
  } while (!cursor.empty());
  return ending;
}

// Ends until it is done: an end that could not finish says so, and is repeated.
Ending end_after_all(AdminPeer& peer, const std::string& query) {
  Ending ending;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const Ending one = end(peer, query);
    BOOST_TEST((one.status == 200 || one.status == 503), one.status);
    ending.status = one.status;
    ending.ended += one.ended;
    if (one.status == 200) break;
  }
  return ending;
}

// The names of all sessions on all pages. A page that can't be had says so, and is asked for again.
struct Listing {
  std::set<std::string> names;
  int pages = 0;
  int failures = 0;

  // `after_first`: what happens between the first page and the second.
  Listing(AdminPeer& peer, const std::string& query, const std::function<void()>& after_first = {}) {
    std::string cursor;
    do {
      const Json page = page_in_the_end(peer, "/sessions?" + query + cursor);
      for (const Json& session : page.at("sessions")) names.insert(session.at("name").get<std::string>());
      const std::string next = page.value("cursor", "");
      cursor = next.empty() ? "" : "&cursor=" + next;
      if (++pages == 1 && after_first) after_first();
    } while (!cursor.empty());
  }

 private:
  Json page_in_the_end(AdminPeer& peer, const std::string& target) {
    Answer answer;
    wait_until("a page", [&] {
      answer = peer.ask("GET", target);
      if (answer.status == 503) ++failures;
      return answer.status != 503;
    });
    return answer.status == 200 ? Json::parse(answer.body) : throw std::runtime_error(answer.content);
  }
};

// Lists while a server takes over. One listing has its first page from before, the others go on meanwhile.
void lists_during(SentinelGroup& group, const WireGateway& gateway, const std::function<void()>& failover) {
  for (const std::string query : {"limit=20", "subject=ada&limit=20"}) {
    AdminPeer peer(gateway);
    const auto expected = Listing(peer, query).names;
    BOOST_TEST_REQUIRE(expected.size() == 400u);
    group.wait_for_replica();
    std::vector<Listing> listings;
    const Listing across(peer, query, [&] {
      const std::jthread meanwhile([&](const std::stop_token& stop) {
        AdminPeer another(gateway);
        while (!stop.stop_requested()) listings.emplace_back(another, query);
      });
      failover();
    });
    BOOST_TEST(across.pages >= 20);
    listings.push_back(across);
    int failures = 0;
    for (const Listing& listing : listings) {
      BOOST_TEST((listing.names == expected), listing.names.size());
      failures += listing.failures;
    }
    BOOST_TEST_MESSAGE(query << ": " << listings.size() << " times, " << failures << " pages not at once");
  }
}

void pages_and_ends(const WireGateway& gateway) {
  const auto bobs = log_in_often(gateway, "bob", 300);
  const auto adas = log_in_often(gateway, "ada", 300);
  AdminPeer peer(gateway);
  BOOST_TEST(peer.names("limit=1000").size() == 600u);
  BOOST_TEST(peer.names("limit=7").size() == 600u);
  BOOST_TEST(peer.names("subject=ada&limit=100").size() == 300u);
  BOOST_TEST(end(peer, "subject=ada").ended == 300u);
  BOOST_TEST(alive(gateway, adas) == 0u);
  BOOST_TEST(alive(gateway, bobs) == 300u);
  BOOST_TEST(end(peer, "all=true&confirm=all").ended == 300u);
  BOOST_TEST(alive(gateway, bobs) == 0u);
  BOOST_TEST(peer.names("limit=1000").empty());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_admin_cluster)

BOOST_AUTO_TEST_CASE(a_cluster_is_listed_and_ended_whole) {
  RedisCluster cluster;
  const WireGateway gateway(on(cluster));
  pages_and_ends(gateway);
}

BOOST_AUTO_TEST_CASE(what_sentinels_watch_over_is_listed_and_ended_whole) {
  const SentinelGroup group;
  const WireGateway gateway(on(group));
  pages_and_ends(gateway);
}

// The replica takes over without a loss, at some moment of the end.
BOOST_AUTO_TEST_CASE(a_failover_during_an_end_of_all_ends_all_or_says_that_it_has_not) {
  RedisCluster cluster;
  const WireGateway gateway(on(cluster));
  for (const std::string query : {"subject=ada", "all=true&confirm=all"}) {
    const auto cookies = log_in_often(gateway, "ada", 600);
    const std::size_t replica = query == "subject=ada" ? 3 : 0;  // and back
    Ending ending;
    std::thread failover([&] { cluster.fail_over_to(replica); });
    AdminPeer peer(gateway);
    ending = end_after_all(peer, query);
    failover.join();
    BOOST_TEST(ending.status == 200);
    cluster.wait_until_ok();
    BOOST_TEST(alive(gateway, cookies) == 0u);
    BOOST_TEST(peer.names("limit=1000").empty());
  }
}

BOOST_AUTO_TEST_CASE(a_failover_by_sentinels_during_a_listing_hides_no_session) {
  SentinelGroup group;
  const WireGateway gateway(on(group));
  (void)log_in_often(gateway, "ada", 400);
  lists_during(group, gateway, [&] { group.fail_over(); });
}

BOOST_AUTO_TEST_CASE(nor_does_the_death_of_a_master_under_sentinels) {
  SentinelGroup group;
  const WireGateway gateway(on(group));
  (void)log_in_often(gateway, "ada", 400);
  lists_during(group, gateway, [&] {
    RedisServer& dead = group.master();
    group.kill_master();
    dead.start();
    group.wait_for_replica();
  });
}

// The master dies: what it has not told its replica is lost, so only what is said now counts.
BOOST_AUTO_TEST_CASE(while_a_master_is_dead_an_end_says_how_far_it_came_and_can_be_repeated) {
  RedisCluster cluster;
  const WireGateway gateway(on(cluster));
  const auto cookies = log_in_often(gateway, "ada", 300);
  std::thread failover([&] { cluster.kill_master(1); });
  AdminPeer peer(gateway);
  const Ending first = end(peer, "subject=ada");
  BOOST_TEST((first.status == 503 || first.status == 200), first.status);
  failover.join();
  const Ending second = end_after_all(peer, "subject=ada");
  BOOST_TEST(second.status == 200);
  BOOST_TEST(first.ended + second.ended >= 300u);
  BOOST_TEST(alive(gateway, cookies) == 0u);
}

BOOST_AUTO_TEST_CASE(a_slot_that_moves_during_an_end_of_all_hides_no_session) {
  RedisCluster cluster;
  const WireGateway gateway(on(cluster));
  const auto cookies = log_in_often(gateway, "ada", 400);
  std::atomic<bool> done = false;
  // Slots of the third master, which a scan comes to last, move to the first one, which it has left by then.
  std::thread moves([&] {
    for (int slot = 10923; slot < 11223 && !done; ++slot) cluster.migrate_slot(slot, 0);
  });
  AdminPeer peer(gateway);
  const Ending ending = end_after_all(peer, "all=true&confirm=all");
  done = true;
  moves.join();
  BOOST_TEST(ending.status == 200);
  BOOST_TEST(alive(gateway, cookies) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
