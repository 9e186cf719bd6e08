#include "gateway/telemetry/request_log.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/config/express_format.h"
#include "gateway/realm/log_id_key.h"
#include "tests/support/asked.h"
#include "tests/support/e2e/process.h"
#include "tests/support/log_lines.h"
#include "tests/support/scrape.h"

namespace session::test {
namespace {

using gateway::Response;
using gateway::Settings;

// A gateway's telemetry with one endpoint, and this thread as its worker.
struct Recording {
  explicit Recording(const gateway::LogSettings& settings = {}) : telemetry(settings, log.sink()) {}

  void record(const Response& response, const std::string& id = "") {
    const Asked asked = Asked("GET").with("REQUEST_ID", id);
    const gateway::Request request = asked.request();
    const gateway::AuditedRequest audited{request, "auth", telemetry.register_realm(realm)};
    gateway::record_request(worker, auth, audited, response, std::chrono::microseconds(1234));
  }

  LogLines log;
  gateway::Telemetry telemetry;
  gateway::EndpointId auth = telemetry.register_endpoint("auth");
  gateway::WorkerTelemetry worker{telemetry};
  std::string realm;
};

BOOST_AUTO_TEST_SUITE(record_request)

BOOST_AUTO_TEST_CASE(at_level_debug_each_request_is_a_line_and_otherwise_none) {
  Recording recording;
  Response refused{401, {}, {}};
  refused.reason = "unknown";
  recording.record(refused, "abc");
  BOOST_TEST(recording.log.text() == "");
  recording.telemetry.log().change({gateway::LogLevel::debug});
  recording.record(refused, "abc");
  recording.record(Response{204, {}, {}}, "not an id");
  BOOST_TEST(recording.log.text() ==
             "debug request abc: auth answered 401 (unknown) in 1234 us\n"
             "debug request -: auth answered 204 (done) in 1234 us\n");
}

BOOST_AUTO_TEST_CASE(events_go_to_the_audit_with_their_realm_and_requests_to_the_metrics) {
  const TempDir dir;
  const std::string file = dir / "audit.log";
  Recording recording(
      {gateway::LogLevel::error, gateway::LogFormat::text, {gateway::AuditTarget::file, file}});
  recording.record(Response{204, {}, {}});
  BOOST_TEST(gateway::flush_logs(std::chrono::seconds(20)));
  BOOST_TEST(read_file(file) == "");
  Response ended{204, {}, {}};
  ended.events.push_back({SessionEvent::Kind::destroyed, {}, "1111", "alice", {}});
  recording.record(ended);
  BOOST_TEST(gateway::flush_logs(std::chrono::seconds(20)));
  BOOST_TEST(read_file(file).ends_with("Z audit destroyed session=1111 subject=alice endpoint=auth\n"));
  recording.realm = "shop";
  recording.record(ended);
  BOOST_TEST(gateway::flush_logs(std::chrono::seconds(20)));
  BOOST_TEST(
      read_file(file).ends_with("Z audit destroyed session=1111 subject=alice realm=shop endpoint=auth\n"));
  const Scrape scrape(recording.worker.render_metrics());
  BOOST_TEST(scrape[R"(session_gateway_requests_total{endpoint="auth",outcome="ok"})"] == 3);
}

// What names are made with: text of the key, empty if it is to be a random one.
std::string named_by(const Settings& settings) { return std::string(gateway::log_id_key(settings).reveal()); }

BOOST_AUTO_TEST_CASE(names_in_logs_come_from_the_salt_and_not_from_keys_that_are_rotated) {
  Settings settings;
  BOOST_TEST(named_by(settings) == "");
  settings.salt = Secret("a salt");
  const std::string key = named_by(settings);
  BOOST_TEST(key.size() == 32U);
  BOOST_TEST(key.find("a salt") == std::string::npos);
  settings.keys = {KeyMaterial{"k1", Secret("a key")}};
  BOOST_TEST((named_by(settings) == key));
  settings.salt = Secret("another salt");
  BOOST_TEST((named_by(settings) != key));
}

BOOST_AUTO_TEST_CASE(where_a_format_has_no_salt_names_come_from_its_first_secret) {
  Settings settings;
  settings.salt = Secret("a salt");
  const std::string native = named_by(settings);
  const auto express_with = [](const char* second) {
    auto own = std::make_shared<gateway::ExpressSettings>();
    own->secrets = {Secret("first"), Secret(second)};
    return own;
  };
  settings.format = gateway::FormatRegistry::built_in().find("express");
  settings.formats["express"] = express_with("second");
  const std::string express = named_by(settings);
  BOOST_TEST((express != native));
  settings.formats["express"] = express_with("third");
  BOOST_TEST((named_by(settings) == express));
  settings.format = gateway::FormatRegistry::built_in().find("session-store");
  BOOST_TEST((named_by(settings) == native));
  settings.salt = Secret();
  BOOST_TEST(named_by(settings).size() == 32U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
