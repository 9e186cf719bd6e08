#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/apply_actions.h"
#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"

// What the session endpoint does not do for a client, and when it answers before the store has the change.
namespace session::test {
namespace {

using gateway::Response;

struct Refusals : EndpointFixture {
  Response ask(const Asked& asked) { return answer(gateway::session_endpoint, asked); }
  Asked post(const std::string& allow, const std::string& body) {
    return Asked("POST").with("HTTP_COOKIE", cookie).with("GATEWAY_ALLOW", allow).body(body);
  }
  static std::string reason(const Response& response) {
    return std::string(response.headers.get("X-Session-Reason"));
  }
  static std::string detail(const Response& response) {
    return parse_json(response.body)->at("detail").get<std::string>();
  }

  Session alice = stored(R"({"user":"alice"})"_json);
  std::string cookie = cookie_of(alice);
  int calls_before = store.count();
};

BOOST_FIXTURE_TEST_SUITE(session_endpoint_refuses, Refusals)

BOOST_AUTO_TEST_CASE(actions_that_the_location_does_not_allow) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"set":{"user":"root"}})", "Setting this attribute is not allowed here."},
      {R"({"unset":["user"]})", "Unsetting this attribute is not allowed here."},
      {R"({"destroy":true})", "Destroying the session is not allowed here."},
      {R"({"regenerate":true})", "Regenerating the session is not allowed here."}};
  for (const auto& [body, text] : cases) {
    for (const auto* allow : {"", "set:theme,unset:theme"}) {
      const Response response = ask(post(allow, body));
      BOOST_TEST(response.status == 403);
      BOOST_TEST(reason(response) == "not-allowed");
      BOOST_TEST(detail(response) == text);
    }
  }
  BOOST_TEST(store.count() == calls_before);
}

BOOST_AUTO_TEST_CASE(permissions_that_the_client_gives_itself) {
  const Response response = ask(post("", R"({"set":{"user":"root"}})").with("HTTP_GATEWAY_ALLOW", "set"));
  BOOST_TEST(response.status == 403);
}

BOOST_AUTO_TEST_CASE(actions_in_headers_that_the_location_does_not_allow) {
  for (const auto* name : {"SET", "UNSET", "DESTROY", "REGENERATE"}) {
    Asked asked = post("set:theme", R"({"set":{"theme":"dark"}})");
    asked.with(std::string("HTTP_X_SESSION_") + name, std::string(name) == "SET" ? "user=root" : "true");
    BOOST_TEST(ask(asked).status >= 400);
  }
  BOOST_TEST(store.count() == calls_before);
}

BOOST_AUTO_TEST_CASE(a_delete_where_destroying_is_not_allowed) {
  BOOST_TEST(ask(Asked("DELETE").with("HTTP_COOKIE", cookie).with("GATEWAY_ALLOW", "set,unset")).status ==
             403);
  BOOST_TEST(refusal(cookie) == "a session");
}

BOOST_AUTO_TEST_CASE(changes_that_another_site_asks_for) {
  const std::pair<std::string, std::string> headers[] = {{"HTTP_SEC_FETCH_SITE", "cross-site"},
                                                         {"HTTP_ORIGIN", "https://evil.example"},
                                                         {"HTTP_ORIGIN", "null"}};
  for (const auto& [name, value] : headers) {
    for (const auto* method : {"POST", "DELETE"}) {
      Asked asked(method);
      asked.with("HTTP_COOKIE", cookie)
          .with("GATEWAY_ALLOW", "set,destroy")
          .with("HTTP_HOST", "shop.example");
      const Response response = ask(asked.with(name, value));
      BOOST_TEST(response.status == 403);
      BOOST_TEST(reason(response) == "cross-origin");
    }
  }
  BOOST_TEST(store.count() == calls_before);
}

BOOST_AUTO_TEST_CASE(actions_that_can_not_be_read_without_quoting_them) {
  const std::pair<std::string, std::string> cases[] = {
      {"set=hunter2", "not JSON, at byte 1"},
      {"[]", "actions are a JSON object"},
      {R"({"set":1})", "set is a JSON object"},
      {R"({"sett":{}})", "actions are set, unset, destroy, regenerate, lifetime and flush, and nothing else"},
      {R"({"set":{"a":1},"unset":["a"]})", "a key is both set and unset"},
      {R"({"set":{"a":1},"destroy":true})", "destroy goes with no other action"},
      {R"({"destroy":false,"destroy":true})", "an object has the same key twice"}};
  for (const auto& [body, text] : cases) {
    const Response response = ask(post("set,unset,destroy", body));
    BOOST_TEST(response.status == 400);
    BOOST_TEST(reason(response) == "bad-actions");
    BOOST_TEST(detail(response) == text);
  }
  BOOST_TEST(detail(ask(post("set", "").with("HTTP_X_SESSION_SET", "nonsense"))) ==
             "set is a JSON object or key=value");
  BOOST_TEST(detail(ask(post("set", R"({"unset":["a"]})").with("HTTP_X_SESSION_SET", "a=1"))) ==
             "a key is both set and unset");
  BOOST_TEST(store.count() == calls_before);
}

BOOST_AUTO_TEST_CASE(a_delete_that_also_sets) {
  Asked asked("DELETE");
  asked.with("HTTP_COOKIE", cookie).with("GATEWAY_ALLOW", "set,destroy").body(R"({"set":{"a":1}})");
  BOOST_TEST(ask(asked).status == 400);
  BOOST_TEST(refusal(cookie) == "a session");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(session_endpoint_flushes_behind, Refusals)

BOOST_AUTO_TEST_CASE(a_plain_change_is_answered_before_the_store_has_it) {
  services.flush = gateway::FlushMode::behind;
  const Response response = ask(post("set", R"({"set":{"a":1}})"));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.body == "{\"a\":1,\"user\":\"alice\"}\n");
  BOOST_TEST(data_of(cookie) == R"({"user":"alice"})");
  BOOST_TEST_REQUIRE(background.size() == 1U);
  run_background();
  BOOST_TEST(data_of(cookie) == R"({"a":1,"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_change_that_asks_for_flush_is_answered_after) {
  services.flush = gateway::FlushMode::behind;
  (void)ask(post("set", R"({"set":{"a":1},"flush":true})"));
  BOOST_TEST(data_of(cookie) == R"({"a":1,"user":"alice"})");
  (void)ask(post("set", R"({"set":{"b":2}})").with("HTTP_X_SESSION_FLUSH", "true"));
  BOOST_TEST(data_of(cookie) == R"({"a":1,"b":2,"user":"alice"})");
  BOOST_TEST(background.empty());
}

BOOST_AUTO_TEST_CASE(whatever_gives_or_takes_a_cookie_is_answered_after) {
  services.flush = gateway::FlushMode::behind;
  for (const std::string body :
       {R"({"set":{"user":"bob"}})", R"({"regenerate":true})", R"({"destroy":true})"}) {
    const std::string fresh = cookie_of(stored(R"({"user":"alice"})"_json));
    Asked asked("POST");
    asked.with("HTTP_COOKIE", fresh).with("GATEWAY_ALLOW", "set,regenerate,destroy").body(body);
    BOOST_TEST(count_of(ask(asked), "Set-Cookie") == 1);
    BOOST_TEST(refusal(fresh) != "a session");
  }
  const Response response = ask(Asked("POST").with("GATEWAY_ALLOW", "set").body(R"({"set":{"a":1}})"));
  BOOST_TEST(data_of(given_cookie(response)) == R"({"a":1})");
  BOOST_TEST(background.empty());
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_refused_before_the_answer) {
  services.flush = gateway::FlushMode::behind;
  BOOST_TEST(ask(post("set", R"({"set":{"p":")" + std::string(70'000, 'p') + "\"}}")).status == 413);
  BOOST_TEST(background.empty());
}

BOOST_AUTO_TEST_CASE(a_session_destroyed_before_the_write_is_not_brought_back_and_the_loss_is_logged) {
  services.flush = gateway::FlushMode::behind;
  (void)ask(post("set", R"({"set":{"a":1}})"));
  run(alice.destroy());
  run_background();
  BOOST_TEST(refusal(cookie) == "unknown");
  BOOST_TEST(log.text() ==
             "error a session write failed after its response was sent: the session ended or got another id "
             "meanwhile\n");
}

BOOST_AUTO_TEST_CASE(the_log_says_why_a_session_was_not_written) {
  using Kind = WriteFailure::Kind;
  BOOST_TEST(gateway::for_log(WriteFailure(StoreFailure(StoreFailure::Kind::full, "no room"))) == "no room");
  BOOST_TEST(gateway::for_log(WriteFailure(Kind::gone)) == "the session ended or got another id meanwhile");
  BOOST_TEST(gateway::for_log(WriteFailure(Kind::too_large)) == "the session would exceed session.max_bytes");
  BOOST_TEST(gateway::for_log(WriteFailure(Kind::malformed)) ==
             "the store holds another record under its key");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
