#include "gateway/telemetry/request_log.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/config/express_format.h"
#include "gateway/realm/log_id_key.h"
#include "gateway/telemetry/log/log.h"
#include "tests/support/asked.h"
#include "tests/support/e2e/process.h"
#include "tests/support/log_lines.h"

namespace session::test {
namespace {

using gateway::Response;
using gateway::Settings;

void account_for(const Response& response, const std::string& id = "") {
  const Asked asked = Asked("GET").with("REQUEST_ID", id);
  gateway::record_request(asked.request(), response, "auth", std::chrono::microseconds(1234));
}

BOOST_AUTO_TEST_SUITE(record_request)

BOOST_AUTO_TEST_CASE(at_level_debug_each_request_is_a_line_and_otherwise_none) {
  const LogLines log;
  Response refused{401, {}, {}};
  refused.reason = "unknown";
  account_for(refused, "abc");
  BOOST_TEST(log.text() == "");
  spdlog::set_level(spdlog::level::debug);
  account_for(refused, "abc");
  account_for(Response{204, {}, {}}, "not an id");
  BOOST_TEST(log.text() ==
             "debug request abc: auth answered 401 (unknown) in 1234 us\n"
             "debug request -: auth answered 204 (done) in 1234 us\n");
}

BOOST_AUTO_TEST_CASE(events_go_to_the_audit) {
  const TempDir dir;
  const std::string file = dir / "audit.log";
  gateway::start_log(
      {gateway::LogLevel::error, gateway::LogFormat::text, {gateway::AuditTarget::file, file}});
  account_for(Response{204, {}, {}});
  BOOST_TEST(gateway::flush_log(std::chrono::seconds(20)));
  BOOST_TEST(read_file(file) == "");
  Response ended{204, {}, {}};
  ended.events.push_back({gateway::SessionEvent::Kind::destroyed, {}, "1111", "alice", {}});
  account_for(ended);
  gateway::change_log({gateway::LogLevel::info, gateway::LogFormat::text, {gateway::AuditTarget::off, ""}});
  BOOST_TEST(gateway::flush_log(std::chrono::seconds(20)));
  BOOST_TEST(read_file(file).ends_with("Z audit destroyed session=1111 subject=alice endpoint=auth\n"));
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
