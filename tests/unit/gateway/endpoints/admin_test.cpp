// Who is logged in, as operators see it.

#include <array>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/admin_fixture.h"

namespace session::test {

BOOST_FIXTURE_TEST_SUITE(admin_endpoint, AdminFixture)

BOOST_AUTO_TEST_CASE(an_operator_sees_every_session_and_whose_it_is) {
  const Session adas = login("ada");
  const Session visitor = stored(Json{{"cart", 1}});
  const Response response = get("/sessions");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.headers.get("Cache-Control") == "no-store");
  BOOST_TEST(names_in(response) == (std::set{adas.log_id(), visitor.log_id()}),
             boost::test_tools::per_element());
  BOOST_TEST(cursor_in(response) == "");
  const Json sessions = body(response).at("sessions");
  for (const Json& session : sessions) {
    const bool is_adas = session.at("name") == adas.log_id();
    BOOST_TEST(session.at("subject") == (is_adas ? Json("ada") : Json()));
    BOOST_TEST(session.at("expires").is_number());
  }
  BOOST_TEST(response.body.find(adas.id()) == std::string::npos);
  BOOST_TEST(response.body.find(key_of(adas)) == std::string::npos);
  BOOST_TEST(response.events.empty());
}

BOOST_AUTO_TEST_CASE(the_sessions_of_a_subject_come_in_pages_newest_first) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) names.push_back(login("ada lovelace").log_id());
  const Session bobs = login("bob");
  const Response first = get("/sessions", "subject=ada%20lovelace&limit=2");
  BOOST_TEST_REQUIRE(body(first).at("sessions").size() == 2u);
  BOOST_TEST(body(first).at("sessions")[0].at("name") == names[4]);
  BOOST_TEST(body(first).at("sessions")[1].at("name") == names[3]);
  const Response second = get("/sessions", "subject=ada+lovelace&limit=2&cursor=" + cursor_in(first));
  BOOST_TEST(names_in(second) == (std::set{names[2], names[1]}), boost::test_tools::per_element());
  BOOST_TEST(pages("subject=ada+lovelace&limit=2").first == std::set(names.begin(), names.end()),
             boost::test_tools::per_element());
  BOOST_TEST(get("/sessions", "subject=nobody").body == "{\"sessions\":[]}\n");
}

BOOST_AUTO_TEST_CASE(a_page_goes_on_behind_a_session_that_has_ended_meanwhile) {
  std::vector<std::string> names;
  for (int i = 0; i < 4; ++i) names.push_back(login("ada").log_id());
  const std::string cursor = cursor_in(get("/sessions", "subject=ada&limit=2"));
  BOOST_TEST(by_socket("DELETE", "/sessions/" + names[2], "subject=ada").status == 200);
  BOOST_TEST(names_in(get("/sessions", "subject=ada&cursor=" + cursor)) == (std::set{names[1], names[0]}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(all_sessions_come_in_pages_and_none_is_missed) {
  std::set<std::string> names;
  for (int i = 0; i < 300; ++i) names.insert(login("user " + std::to_string(i % 7)).log_id());
  const auto [found, count] = pages("limit=20");
  BOOST_TEST(found == names, boost::test_tools::per_element());
  BOOST_TEST(count >= 300 / 40);
  services.admin.time = milliseconds(0);
  BOOST_TEST((pages("limit=1000").first == names));
}

BOOST_AUTO_TEST_CASE(one_session_is_found_with_and_without_its_subject) {
  const Session adas = login("ada");
  for (const char* query : {"", "subject=ada"}) {
    const Response response = get("/sessions/" + adas.log_id(), query);
    BOOST_TEST(response.status == 200);
    BOOST_TEST(body(response).at("name") == adas.log_id());
    BOOST_TEST(body(response).at("subject") == "ada");
    BOOST_TEST(!body(response).contains("attributes"));
  }
  BOOST_TEST(get("/sessions/" + adas.log_id(), "subject=bob").status == 404);
  BOOST_TEST(reason(get("/sessions/0123456789abcdef")) == "no-such-session");
}

BOOST_AUTO_TEST_CASE(attributes_are_shown_only_where_the_configuration_says_so) {
  const Session adas = login("ada", Json{{"cart", Json::array({1, 2})}});
  BOOST_TEST(get("/sessions/" + adas.log_id()).body.find("cart") == std::string::npos);
  BOOST_TEST(get("/sessions/" + adas.log_id()).events.empty());
  services.admin.attributes = true;
  const Response told = get("/sessions/" + adas.log_id());
  const Json shown = body(told);
  BOOST_TEST_REQUIRE(told.events.size() == 1u);
  BOOST_TEST((told.events[0].kind == SessionEvent::Kind::viewed));
  BOOST_TEST(told.events[0].session == adas.log_id());
  BOOST_TEST(told.events[0].subject == "ada");
  BOOST_TEST(told.events[0].actor == "uid:0");
  BOOST_TEST(shown.at("attributes") == (Json{{"user", "ada"}, {"cart", Json::array({1, 2})}}));
  BOOST_TEST(get("/sessions").body.find("cart") == std::string::npos);
  BOOST_TEST(get("/sessions").events.empty());
}

BOOST_AUTO_TEST_CASE(a_cookie_leads_to_its_session_and_extends_it_not) {
  const Session adas = login("ada");
  const std::string cookie = cookie_of(adas);
  const std::string value = cookie.substr(cookie.find('=') + 1);
  clock.advance(std::chrono::minutes(20));
  for (const std::string& text : {cookie, value, value + "\n", "other=1; " + cookie, " " + value + " \r\n"}) {
    const Response response = by_socket("POST", "/sessions", "", text);
    BOOST_TEST(response.status == 200);
    BOOST_TEST(body(response).at("name") == adas.log_id());
    BOOST_TEST(response.body.find(adas.id()) == std::string::npos);
  }
  clock.advance(std::chrono::minutes(11));
  for (const std::string& text :
       {cookie, std::string("rubbish"), std::string(), "x=" + std::string(9000, 'a')}) {
    const Response response = by_socket("POST", "/sessions", "", text);
    BOOST_TEST(response.status == 404);
    BOOST_TEST(reason(response) == "no-such-session");
  }
}

BOOST_AUTO_TEST_CASE(a_search_that_takes_too_long_is_answered_in_parts) {
  for (int i = 0; i < 1200; ++i) (void)stored(Json{{"cart", i}});
  const Session adas = login("ada");
  services.admin.time = milliseconds(0);
  std::string cursor;
  Response response;
  int parts = 0;
  do {
    response = get("/sessions/" + adas.log_id(), cursor.empty() ? "" : "cursor=" + cursor);
    cursor = cursor_in(response);
    BOOST_TEST(response.status == (cursor.empty() ? 200 : 202));
  } while (!cursor.empty() && ++parts < 100);
  BOOST_TEST(body(response).value("name", "") == adas.log_id());
  parts = 0;
  do {
    response = get("/sessions/0123456789abcdef", cursor.empty() ? "" : "cursor=" + cursor);
    cursor = response.status == 202 ? cursor_in(response) : "";
  } while (!cursor.empty() && ++parts < 100);
  BOOST_TEST(parts >= 1);
  BOOST_TEST(response.status == 404);
}

BOOST_AUTO_TEST_CASE(subjects_are_counted) {
  for (const char* user : {"ada", "adam", "bob", "ada", "ada"}) (void)login(user);
  (void)stored(Json{{"cart", 1}});
  const Json all = body(get("/subjects"));
  const Json expected =
      Json::array({Json{{"subject", "ada"}, {"sessions", 3}}, Json{{"subject", "adam"}, {"sessions", 1}},
                   Json{{"subject", "bob"}, {"sessions", 1}}});
  BOOST_TEST(all.at("subjects") == expected);
  BOOST_TEST(all.at("without_subject") == 1);
  const Json some = body(get("/subjects", "prefix=ada"));
  BOOST_TEST(some.at("subjects").size() == 2u);
  BOOST_TEST(!some.contains("without_subject"));
}

BOOST_AUTO_TEST_CASE(statistics_count_what_lives_and_what_began_and_ended) {
  for (const char* user : {"ada", "bob", "bob"}) (void)login(user);
  (void)stored(Json{{"cart", 1}});
  services.admin.time = milliseconds(0);
  const Json before = body(get("/stats"));
  BOOST_TEST(before.at("live").is_null());
  BOOST_TEST(before.at("counting") == true);
  run_background();
  const Json after = body(get("/stats"));
  BOOST_TEST(after.at("live").at("sessions") == 4);
  BOOST_TEST(after.at("live").at("with_subject") == 3);
  BOOST_TEST(after.at("live").at("without_subject") == 1);
  BOOST_TEST(after.at("live").at("age").is_number());
  BOOST_TEST(after.at("created").contains("new"));
  BOOST_TEST(after.at("ended").contains("limit"));
}

BOOST_AUTO_TEST_CASE(a_count_is_given_up_when_the_process_ends) {
  services.admin.time = milliseconds(0);
  services.admin.census_terms.stopping = [] { return true; };
  (void)get("/stats");
  run_background();
  services.admin.census_terms.stopping = [] { return false; };
  BOOST_TEST(!services.admin.census->counting());
  BOOST_TEST(body(get("/stats")).at("live").is_null());
}

BOOST_AUTO_TEST_CASE(a_count_that_fails_says_so) {
  services.admin.time = milliseconds(0);
  store.fail(ScriptedStore::keys_call);
  (void)get("/stats");
  run_background();
  const Json outage = body(get("/stats"));
  BOOST_TEST(outage.at("live").is_null());
  BOOST_TEST(outage.at("failed") == true);
  run_background();
  const Json after = body(get("/stats"));
  BOOST_TEST(after.at("live").is_object());
  BOOST_TEST(after.at("failed") == false);
}

BOOST_AUTO_TEST_CASE(what_is_asked_wrongly_is_refused_with_its_name) {
  const Session adas = login("ada");
  const std::string cursor = cursor_in((login("ada"), get("/sessions", "subject=ada&limit=1")));
  for (const auto& [query, name] : std::vector<std::pair<std::string, std::string>>{
           {"limit=0", "limit"},
           {"limit=1001", "limit"},
           {"limit=-1", "limit"},
           {"limit=1x", "limit"},
           {"limit=", "limit"},
           {"limit=99999999999999999999999", "limit"},
           {"cursor=", "cursor"},
           {"cursor=zz", "cursor"},
           {"cursor=0123456789", "cursor"},
           {"cursor=" + cursor, "cursor"},  // of another list
           {"cursor=" + cursor.substr(0, cursor.size() - 2), "cursor"},
           {"subject=ada&cursor=" + cursor + "00", "cursor"},
           {"subject=", "subject"},
           {"subjekt=ada", "subjekt"},
           {"limit=1&limit=2", "limit"},
           {"subject=%zz", "percent"},
           {"subject=" + std::string(5000, 'a'), "4,096"}}) {
    const Response response = get("/sessions", query);
    BOOST_TEST(response.status == 400);
    BOOST_TEST(reason(response) == "bad-query");
    BOOST_TEST(detail(response).find(name) != std::string::npos, query << " -> " << detail(response));
  }
  BOOST_TEST(get("/stats", "x=1").status == 400);
  BOOST_TEST(get("/sessions/" + adas.log_id(), "limit=1").status == 400);
}

BOOST_AUTO_TEST_CASE(a_name_that_no_session_can_have_costs_no_command) {
  (void)login("ada");
  store.fail_all();
  for (const std::string& name : {std::string(), std::string("a/b"), std::string("%41"), std::string(65, 'a'),
                                  std::string(".."), std::string("a b"), std::string("a\0b", 3)}) {
    for (const char* method : {"GET", "DELETE"}) {
      const Response response = by_socket(method, "/sessions/" + name);
      BOOST_TEST(response.status == 404);
    }
  }
}

BOOST_AUTO_TEST_CASE(there_is_nothing_else_and_other_methods_are_refused) {
  for (const char* path : {"", "/", "/sessionsx", "/stats/", "/subjects/x", "/Sessions", "/health"}) {
    const Response response = get(path);
    BOOST_TEST(response.status == 404);
    BOOST_TEST(reason(response) == "no-endpoint");
  }
  BOOST_TEST(get("/_admin/sessions/x/stats").status == 200);
  BOOST_TEST(by_socket("HEAD", "/_admin/sessions").status == 200);
  for (const auto& [path, allow] :
       std::vector<std::pair<std::string, std::string>>{{"/sessions", "GET, HEAD, POST, DELETE"},
                                                        {"/sessions/a", "GET, HEAD, DELETE"},
                                                        {"/stats", "GET, HEAD"}}) {
    const Response response = by_socket("PUT", path);
    BOOST_TEST(response.status == 405);
    BOOST_TEST(response.headers.get("Allow") == allow);
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_is_an_outage) {
  const Session adas = login("ada");
  store.fail_all();
  for (const std::string& path :
       {std::string("/sessions"), "/sessions/" + adas.log_id(), std::string("/subjects")}) {
    const Response response = get(path);
    BOOST_TEST(response.status == 503);
    BOOST_TEST(response.headers.has("Retry-After"));
  }
  BOOST_TEST(get("/sessions", "subject=ada").status == 503);
  BOOST_TEST(by_socket("POST", "/sessions", "", cookie_of(adas)).status == 503);
}

BOOST_AUTO_TEST_CASE(a_subject_is_the_text_itself_in_questions_and_in_answers) {
  for (const std::string name : {"J\xc3\xbcrgen", "100%", " Ann ", "%41", "a,b", "\xd9\x86\xd8\xb5"}) {
    const Session session = login(name);
    std::string query;
    for (const char c : name) {
      std::array<char, 4> escape{};
      std::snprintf(escape.data(), escape.size(), "%%%02x",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      query += escape.data();
    }
    const Response found = get("/sessions", "subject=" + query);
    BOOST_TEST_REQUIRE(body(found).at("sessions").size() == 1u, name);
    BOOST_TEST(body(found).at("sessions")[0].at("subject") == name);
    const Json subjects = body(get("/subjects", "prefix=" + query)).at("subjects");
    BOOST_TEST_REQUIRE(subjects.size() == 1u, name);
    BOOST_TEST(subjects[0].at("subject") == name);
    BOOST_TEST(body(get("/sessions/" + session.log_id(), "subject=" + query)).at("subject") == name);
    BOOST_TEST(body(end("subject=" + query)).at("ended") == 1, name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
