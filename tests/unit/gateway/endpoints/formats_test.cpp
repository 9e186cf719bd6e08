#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/format/express/express.h"
#include "core/format/session_store/session_store.h"
#include "gateway/endpoints/endpoint.h"
#include "tests/support/asked.h"
#include "tests/support/format_fixture.h"
#include "tests/support/log_lines.h"
#include "tests/support/whole_format.h"

// The endpoints over sessions in the formats of other libraries.
namespace session::test {
namespace {

using gateway::Response;

const std::string kRecord = R"({"cookie":{"path":"/"},"user":"alice"})";
const std::string kForeign = R"({"user":"alice"})";
const std::string kReserved =
    R"({"detail":"An attribute name is reserved by the session format.","reason":"bad-actions",)"
    R"("status":400,"type":"about:blank"})"
    "\n";
const std::string kWarning =
    "warning the store holds a record that is not a session of this format, or is too large; left "
    "unchanged: ";

struct Express : FormatFixture {
  Express()
      : FormatFixture("connect.sid", [](const Random& source) {
          ExpressFormatOptions options;
          options.secrets.emplace_back(std::string("keyboard cat"));
          return express_format(std::move(options), source);
        }) {
    write("hello", kRecord);
  }

  Response ask(gateway::Endpoint endpoint, const Asked& asked) {
    const gateway::Request request = asked.request();
    return respond(endpoint(request, services));
  }
  Response auth() { return ask(gateway::auth_endpoint, Asked("GET").with("HTTP_COOKIE", cookie)); }
  Response show() { return ask(gateway::session_endpoint, Asked("GET").with("HTTP_COOKIE", cookie)); }
  Response post(const std::string& body) {
    return ask(gateway::session_endpoint, Asked("POST")
                                              .with("HTTP_COOKIE", cookie)
                                              .with("GATEWAY_ALLOW", "set,unset,destroy,regenerate")
                                              .body(body));
  }
  Response commit(const std::string& name, const std::string& text) {
    return ask(gateway::commit_endpoint, Asked("GET").with("HTTP_COOKIE", cookie).with(name, text));
  }
  static std::string reason(const Response& response) {
    return std::string(response.headers.get("X-Session-Reason"));
  }
  // 401 malformed, and nothing written.
  void refused_as_malformed(const Response& response) {
    BOOST_TEST(response.status == 401);
    BOOST_TEST(reason(response) == "malformed");
    BOOST_TEST(record_of("hello") == kForeign);
    BOOST_TEST(memory.stats().entries == 1U);
  }

  std::string cookie = header_of("hello");
  RuleSet rules{std::vector<Rule>()};
  LogLines log;
  gateway::Telemetry process{gateway::LogSettings{}, log.sink()};
  gateway::WorkerTelemetry telemetry{process};
  gateway::Services services{manager, rules, telemetry, gateway::FlushMode::wait,
                             [](Task<void>) { BOOST_ERROR("nothing is written behind"); }};
};

BOOST_FIXTURE_TEST_SUITE(unreadable_records, Express)

BOOST_AUTO_TEST_CASE(they_are_counted_in_the_log_and_no_id_is_named) {
  write("hello", kForeign);
  for (int i = 0; i < 3; ++i) (void)auth();
  (void)show();
  (void)post(R"({"destroy":true})");
  cookie = "connect.sid=junk";
  (void)auth();
  const std::string text = log.text();
  BOOST_TEST(text.find("hello") == std::string::npos);
  BOOST_TEST(text.starts_with(kWarning + manager.log_id_of("sess:hello") + "\n"), text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(express_endpoints, Express)

BOOST_AUTO_TEST_CASE(a_session_of_the_library_is_passed_shown_and_changed) {
  BOOST_TEST(auth().status == 204);
  BOOST_TEST(auth().headers.get("X-Auth-Request-User") == "alice");
  BOOST_TEST(show().body == "{\"user\":\"alice\"}\n");
  BOOST_TEST(post(R"({"set":{"a":1}})").body == "{\"a\":1,\"user\":\"alice\"}\n");
  BOOST_TEST(record_of("hello") == R"({"cookie":{"path":"/"},"user":"alice","a":1})");
}

BOOST_AUTO_TEST_CASE(setting_a_reserved_name_is_a_400_and_nothing_is_written) {
  for (const std::string name : {"cookie", "id", "__proto__"}) {
    const Response response = post(R"({"set":{"a":1,")" + name + R"(":{}}})");
    BOOST_TEST(response.status == 400);
    BOOST_TEST(response.body == kReserved);
    BOOST_TEST(commit("SESSION_SET", name + "=x").status == 400);
    BOOST_TEST(reason(commit("SESSION_SET", name + "=x")) == "bad-actions");
  }
  BOOST_TEST(record_of("hello") == kRecord);
  cookie.clear();
  BOOST_TEST(commit("SESSION_SET", "cookie=x").status == 400);
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_CASE(so_it_is_where_answers_do_not_wait_for_the_store) {
  services.flush = gateway::FlushMode::behind;
  const Response response = post(R"({"set":{"cookie":{}}})");
  BOOST_TEST(response.status == 400);
  BOOST_TEST(response.body == kReserved);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_none_is_malformed_and_never_overwritten_but_a_destroy_erases_it) {
  write("hello", kForeign);
  refused_as_malformed(auth());
  refused_as_malformed(show());
  refused_as_malformed(post(R"({"unset":["user"]})"));
  refused_as_malformed(post(R"({"regenerate":true})"));
  const Response destroyed = post(R"({"destroy":true})");
  BOOST_TEST(destroyed.status == 204);
  BOOST_TEST(destroyed.headers.get("Set-Cookie").starts_with("connect.sid=; "));
  BOOST_TEST(record_of("hello") == "(absent)");
  write("hello", kForeign);
  BOOST_TEST(commit("SESSION_DESTROY", "true").status == 204);
  BOOST_TEST(record_of("hello") == "(absent)");
}

BOOST_AUTO_TEST_CASE(what_is_set_beside_a_record_that_is_none_begins_another_session_and_a_login_ends_it) {
  write("hello", kForeign);
  const Response visit = post(R"({"set":{"cart":1}})");
  BOOST_TEST(visit.status == 200);
  BOOST_TEST(visit.headers.get("Set-Cookie").starts_with("connect.sid=s%3AMDAw"));
  BOOST_TEST(record_of("hello") == kForeign);
  BOOST_TEST(post(R"({"set":{"user":"bob"}})").status == 200);
  BOOST_TEST(record_of("hello") == "(absent)");
}

// There is no tombstone to lead to the new id: all that can be done is to take the cookie away.
BOOST_AUTO_TEST_CASE(a_wish_to_end_a_session_that_has_just_moved_takes_the_cookie_away) {
  store.before(ScriptedStore::erase_if_call, [&] {
    Session session = opened("hello");
    BOOST_TEST(run(session.regenerate()).has_value());
  });
  const Response response = post(R"({"destroy":true})");
  BOOST_TEST(response.status == 401);
  BOOST_TEST(reason(response) == "unknown");
  BOOST_TEST(response.headers.get("Set-Cookie").starts_with("connect.sid=; "));
  BOOST_TEST(record_of("hello") == "(absent)");
}

BOOST_AUTO_TEST_CASE(readiness_is_tried_with_a_key_of_no_session) {
  const Response response = ask(gateway::ready_endpoint, Asked("GET"));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(record_of("hello") == kRecord);
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
