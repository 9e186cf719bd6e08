// What the `metrics` endpoint says of a gateway whose sessions are in Redis, and that what both stores tell
// is all that docs/monitor.md lists.

#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_redis.h"
#include "tests/support/places.h"
#include "tests/support/scrape.h"

namespace session::test {
namespace {

using gateway::test::asking;
using gateway::test::on;
using gateway::test::Peer;
using gateway::test::request;
using gateway::test::WireGateway;

std::string metrics_of(const WireGateway& gateway) {
  return gateway.unix_peer().ask(request(1, asking("metrics"))).body;
}
Scrape scrape(const WireGateway& gateway) { return Scrape(metrics_of(gateway)); }

int check(Peer& peer, const std::string& cookie) {
  return peer.ask(request(1, asking("auth", "GET", {{"HTTP_COOKIE", "session=" + cookie}}))).status;
}

std::string connections(const std::string& state) {
  return R"(session_gateway_store_connections{state=")" + state + "\"}";
}
std::string loads(const std::string& outcome) {
  return R"(session_gateway_store_command_duration_seconds_count{command="load",outcome=")" + outcome + "\"}";
}
std::string requests(const std::string& endpoint, const std::string& outcome) {
  return R"(session_gateway_requests_total{endpoint=")" + endpoint + R"(",outcome=")" + outcome + "\"}";
}

// Type and labels by name.
using Listed = std::map<std::string, std::pair<std::string, std::set<std::string>>>;

Listed in_docs() {
  const std::string page = read_file(source_root() + "/docs/monitor.md");
  const std::regex row(R"(\n\| `(\w+)` \| (counter|gauge|histogram) \|([^|]*)\|)");
  const std::regex label("`(\\w+)`");
  Listed listed;
  for (std::sregex_iterator at(page.begin(), page.end(), row), end; at != end; ++at) {
    auto& [type, labels] = listed[(*at)[1]];
    type = (*at)[2];
    const std::string column = (*at)[3];
    for (std::sregex_iterator one(column.begin(), column.end(), label); one != end; ++one)
      labels.insert((*one)[1]);
  }
  return listed;
}

void add(Listed& listed, const Scrape& scrape) {
  for (const auto& [name, type] : scrape.types()) {
    listed[name].first = type;
    listed[name].second.merge(scrape.labels(name));
  }
}

// Whether promtool has nothing to say against it.
void check_with_promtool(const std::string& metrics) {
  const TempDir dir;
  write_file(dir / "metrics", metrics);
  Process promtool({"sh", "-c", "promtool check metrics < '" + (dir / "metrics") + "'"}, dir / "log");
  BOOST_TEST(promtool.wait() == 0);
  BOOST_TEST(read_file(dir / "log") == "");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_metrics)

BOOST_AUTO_TEST_CASE(what_is_told_is_what_the_documentation_lists_and_promtool_finds_no_fault) {
  RedisServer redis;
  const WireGateway with_redis(on(redis, "deadline: 2s, near_cache: { max_bytes: 1MiB }"));
  const TempDir folder;
  const WireGateway with_file(
      {.yaml = "workers: 2\nstore: { memory: { file: '" + (folder / "sessions.db") + "' } }\n"});
  Listed told;
  for (const WireGateway* gateway : {&with_redis, &with_file}) {
    (void)gateway->log_in(R"({"user":"alice"})");
    const std::string metrics = metrics_of(*gateway);
    check_with_promtool(metrics);
    add(told, Scrape(metrics));
  }
  const Listed docs = in_docs();
  BOOST_TEST(docs.size() > 30U);
  for (const auto& [name, as_listed] : docs) {
    BOOST_TEST(told.contains(name), name << " is listed and not told");
    if (told.contains(name)) BOOST_TEST((told.at(name) == as_listed), name << ": other type or labels");
  }
  for (const auto& [name, _] : told) BOOST_TEST(docs.contains(name), name << " is told and not listed");
}

BOOST_AUTO_TEST_CASE(an_outage_of_redis_and_its_end_are_told) {
  RedisServer redis;
  WireGateway::Setup setup = on(redis);
  setup.yaml.replace(setup.yaml.find("workers: 2"), 10, "workers: 1");
  const WireGateway gateway(setup);
  // Its first load is that of the trial at the start.
  wait_until("the connection of the start", [&] { return scrape(gateway)[loads("ok")] == 1; });
  Scrape told = scrape(gateway);
  BOOST_TEST(told["session_gateway_store_up"] == 1);
  BOOST_TEST(told[connections("up")] == 1);

  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  Peer peer = gateway.unix_peer();
  BOOST_TEST(check(peer, cookie) == 204);
  told = scrape(gateway);
  BOOST_TEST(told["session_gateway_store_up"] == 1);
  BOOST_TEST(told[connections("up")] == 1);
  BOOST_TEST(told["session_gateway_store_reconnects_total"] == 0);
  BOOST_TEST(told[loads("ok")] == 2);
  BOOST_TEST(told[loads("failed")] == 0);

  redis.kill();
  BOOST_TEST(check(peer, cookie) == 503);
  wait_until("the outage to be known", [&] { return scrape(gateway)["session_gateway_store_up"] == 0; });
  BOOST_TEST(check(peer, cookie) == 503);
  told = scrape(gateway);
  BOOST_TEST(told[connections("down")] == 1);
  BOOST_TEST(told[connections("up")] == 0);
  BOOST_TEST(told["session_gateway_store_outages_total"] == 1);
  BOOST_TEST(told[requests("auth", "store_unavailable")] == 2);
  BOOST_TEST(told[R"(session_gateway_refusals_total{reason="store-unavailable"})"] == 2);
  BOOST_TEST(told[loads("failed")] == 2);
  BOOST_TEST(told[loads("ok")] == 2);

  redis.start();
  wait_until("Redis to be found again", [&] { return scrape(gateway)["session_gateway_store_up"] == 1; });
  told = scrape(gateway);
  BOOST_TEST(told[connections("up")] == 1);
  BOOST_TEST(told[connections("down")] == 0);
  BOOST_TEST(told["session_gateway_store_reconnects_total"] == 1);
  BOOST_TEST(told["session_gateway_store_failovers_total"] == 0);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_no_session_is_counted) {
  RedisServer redis;
  const WireGateway gateway(on(redis));
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  redis.tell({"SET", redis.string_keys().at(0), "no session", "KEEPTTL"});
  Peer peer = gateway.unix_peer();
  BOOST_TEST(check(peer, cookie) == 401);
  const Scrape told = scrape(gateway);
  BOOST_TEST(told["session_gateway_malformed_records_total"] == 1);
  BOOST_TEST(told[R"(session_gateway_refusals_total{reason="malformed"})"] == 1);
  BOOST_TEST(told["session_gateway_store_too_large_total"] == 0);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_too_large_to_be_read_is_counted) {
  RedisServer redis;
  const WireGateway gateway(on(redis));
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  redis.tell({"SETRANGE", redis.string_keys("*").at(0), "200000", "x"});
  Peer peer = gateway.unix_peer();
  for (int i = 0; i < 3; ++i) BOOST_TEST(check(peer, cookie) == 401);
  const Scrape told = scrape(gateway);
  BOOST_TEST(told["session_gateway_store_too_large_total"] == 3);
  BOOST_TEST(told["session_gateway_malformed_records_total"] == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
