#include "tests/resilience/drill.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "core/store/redis/topology/announcements.h"
#include "tests/support/e2e/support.h"
#include "tests/support/rounds.h"
#include "tests/support/scrape.h"

namespace session::gateway::test {
namespace {

using namespace std::chrono_literals;

constexpr int kVisitors = 40;
constexpr std::size_t kWarm = 2000;  // answers before the fault
constexpr milliseconds kQuiet = 1s;
// Far above the deadlines of two or three commands, also on a busy machine; a request that hangs is ended
// only after kRequestDeadline.
constexpr milliseconds kMaxAnswer = 20s;
constexpr const char* kRequestDeadline = "30s";
// Copies end with the connection. Workers see its end within milliseconds, on a busy machine later.
constexpr milliseconds kEndNoticed = 500ms;

static_assert(kCopiesRely == Announcements::kHeartbeat + Announcements::kPatience);

// For long: there may be a sanitizer, and others on the machine.
void await(const std::string& what, const std::function<bool()>& condition) {
  wait_until(what, condition, 60s);
}

// Without stale_on_outage: copies end with the connection, or two seconds after the server has fallen silent.
std::string near_cache() { return with_near_cache() ? ", near_cache: { max_bytes: 16MiB }" : ""; }

std::string yaml(const DrillSetup& setup) {
  return "workers: " + std::to_string(Drill::kWorkers) + "\nlimits: { request_deadline: " + kRequestDeadline +
         " }\nsession: { touch_every: " + setup.touch_every + " }\nstore: { type: redis, redis: { " +
         setup.redis + near_cache() + " } }\n";
}

std::size_t descriptors_of(const WireGateway& gateway) {
  const std::filesystem::directory_iterator open("/proc/" + std::to_string(gateway.pid()) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

}  // namespace

bool with_near_cache() { return session::test::number_in("SESSION_TEST_DRILLS_NEAR_CACHE", 0) != 0; }

Drill::Drill(DrillSetup setup) : setup_(std::move(setup)) {
  for (std::size_t i = 0; i < setup_.gateways; ++i) {
    gateways_.push_back(std::make_unique<WireGateway>(WireGateway::Setup{.yaml = yaml(setup_)}));
  }
  for (int i = 0; i < kVisitors; ++i) {
    visitors_.emplace_back(gateway(static_cast<std::size_t>(i) % gateways()), i, setup_.memory);
  }
  load_.emplace(gateways_, visitors_, tally_, setup_.mix, setup_.connections);
  wait_for_answers(kWarm);
}

Drill::~Drill() {
  load_.reset();
  if (!session::test::test_has_failed()) return;
  for (const std::string& example : tally_.figures().examples) BOOST_TEST_MESSAGE("wrong: " << example);
}

void Drill::begin() {
  for (const auto& gateway : gateways_) descriptors_.push_back(descriptors_of(*gateway));
  tally_.begin(std::chrono::steady_clock::now());
}

void Drill::wait_for_outages(std::size_t more) {
  const std::size_t enough = tally_.outages() + more;
  await("an outage", [&] { return tally_.outages() >= enough; });
}

void Drill::wait_for_answers(std::size_t more) {
  const std::size_t enough = tally_.answered() + more;
  await("answers", [&] { return tally_.answered() >= enough; });
}

void Drill::hold_for(milliseconds time) {
  const Moment end = std::chrono::steady_clock::now() + time;
  wait_until("time to pass", [&] { return std::chrono::steady_clock::now() >= end; });
}

void Drill::redis_is_gone(Gone how) {
  const milliseconds copies = how == Gone::it_stands_still ? kCopiesRely : kEndNoticed;
  tally_.redis_is_gone(std::chrono::steady_clock::now(), with_near_cache() ? copies : milliseconds(0));
}

void Drill::hold_without_redis(milliseconds time) {
  redis_is_gone(Gone::its_connections_ended);
  hold_for(time);
  redis_may_answer();
}

void Drill::finish(const std::vector<session::test::RedisServer*>& servers) { finish(servers, Claims{}); }

void Drill::finish(const std::vector<session::test::RedisServer*>& servers, const Claims& claims) {
  wait_for_quiet();
  check_descriptors();
  check_clients(servers);
  load_->stop();
  check_every_visitor();
  check_hits();
  const Figures figures = tally_.figures();
  BOOST_TEST(figures.wrong == 0u);
  BOOST_TEST((figures.outages > 0) == !claims.without_outage);
  BOOST_TEST(figures.back_after.count() <= claims.back_within.count());
  BOOST_TEST(figures.longest_answer.count() <= kMaxAnswer.count());
  BOOST_TEST_MESSAGE(line(setup_.name + (with_near_cache() ? "/near" : ""), figures));
}

// Without hits a drill with near caches is one without them.
void Drill::check_hits() const {
  if (!with_near_cache()) return;
  for (const auto& gateway : gateways_) {
    Peer peer = gateway->unix_peer();
    const session::test::Scrape told(peer.ask(request(1, asking("metrics", "GET"))).body);
    BOOST_TEST(told[R"(session_gateway_near_cache_lookups_total{result="hit"})"] > 0);
  }
}

void Drill::wait_for_quiet() {
  await("the end of the outage", [this] {
    return tally_.answered() > 0 && std::chrono::steady_clock::now() - tally_.last_trouble() >= kQuiet;
  });
}

// While the load goes on, whose connections are among them. What was cut may take a moment to be closed; to
// each server of a group a worker keeps one.
void Drill::check_descriptors() const {
  for (std::size_t i = 0; i < gateways(); ++i) {
    wait_until("the gateway to close what it has no use for",
               [&] { return descriptors_of(gateway(i)) <= descriptors_.at(i) + kWorkers * setup_.others; });
  }
}

void Drill::check_clients(const std::vector<session::test::RedisServer*>& servers) const {
  for (session::test::RedisServer* server : servers) {
    wait_until("Redis to have one client for each worker",
               [&] { return server->open_clients("session-gateway") <= kWorkers * gateways(); });
  }
}

void Drill::check_every_visitor() {
  for (const auto& gateway : gateways_) {
    Peer peer = gateway->unix_peer();
    for (Visitor& visitor : visitors_) {
      for (const Judgement& judgement : {visitor.check(peer), visitor.read(peer), visitor.write(peer)}) {
        BOOST_TEST(judgement.is_sound(), judgement.why);
      }
    }
  }
}

std::string url_of(const RedisAddress& socket) { return "url: 'unix://" + socket.path + "'"; }

std::string urls_of(const std::vector<RedisAddress>& addresses, const std::string& topology) {
  std::string list;
  for (const RedisAddress& address : addresses) {
    list += (list.empty() ? "" : ", ") + ("'redis://" + to_text(address) + "'");
  }
  return "urls: [" + list + "], topology: " + topology;
}

}  // namespace session::gateway::test
