// What operators end, and who may be one.

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/admin_fixture.h"

namespace session::test {
namespace {

struct Console : AdminFixture {
  Response by_front(const std::string& method, const std::string& query, const std::string& cookie,
                    const std::string& require) {
    Asked asked(method);
    asked.with("DOCUMENT_URI", "/_admin/sessions").with("QUERY_STRING", query).with("HTTP_COOKIE", cookie);
    if (!require.empty()) asked.with("GATEWAY_REQUIRE", require);
    return answer(gateway::admin_endpoint, asked);
  }
  static bool all_by(const Response& response, const std::string& name) {
    return std::all_of(response.events.begin(), response.events.end(), [&](const SessionEvent& event) {
      return event.actor == name && event.cause == SessionEvent::kAdmin &&
             event.kind == SessionEvent::Kind::destroyed;
    });
  }

  Session admin = login("root", Json{{"groups", Json::array({"admin"})}});
  Session bobs = login("bob");
  Session adas_first = login("ada");
  Session adas = login("ada");
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(admin_ends, Console)

BOOST_AUTO_TEST_CASE(one_session_ends_by_name_and_the_audit_says_by_whom) {
  for (const auto& [session, query] : {std::pair(&adas, "subject=ada"), std::pair(&bobs, "")}) {
    const Response response = by_socket("DELETE", "/sessions/" + session->log_id(), query);
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body == "{\"ended\":1}\n");
    BOOST_TEST_REQUIRE(response.events.size() == 1u);
    BOOST_TEST(response.events[0].session == session->log_id());
    BOOST_TEST(all_by(response, "uid:0"));
    BOOST_TEST(refusal(cookie_of(*session)) == "unknown");
    BOOST_TEST(by_socket("DELETE", "/sessions/" + session->log_id(), query).status == 404);
  }
  BOOST_TEST(refusal(cookie_of(adas_first)) == "a session");
}

BOOST_AUTO_TEST_CASE(all_sessions_of_a_subject_end_and_nobody_elses) {
  const Response response = end("subject=ada");
  BOOST_TEST(response.body == "{\"ended\":2}\n");
  BOOST_TEST(all_by(response, "uid:0"));
  BOOST_TEST(refusal(cookie_of(adas)) == "unknown");
  BOOST_TEST(refusal(cookie_of(bobs)) == "a session");
  BOOST_TEST(end("subject=ada").body == "{\"ended\":0}\n");
}

BOOST_AUTO_TEST_CASE(all_but_one_end_if_that_one_is_there) {
  for (const std::string name : {"0123456789abcdef", "", "%25"}) {
    BOOST_TEST(end("subject=ada&except=" + name).status == 404);
    BOOST_TEST(refusal(cookie_of(adas_first)) == "a session");
  }
  BOOST_TEST(end("subject=ada&except=" + bobs.log_id()).status == 404);
  BOOST_TEST(end("subject=ada&except=" + adas.log_id()).body == "{\"ended\":1}\n");
  BOOST_TEST(refusal(cookie_of(adas)) == "a session");
  BOOST_TEST(refusal(cookie_of(adas_first)) == "unknown");
}

BOOST_AUTO_TEST_CASE(every_session_ends_only_if_that_is_said_twice) {
  for (const std::string query :
       {"", "all=true", "all=true&confirm=true", "all=1&confirm=all", "all&confirm=all", "confirm=all",
        "all=true&confirm=all&subject=ada", "all=true&confirm=all&except=x",
        "subject=", "subject=ada&confirm=all", "subject=ada&cursor=aa", "subject=ada&cursor=", "except=x",
        "all=true&confirm=all&limit=1", "al=true"}) {
    const Response response = end(query);
    BOOST_TEST(response.status == 400, query);
    BOOST_TEST(reason(response) == "bad-query");
  }
  const Session visitor = stored(Json{{"cart", 1}});
  const Response response = end("all=true&confirm=all");
  BOOST_TEST(response.body == "{\"ended\":5}\n");
  for (const Session* session : std::initializer_list<const Session*>{&admin, &bobs, &adas, &visitor})
    BOOST_TEST(refusal(cookie_of(*session)) == "unknown");
}

BOOST_AUTO_TEST_CASE(what_takes_too_long_ends_in_parts) {
  for (int i = 0; i < 1200; ++i) (void)stored(Json{{"user", "user " + std::to_string(i)}});
  services.admin.time = milliseconds(0);
  std::string cursor;
  std::size_t ended = 0;
  int parts = 0;
  do {
    const Response response = end("all=true&confirm=all" + (cursor.empty() ? "" : "&cursor=" + cursor));
    cursor = cursor_in(response);
    BOOST_TEST(response.status == (cursor.empty() ? 200 : 202));
    ended += body(response).at("ended").get<std::size_t>();
  } while (!cursor.empty() && ++parts < 100);
  BOOST_TEST(parts >= 1);
  BOOST_TEST(ended == 1204u);
  BOOST_TEST(names_in(get("/sessions")).empty());
}

BOOST_AUTO_TEST_CASE(the_many_sessions_of_a_subject_end_in_parts_too) {
  for (int i = 0; i < 600; ++i) (void)stored(Json{{"user", "bob"}});
  services.admin.time = milliseconds(0);
  std::string cursor;
  std::size_t ended = 0;
  int parts = 0;
  do {
    const Response response = end("subject=bob" + (cursor.empty() ? "" : "&cursor=" + cursor));
    cursor = cursor_in(response);
    BOOST_TEST(response.status == (cursor.empty() ? 200 : 202));
    ended += body(response).at("ended").get<std::size_t>();
  } while (!cursor.empty() && ++parts < 100);
  BOOST_TEST(parts >= 2);
  BOOST_TEST(ended == 601u);
  BOOST_TEST(refusal(cookie_of(adas)) == "a session");
}

// Between two parts it gets another id, of which a page may have been looked at; its tombstone is gone by
// then.
BOOST_AUTO_TEST_CASE(a_session_that_gets_another_id_between_two_parts_ends_with_all) {
  for (int round = 0; round < 20; ++round) {
    std::vector<Session> movers;
    for (int i = 0; i < 20; ++i) movers.push_back(stored(Json{{"user", "mover"}}));
    for (int i = 0; i < 1200; ++i) (void)stored(Json{{"cart", i}});
    services.admin.time = milliseconds(0);
    std::string cursor;
    do {
      const Response response = end("all=true&confirm=all" + (cursor.empty() ? "" : "&cursor=" + cursor));
      cursor = cursor_in(response);
      if (cursor.empty() || round % 2 == 0) continue;
      for (Session& mover : movers) (void)run(mover.regenerate());
      clock.advance(std::chrono::seconds(61));
    } while (!cursor.empty());
    for (const Session& mover : movers) BOOST_TEST(refusal(cookie_of(mover)) != "a session");
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_halfway_is_an_outage_that_says_how_many_have_ended) {
  store.fail(ScriptedStore::erase_if_call, 1);
  const Response half = end("subject=ada");
  BOOST_TEST(half.status == 503);
  BOOST_TEST(reason(half) == "store-unavailable");
  BOOST_TEST(body(half).at("ended") == half.events.size());
  BOOST_TEST(half.events.size() < 2u);
  BOOST_TEST(all_by(half, "uid:0"));
  BOOST_TEST(end("subject=ada").status == 200);
  BOOST_TEST(refusal(cookie_of(adas)) == "unknown");
  BOOST_TEST(refusal(cookie_of(adas_first)) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_location_without_a_rule_serves_nobody) {
  for (const std::string require : {"", "login", "login,", " login , login", ","}) {
    for (const char* method : {"GET", "DELETE"}) {
      const Response response = by_front(method, "all=true&confirm=all", cookie_of(admin), require);
      BOOST_TEST(response.status == 403);
      BOOST_TEST(reason(response) == "forbidden");
    }
  }
  BOOST_TEST(log.text().find("GATEWAY_REQUIRE") != std::string::npos);
  BOOST_TEST(refusal(cookie_of(adas)) == "a session");
}

BOOST_AUTO_TEST_CASE(whoever_does_not_satisfy_the_rule_sees_and_ends_nothing) {
  for (const std::string require : {"admin", "login,admin", "admin,login", "user,admin", "unknown-rule"}) {
    const Response response = by_front("DELETE", "all=true&confirm=all", cookie_of(bobs), require);
    BOOST_TEST(response.status == 403);
    BOOST_TEST(reason(response) == "forbidden");
  }
  for (const std::string cookie : {"", "none=1", "__Host-session=v1.k1.x.y.z"}) {
    const Response response = by_front("GET", "", cookie, "login,admin");
    BOOST_TEST(response.status == 401);
    BOOST_TEST(response.body.find("sessions") == std::string::npos);
  }
  const Session nobodys = stored(Json{{"groups", Json::array({"admin"})}});
  BOOST_TEST(by_front("GET", "", cookie_of(nobodys), "admin").status == 401);
  BOOST_TEST(refusal(cookie_of(adas)) == "a session");
}

BOOST_AUTO_TEST_CASE(who_satisfies_it_is_named_in_the_audit) {
  BOOST_TEST(by_front("GET", "", cookie_of(admin), "login,admin").status == 200);
  const Response response = by_front("DELETE", "subject=ada", cookie_of(admin), "login,admin");
  BOOST_TEST(response.body == "{\"ended\":2}\n");
  BOOST_TEST(all_by(response, "root"));
}

BOOST_AUTO_TEST_CASE(ones_own_session_ends_last_of_all) {
  for (int i = 0; i < 1200; ++i) (void)stored(Json{{"user", "user " + std::to_string(i)}});
  services.admin.time = milliseconds(0);
  std::string cursor;
  int parts = 0;
  do {
    const Response response =
        by_front("DELETE", "all=true&confirm=all" + (cursor.empty() ? "" : "&cursor=" + cursor),
                 cookie_of(admin), "admin");
    BOOST_TEST_REQUIRE(response.status < 300);
    cursor = cursor_in(response);
    BOOST_TEST(refusal(cookie_of(admin)) == (cursor.empty() ? "unknown" : "a session"));
  } while (!cursor.empty() && ++parts < 100);
  BOOST_TEST(parts >= 1);
}

BOOST_AUTO_TEST_CASE(a_page_of_another_site_ends_nothing) {
  for (const auto& [name, value] :
       {std::pair("HTTP_SEC_FETCH_SITE", "cross-site"), std::pair("HTTP_ORIGIN", "https://evil.example")}) {
    for (const char* method : {"DELETE", "POST"}) {
      Asked asked(method);
      asked.with("DOCUMENT_URI", "/sessions").with("QUERY_STRING", "subject=ada");
      asked.with("HTTP_COOKIE", cookie_of(admin)).with("GATEWAY_REQUIRE", "admin");
      asked.with("HTTP_HOST", "gateway.test").with(name, value);
      const Response response = answer(gateway::admin_endpoint, asked);
      BOOST_TEST(response.status == 403);
      BOOST_TEST(reason(response) == "cross-origin");
    }
  }
  BOOST_TEST(refusal(cookie_of(adas)) == "a session");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
