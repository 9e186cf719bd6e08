#include "gateway/telemetry/metrics/metrics.h"

#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/backends/memory_families.h"
#include "gateway/backends/redis_families.h"
#include "gateway/http/problem.h"
#include "gateway/telemetry/metrics/count.h"
#include "tests/support/scrape.h"

namespace session::gateway {
namespace {

using session::test::Scrape;
using namespace std::chrono_literals;

// A gateway's metrics, and this thread as its worker.
struct Counted {
  [[nodiscard]] Scrape scrape() const { return Scrape(metrics.render()); }
  [[nodiscard]] double value(const std::string& series) const { return scrape()[series]; }

  void count(EndpointId endpoint, const Response& response, Clock::Steady::duration took) {
    count_request(row.counters(), endpoint, response, took);
  }

  Metrics metrics;
  const EndpointId auth = metrics.register_endpoint("auth");
  const EndpointId other = metrics.register_endpoint("session");
  const CounterRegistry::Row row{metrics.counters()};
};

Response with_status(int status) {
  Response response;
  response.status = status;
  return response;
}

std::string requests(const std::string& endpoint, const std::string& outcome) {
  return R"(session_gateway_requests_total{endpoint=")" + endpoint + R"(",outcome=")" + outcome + "\"}";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(metrics, Counted)

BOOST_AUTO_TEST_CASE(a_request_counts_once_under_its_endpoint_and_outcome) {
  const std::pair<int, const char*> expected[] = {{200, "ok"},          {204, "ok"},
                                                  {303, "ok"},          {401, "refused"},
                                                  {403, "forbidden"},   {400, "bad_request"},
                                                  {404, "bad_request"}, {405, "bad_request"},
                                                  {413, "bad_request"}, {503, "store_unavailable"},
                                                  {500, "error"}};
  for (const auto& [status, outcome] : expected) {
    const Scrape before = scrape();
    count(other, with_status(status), 1us);
    const Scrape after = scrape();
    BOOST_TEST(after[requests("session", outcome)] - before[requests("session", outcome)] == 1);
    double all = 0;
    for (const auto& [series, value] : after.values()) {
      if (series.starts_with("session_gateway_requests_total{")) all += value - before[series];
    }
    BOOST_TEST(all == 1, status);
  }
}

BOOST_AUTO_TEST_CASE(requests_of_no_endpoint_are_counted_under_none) {
  const std::size_t before = scrape().values().size();
  for (int i = 0; i < 5; ++i) count(EndpointId::none, problem(404, "no-endpoint", ""), 1us);
  BOOST_TEST(scrape().values().size() == before);
  BOOST_TEST(value(requests("none", "bad_request")) == 5);
}

BOOST_AUTO_TEST_CASE(as_many_endpoints_as_register_have_series_of_their_own) {
  Metrics many;
  std::vector<EndpointId> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(many.register_endpoint("endpoint-" + std::to_string(i)));
  const CounterRegistry::Row own(many.counters());
  for (const EndpointId id : ids) count_request(own.counters(), id, with_status(204), 1us);
  const Scrape scrape(many.render());
  for (int i = 0; i < 100; ++i) BOOST_TEST(scrape[requests("endpoint-" + std::to_string(i), "ok")] == 1, i);
  BOOST_TEST(scrape[requests("none", "ok")] == 0);
}

BOOST_AUTO_TEST_CASE(a_name_is_registered_once_and_none_after_somebody_counts) {
  Metrics own;
  (void)own.register_endpoint("auth");
  BOOST_CHECK_THROW((void)own.register_endpoint("auth"), std::logic_error);
  BOOST_CHECK_THROW((void)own.register_endpoint("none"), std::logic_error);
  BOOST_CHECK_THROW((void)metrics.register_endpoint("commit"), std::logic_error);
  BOOST_TEST(!scrape().has(requests("commit", "ok")));
}

BOOST_AUTO_TEST_CASE(a_refusal_counts_under_its_reason_and_one_that_is_not_listed_under_other) {
  count(auth, refused(RejectReason::bad_signature), 1us);
  count(auth, refused(RejectReason::bad_signature), 1us);
  count(auth, problem(403, "a reason of tomorrow", ""), 1us);
  count(auth, with_status(204), 1us);
  BOOST_TEST(value(R"(session_gateway_refusals_total{reason="bad-signature"})") == 2);
  BOOST_TEST(value(R"(session_gateway_refusals_total{reason="other"})") == 1);
  BOOST_TEST(value(R"(session_gateway_refusals_total{reason="absent"})") == 0);
}

BOOST_AUTO_TEST_CASE(durations_are_summed_in_seconds_and_their_buckets_are_cumulative) {
  count(auth, with_status(204), 1us);
  count(auth, with_status(204), 1500ns);
  count(auth, with_status(204), 6s);
  const Scrape scrape = this->scrape();
  const std::string name = "session_gateway_request_duration_seconds";
  const auto below = [&](const std::string& bound) {
    return scrape[name + R"(_bucket{endpoint="auth",le=")" + bound + "\"}"];
  };
  BOOST_TEST(below("1e-06") == 1);
  BOOST_TEST(below("2.5e-06") == 2);
  BOOST_TEST(below("0.1") == 2);
  BOOST_TEST(below("5") == 2);
  BOOST_TEST(below("+Inf") == 3);
  BOOST_TEST(scrape[name + R"(_count{endpoint="auth"})"] == 3);
  BOOST_TEST(scrape[name + R"(_sum{endpoint="auth"})"] == 6.0000025, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(what_a_request_did_to_sessions_counts_by_cause) {
  using Kind = SessionEvent::Kind;
  Response response = with_status(200);
  response.events = {{Kind::created},
                     {Kind::created},
                     {Kind::moved},
                     {Kind::regenerated, SessionEvent::kLogin},
                     {Kind::regenerated, SessionEvent::kLogin},
                     {Kind::regenerated, SessionEvent::kLogin},
                     {Kind::destroyed},
                     {Kind::regenerated, SessionEvent::kAsked},
                     {Kind::regenerated, SessionEvent::kAsked},
                     {Kind::regenerated, SessionEvent::kRights},
                     {Kind::refused, "absent"}};
  count(other, response, 1us);
  const Scrape scrape = this->scrape();
  BOOST_TEST(scrape[R"(session_gateway_sessions_created_total{cause="new"})"] == 2);
  BOOST_TEST(scrape[R"(session_gateway_sessions_created_total{cause="moved"})"] == 1);
  BOOST_TEST(scrape[R"(session_gateway_session_ids_changed_total{cause="login"})"] == 3);
  BOOST_TEST(scrape[R"(session_gateway_session_ids_changed_total{cause="asked"})"] == 2);
  BOOST_TEST(scrape[R"(session_gateway_session_ids_changed_total{cause="rights"})"] == 1);
  BOOST_TEST(scrape[R"(session_gateway_sessions_ended_total{cause="destroyed"})"] == 1);
  BOOST_TEST(scrape[R"(session_gateway_refusals_total{reason="absent"})"] == 0);
}

BOOST_AUTO_TEST_CASE(store_commands_count_by_command_and_outcome) {
  CountedCommands observer(row.counters());
  observer.observe(StoreCommand::erase_if, 3us, false);
  observer.observe(StoreCommand::erase_if, 3us, true);
  observer.observe(StoreCommand::erase_if, 3us, true);
  const std::string name = "session_gateway_store_command_duration_seconds_count";
  const Scrape scrape = this->scrape();
  BOOST_TEST(scrape[name + R"({command="erase_if",outcome="failed"})"] == 1);
  BOOST_TEST(scrape[name + R"({command="erase_if",outcome="ok"})"] == 2);
  BOOST_TEST(scrape[name + R"({command="erase",outcome="ok"})"] == 0);
}

BOOST_AUTO_TEST_CASE(a_configuration_that_was_refused_is_told_and_the_generation_stays) {
  BOOST_TEST(value("session_gateway_config_generation") == 1);
  BOOST_TEST(value("session_gateway_config_last_reload_successful") == 1);
  metrics.config_reloaded(true, 2, 1000s);
  metrics.config_reloaded(false, 2, 2000s);
  BOOST_TEST(value("session_gateway_config_generation") == 2);
  BOOST_TEST(value("session_gateway_config_last_reload_successful") == 0);
  BOOST_TEST(value("session_gateway_config_last_reload_timestamp_seconds") == 2000);
  metrics.config_reloaded(true, 3, 3000s);
  BOOST_TEST(value("session_gateway_config_generation") == 3);
  BOOST_TEST(value("session_gateway_config_last_reload_successful") == 1);
}

BOOST_AUTO_TEST_CASE(the_memory_store_and_redis_tell_what_is_theirs_only) {
  MemoryStore::Stats stats{
      .entries = 3, .bytes = 700, .evictions = 4, .expendable_evictions = 1, .expirations = 7};
  metrics.register_store([&] {
    StoreReport report;
    report.ended = StoreReport::Ended{stats.expirations, stats.evictions + stats.expendable_evictions};
    add_memory_families(report.families, stats, 4096);
    return report;
  });
  const Scrape memory = scrape();
  BOOST_TEST(memory["session_gateway_memory_store_sessions"] == 3);
  BOOST_TEST(memory["session_gateway_memory_store_bytes"] == 700);
  BOOST_TEST(memory["session_gateway_memory_store_max_bytes"] == 4096);
  BOOST_TEST(memory["session_gateway_memory_store_evictions_total"] == 4);
  BOOST_TEST(memory["session_gateway_memory_store_anonymous_evictions_total"] == 1);
  BOOST_TEST(memory["session_gateway_memory_store_expirations_total"] == 7);
  BOOST_TEST(memory[R"(session_gateway_sessions_ended_total{cause="evicted"})"] == 5);
  BOOST_TEST(memory[R"(session_gateway_sessions_ended_total{cause="expired"})"] == 7);
  BOOST_TEST(memory["session_gateway_store_up"] == 1);
  BOOST_TEST(!memory.types().contains("session_gateway_store_connections"));

  RedisReport redis_report{.up = 1,
                           .connecting = 2,
                           .down = 3,
                           .reconnects = 4,
                           .outages = 5,
                           .failovers = 6,
                           .too_large = 8,
                           .cut_off = true};
  metrics.register_store([&] {
    StoreReport report;
    report.up = !redis_report.cut_off;
    add_redis_families(report.families, redis_report);
    return report;
  });
  const Scrape redis = scrape();
  BOOST_TEST(redis[R"(session_gateway_store_connections{state="up"})"] == 1);
  BOOST_TEST(redis[R"(session_gateway_store_connections{state="connecting"})"] == 2);
  BOOST_TEST(redis[R"(session_gateway_store_connections{state="down"})"] == 3);
  BOOST_TEST(redis["session_gateway_store_reconnects_total"] == 4);
  BOOST_TEST(redis["session_gateway_store_outages_total"] == 5);
  BOOST_TEST(redis["session_gateway_store_failovers_total"] == 6);
  BOOST_TEST(redis["session_gateway_store_too_large_total"] == 8);
  BOOST_TEST(redis["session_gateway_store_up"] == 0);
  BOOST_TEST(!redis.types().contains("session_gateway_memory_store_bytes"));
  BOOST_TEST(!redis.has(R"(session_gateway_sessions_ended_total{cause="expired"})"));
}

BOOST_AUTO_TEST_CASE(a_near_cache_tells_what_it_does) {
  const NearCache::Stats stats{.hits = 1,
                               .misses = 2,
                               .stale = 3,
                               .announcements = 4,
                               .flushes = 5,
                               .entries = 6,
                               .bytes = 7,
                               .oldest_hit = milliseconds(8500)};
  metrics.register_store([&] {
    StoreReport report;
    add_near_cache_families(report.families, stats);
    return report;
  });
  const Scrape told = scrape();
  BOOST_TEST(told[R"(session_gateway_near_cache_lookups_total{result="hit"})"] == 1);
  BOOST_TEST(told[R"(session_gateway_near_cache_lookups_total{result="miss"})"] == 2);
  BOOST_TEST(told[R"(session_gateway_near_cache_lookups_total{result="stale"})"] == 3);
  BOOST_TEST(told["session_gateway_near_cache_announcements_total"] == 4);
  BOOST_TEST(told["session_gateway_near_cache_flushes_total"] == 5);
  BOOST_TEST(told["session_gateway_near_cache_entries"] == 6);
  BOOST_TEST(told["session_gateway_near_cache_bytes"] == 7);
  BOOST_TEST(told["session_gateway_near_cache_oldest_hit_seconds"] == 8.5);
}

BOOST_AUTO_TEST_CASE(what_the_caches_hold_and_may_hold_is_read_when_it_is_asked_for) {
  const auto budget = std::make_shared<CacheBudget>(1000);
  metrics.set_cache_budget(budget);
  BOOST_TEST_REQUIRE(budget->reserve(600));
  BOOST_TEST(value("session_gateway_remembered_bytes") == 600);
  BOOST_TEST(value("session_gateway_remembered_max_bytes") == 1000);
  budget->release(500);
  budget->set_max(2000);
  BOOST_TEST(value("session_gateway_remembered_bytes") == 100);
  BOOST_TEST(value("session_gateway_remembered_max_bytes") == 2000);
}

BOOST_AUTO_TEST_CASE(lost_lines_and_workers_are_told_as_they_are_given) {
  metrics.set_workers(7);
  metrics.set_lost_lines([] { return std::uint64_t{11}; });
  BOOST_TEST(value("session_gateway_workers") == 7);
  BOOST_TEST(value("session_gateway_log_lines_lost_total") == 11);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
