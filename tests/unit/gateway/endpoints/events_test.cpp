// What an answer tells the operator besides what it tells the client.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/migration_fixture.h"

namespace session::test {
namespace {

using gateway::Response;

// "KIND CAUSE SUBJECT", and whether the session is named.
std::vector<std::string> told(const Response& response) {
  const char* kinds[] = {"created", "regenerated", "moved", "destroyed", "viewed", "refused"};
  std::vector<std::string> all;
  for (const SessionEvent& event : response.events) {
    std::string text = kinds[static_cast<int>(event.kind)];
    for (const std::string_view part : {event.cause, std::string_view(event.subject)})
      text.append(part.empty() ? "" : " ").append(part);
    all.push_back(text + (event.session.empty() ? " of nobody known" : ""));
  }
  return all;
}

using Told = std::vector<std::string>;
void check(const Response& response, const Told& expected) {
  BOOST_TEST(told(response) == expected, boost::test_tools::per_element());
}

struct Fixture : TakeoverFixture {
  Response auth_for(const std::string& header, const std::string& require = "") {
    return answer(gateway::auth_endpoint,
                  Asked("GET").with("HTTP_COOKIE", header).with("GATEWAY_REQUIRE", require));
  }
  static std::string forged(std::string header) {
    header.back() = header.back() == 'A' ? 'B' : 'A';
    return header;
  }

  std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
};

BOOST_FIXTURE_TEST_SUITE(events, Fixture)

BOOST_AUTO_TEST_CASE(a_passing_check_and_a_visitor_without_a_cookie_tell_nothing) {
  check(auth_for(cookie), {});
  BOOST_TEST(auth_for(cookie).events.capacity() == 0U);
  check(auth_for(""), {});
  check(auth_for("a=b"), {});
  check(answer(gateway::session_endpoint, Asked("GET").with("HTTP_COOKIE", cookie)), {});
  check(answer(gateway::session_endpoint, Asked("GET")), {});
  check(commit("", "SESSION_DESTROY", "true"), {});
}

BOOST_AUTO_TEST_CASE(a_refused_cookie_is_told_with_its_reason_by_every_endpoint) {
  check(auth_for(forged(cookie)), {"refused bad-signature of nobody known"});
  check(auth_for("__Host-session=x"), {"refused malformed of nobody known"});
  check(auth_for(cookie_of(manager.create())), {"refused unknown"});
  check(answer(gateway::session_endpoint, Asked("GET").with("HTTP_COOKIE", forged(cookie))),
        {"refused bad-signature of nobody known"});
  check(change("DELETE", forged(cookie)), {"refused bad-signature of nobody known"});
  check(commit(forged(cookie), "SESSION_DESTROY", "true"), {"refused bad-signature of nobody known"});
  check(commit(forged(cookie), "SESSION_SET", R"({"user":"bob"})"),
        {"refused bad-signature of nobody known", "created bob"});
}

BOOST_AUTO_TEST_CASE(a_session_that_may_not_pass_is_told_with_its_subject) {
  check(auth_for(cookie, "admin"), {"refused forbidden alice"});
}

BOOST_AUTO_TEST_CASE(actions_that_are_refused_are_told) {
  const auto post = [&] { return Asked("POST").with("HTTP_COOKIE", cookie).body(R"({"destroy":true})"); };
  check(answer(gateway::session_endpoint, post()), {"refused not-allowed of nobody known"});
  check(answer(gateway::session_endpoint, post().with("HTTP_SEC_FETCH_SITE", "cross-site")),
        {"refused cross-origin of nobody known"});
}

BOOST_AUTO_TEST_CASE(a_session_s_whole_life_is_told) {
  const Response begun = commit("", "SESSION_SET", R"({"cart":1})");
  check(begun, {"created"});
  const Response login = commit(given_cookie(begun), "SESSION_SET", R"({"user":"alice"})");
  check(login, {"regenerated login alice"});
  BOOST_TEST(login.events.front().former == begun.events.front().session);
  check(commit(given_cookie(login), "SESSION_SET", R"({"theme":"dark"})"), {});
  const Response renewed = commit(given_cookie(login), "SESSION_REGENERATE", "true");
  check(renewed, {"regenerated asked alice"});
  const Response ended = commit(given_cookie(renewed), "SESSION_DESTROY", "true");
  check(ended, {"destroyed alice"});
  BOOST_TEST(ended.events.front().session == renewed.events.front().session);
}

BOOST_AUTO_TEST_CASE(a_logout_under_an_id_that_was_replaced_is_a_logout) {
  const Response renewed = commit(cookie, "SESSION_REGENERATE", "true");
  const Response ended = commit(cookie, "SESSION_DESTROY", "true");
  check(ended, {"destroyed"});
  BOOST_TEST(ended.events.front().session == renewed.events.front().session);
}

BOOST_AUTO_TEST_CASE(a_move_is_told_by_whatever_endpoint_met_it) {
  for (const std::string id : {"one", "two", "three", "four"}) express_writes(id, R"({"user":"alice"})");
  check(auth(express_cookie("one")), {"moved alice"});
  check(auth(express_cookie("one")), {});
  check(auth_for(express_cookie("two"), "admin"), {"moved alice", "refused forbidden alice"});
  check(answer(gateway::session_endpoint, Asked("GET").with("HTTP_COOKIE", express_cookie("three"))),
        {"moved alice"});
  check(commit(express_cookie("four"), "SESSION_SET", R"({"user":"bob"})"),
        {"moved alice", "regenerated login bob"});
}

BOOST_AUTO_TEST_CASE(an_outage_is_no_refusal) {
  store.fail_all();
  check(auth_for(cookie), {});
  check(commit(cookie, "SESSION_DESTROY", "true"), {});
}

BOOST_AUTO_TEST_CASE(what_is_written_behind_is_told_when_the_answer_is_made) {
  services.flush = gateway::FlushMode::behind;
  express_writes("one", R"({"user":"alice"})");
  check(change("POST", express_cookie("one"), R"({"set":{"theme":"dark"}})"), {"moved alice"});
  check(change("DELETE", cookie), {"destroyed alice"});
  run_background();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
