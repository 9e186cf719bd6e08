// What a session's next subject inherits, and when a session gets another id by itself.

#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using gateway::Response;

SessionManagerOptions with_privileges() {
  SessionManagerOptions options;
  options.privileges.forget_at_login = {"csrf"};
  options.privileges.rights = {"/groups"};
  return options;
}

struct AnotherUser : EndpointFixture {
  Response commit(const std::string& cookie, const std::string& set) {
    return ask(gateway::commit_endpoint, Asked("POST").with("HTTP_COOKIE", cookie).with("SESSION_SET", set));
  }
  Response change(const std::string& cookie, const std::string& body) {
    return ask(gateway::session_endpoint,
               Asked("POST").with("HTTP_COOKIE", cookie).with("GATEWAY_ALLOW", "set,unset").body(body));
  }
  Response ask(gateway::Endpoint endpoint, const Asked& asked) {
    const gateway::Request request = asked.request();
    return respond(endpoint(request, with_rights));
  }
  std::string begin(const char* attributes) { return cookie_of(stored(Json::parse(attributes))); }

  SessionManager strict = make_manager(format_options(), with_privileges());
  gateway::Services with_rights{strict, rules, telemetry, gateway::FlushMode::wait,
                                [this](Task<void> task) { background.push_back(std::move(task)); }};
};

BOOST_FIXTURE_TEST_SUITE(another_user, AnotherUser)

BOOST_AUTO_TEST_CASE(a_login_as_another_user_begins_with_what_it_sets_and_nothing_else) {
  const std::string alice = begin(R"({"user":"alice","groups":["admin"],"email":"a@x","cart":[1]})");
  const Response login = commit(alice, R"({"user":"bob","cart":[2]})");
  BOOST_TEST(data_of(given_cookie(login)) == R"({"cart":[2],"user":"bob"})");
  BOOST_TEST(refusal(alice) == "revoked");
}

BOOST_AUTO_TEST_CASE(the_answer_shows_what_is_stored) {
  const std::string alice = begin(R"({"user":"alice","groups":["admin"]})");
  BOOST_TEST(change(alice, R"({"set":{"user":"bob"}})").body == "{\"user\":\"bob\"}\n");
}

BOOST_AUTO_TEST_CASE(a_visitor_who_logs_in_keeps_his_cart_but_no_token_from_before) {
  const std::string visitor = begin(R"({"cart":[1],"csrf":"known to an attacker"})");
  BOOST_TEST(data_of(given_cookie(commit(visitor, R"({"user":"bob"})"))) == R"({"cart":[1],"user":"bob"})");
}

BOOST_AUTO_TEST_CASE(the_same_user_once_more_keeps_everything_but_the_id) {
  const std::string alice = begin(R"({"user":"alice","csrf":"x","cart":[1]})");
  const std::string again = given_cookie(commit(alice, R"({"user":"alice","n":1})"));
  BOOST_TEST(refusal(alice) == "revoked");
  BOOST_TEST(data_of(again) == R"({"cart":[1],"csrf":"x","n":1,"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(whoever_logs_in_after_a_logout_by_unset_inherits_no_right) {
  const std::string alice = begin(R"({"user":"alice","groups":["admin"],"email":"a@x","cart":[1]})");
  const std::string nobody = given_cookie(change(alice, R"({"unset":["user"]})"));
  BOOST_TEST(data_of(nobody) == R"({"cart":[1]})");
  const std::string bob = given_cookie(commit(nobody, R"({"user":"bob"})"));
  BOOST_TEST(data_of(bob) == R"({"cart":[1],"user":"bob"})");
}

BOOST_AUTO_TEST_CASE(another_user_s_login_that_races_a_write_inherits_nothing_of_the_write) {
  Session alice = stored(R"({"user":"alice","groups":["admin"]})"_json);
  const std::string cookie = cookie_of(alice);
  store.before(ScriptedStore::replace_call,
               [&] { (void)commit(cookie, R"({"email":"alice@example.com"})"); });
  BOOST_TEST(data_of(given_cookie(commit(cookie, R"({"user":"bob"})"))) == R"({"user":"bob"})");
}

// As of a program that writes records itself.
BOOST_AUTO_TEST_CASE(a_login_that_becomes_one_only_by_a_race_begins_anew_all_the_same) {
  Session alice = stored(R"({"user":"alice","groups":["staff"]})"_json);
  const std::string cookie = cookie_of(alice);
  const std::string key = key_of(alice);
  clock.advance(std::chrono::minutes(20));
  store.before(ScriptedStore::replace_call, [&] {
    (void)replace(memory, key, text_of(memory, key),
                  R"({"v":1,"created":1800000000,"data":{"user":"bob","groups":["admin"]}})");
  });
  const Response response = ask(gateway::commit_endpoint, Asked("POST")
                                                              .with("HTTP_COOKIE", cookie)
                                                              .with("SESSION_SET", R"({"user":"alice"})")
                                                              .with("SESSION_REGENERATE", "true"));
  const Session now = opened(other, given_cookie(response));
  BOOST_TEST(data_of(given_cookie(response)) == R"({"user":"alice"})");
  BOOST_TEST((now.summary()->age.created == clock.unix_now()));
  BOOST_TEST_REQUIRE(response.events.size() == 1U);
  BOOST_TEST(response.events.front().cause == "login");
}

BOOST_AUTO_TEST_CASE(a_changed_right_gives_a_new_id_and_keeps_the_session) {
  const std::string alice = begin(R"({"user":"alice","groups":["staff"],"cart":[1]})");
  const Response changed = commit(alice, R"({"groups":["staff","admin"]})");
  const std::string now = given_cookie(changed);
  BOOST_TEST_REQUIRE(!now.empty());
  BOOST_TEST(refusal(alice) == "revoked");
  BOOST_TEST(data_of(now) == R"({"cart":[1],"groups":["staff","admin"],"user":"alice"})");
  BOOST_TEST_REQUIRE(changed.events.size() == 1U);
  BOOST_TEST(changed.events.front().cause == "rights");
}

BOOST_AUTO_TEST_CASE(a_right_that_is_written_as_it_was_gives_none) {
  const std::string alice = begin(R"({"user":"alice","groups":["staff"]})");
  BOOST_TEST(!commit(alice, R"({"groups":["staff"],"cart":[1]})").headers.has("Set-Cookie"));
  BOOST_TEST(refusal(alice) == "a session");
}

BOOST_AUTO_TEST_CASE(a_changed_right_waits_for_the_store_whatever_flush_says) {
  with_rights.flush = gateway::FlushMode::behind;
  const std::string alice = begin(R"({"user":"alice","groups":["staff"]})");
  BOOST_TEST(change(alice, R"({"set":{"groups":[]}})").headers.has("Set-Cookie"));
  BOOST_TEST(background.empty());
  BOOST_TEST(refusal(alice) == "revoked");
}

// Another program may write the session between the answer and the write: its new id would have no cookie.
BOOST_AUTO_TEST_CASE(what_rights_depend_on_is_never_written_behind_the_answer) {
  with_rights.flush = gateway::FlushMode::behind;
  const std::string alice = begin(R"({"user":"alice","groups":["staff"]})");
  BOOST_TEST(!commit(alice, R"({"groups":["staff"]})").headers.has("Set-Cookie"));
  BOOST_TEST(background.empty());
  BOOST_TEST(refusal(alice) == "a session");
  BOOST_TEST(commit(alice, R"({"user":"alice"})").headers.has("Set-Cookie"));
  BOOST_TEST(background.empty());
  (void)commit(begin(R"({"user":"alice"})"), R"({"cart":[1]})");
  BOOST_TEST(background.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_changed_right_does_not_restart_the_absolute_timeout) {
  const std::string alice = begin(R"({"user":"alice","groups":["staff"]})");
  const seconds created = clock.unix_now();
  clock.advance(std::chrono::minutes(20));
  const Session now = opened(other, given_cookie(commit(alice, R"({"groups":[]})")));
  BOOST_TEST((now.summary()->age.created == created));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
