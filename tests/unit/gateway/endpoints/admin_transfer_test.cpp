// Operators take all sessions away, and bring them back.

#include <unistd.h>

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/admin_fixture.h"

namespace session::test {
namespace {

struct Exports : AdminFixture {
  Response by_user(uid_t user, const std::string& method, const std::string& path,
                   const std::string& body = {}) {
    Asked asked(method);
    asked.with("DOCUMENT_URI", path).body(body);
    gateway::Request request = asked.request();
    request.operator_user = user;
    return respond(gateway::admin_endpoint(request, services));
  }
  Json exported() { return body(get("/export")); }
  static Json header() {
    return {{"format", "session-gateway export"},
            {"version", 1},
            {"id", std::string(22, 'i')},
            {"sessions", Json::object()}};
  }
  static std::string batch(const Json& records, int first = 0, const Json& with = header()) {
    return to_text(Json{{"header", with}, {"first", first}, {"records", records}});
  }
  Response import(const std::string& body) { return by_socket("POST", "/import", "", body); }
  void end_all() { (void)by_socket("DELETE", "/sessions", "all=true&confirm=all"); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(admin_transfer, Exports)

BOOST_AUTO_TEST_CASE(all_sessions_leave_and_come_back) {
  for (const char* user : {"ada", "bob"}) (void)login(user);
  (void)stored(Json{{"cart", 1}});
  const Response response = get("/export");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.headers.get("Cache-Control") == "no-store");
  const Json page = body(response);
  BOOST_TEST(page.at("records").size() == 3u);
  BOOST_TEST(page.at("unreadable") == 0);
  end_all();
  BOOST_TEST(exported().at("records").empty());
  const Json answer = body(import(batch(page.at("records"))));
  BOOST_TEST(answer.at("created") == 3);
  BOOST_TEST(answer.at("done") == 3);
  BOOST_TEST(names_in(get("/sessions")).size() == 3u);
}

BOOST_AUTO_TEST_CASE(both_are_told_with_who_asked_and_how_many) {
  (void)login("ada");
  const Response out = get("/export");
  BOOST_TEST_REQUIRE(out.events.size() == 1u);
  BOOST_TEST((out.events[0].kind == SessionEvent::Kind::exported));
  BOOST_TEST(out.events[0].actor == "uid:0");
  BOOST_TEST(out.events[0].count == 1u);
  end_all();
  const Response in = import(batch(body(out).at("records")));
  BOOST_TEST_REQUIRE(in.events.size() == 1u);
  BOOST_TEST((in.events[0].kind == SessionEvent::Kind::imported));
  BOOST_TEST(in.events[0].actor == "uid:0");
  BOOST_TEST(in.events[0].count == 1u);
  BOOST_TEST(import(batch(body(out).at("records"))).events.empty());
}

BOOST_AUTO_TEST_CASE(only_root_and_the_user_of_the_gateway_may) {
  (void)login("ada");
  const Json records = exported().at("records");
  for (const uid_t user : {uid_t{0}, ::geteuid()}) BOOST_TEST(by_user(user, "GET", "/export").status == 200);
  for (const uid_t user : {::geteuid() + 1, uid_t{65534}}) {
    for (const Response& response : {by_user(user, "GET", "/export"), by_user(user, "HEAD", "/export"),
                                     by_user(user, "POST", "/import", batch(records))}) {
      BOOST_TEST(response.status == 403);
      BOOST_TEST(reason(response) == "forbidden");
      BOOST_TEST(response.body.find("bytes") == std::string::npos);
      BOOST_TEST_REQUIRE(response.events.size() == 1u);
      BOOST_TEST((response.events[0].kind == SessionEvent::Kind::refused));
    }
    BOOST_TEST(by_user(user, "GET", "/sessions").status == 200);
  }
}

BOOST_AUTO_TEST_CASE(by_a_web_server_there_is_no_such_address) {
  const Session operators = login("ada", Json{{"groups", Json::array({"admin"})}});
  for (const auto& [method, path] : {std::pair{"GET", "/_admin/export"}, {"POST", "/_admin/import"}}) {
    Asked asked(method);
    asked.with("DOCUMENT_URI", path)
        .with("GATEWAY_REQUIRE", "admin")
        .with("HTTP_COOKIE", cookie_of(operators));
    asked.body(batch(Json::array()));
    for (const gateway::Endpoint endpoint : {gateway::admin_endpoint}) {
      const Response response = answer(endpoint, asked);
      BOOST_TEST(response.status == 404);
      BOOST_TEST(reason(response) == "no-endpoint");
    }
  }
}

BOOST_AUTO_TEST_CASE(pages_have_every_session_and_at_most_a_thousand) {
  std::set<std::string> keys;
  for (int i = 0; i < 2500; ++i) (void)stored(Json{{"user", "u" + std::to_string(i)}});
  for (const milliseconds time : {milliseconds(2000), milliseconds(0)}) {
    services.admin.time = time;
    keys.clear();
    std::string cursor;
    int pages = 0;
    do {
      const Json page = body(get("/export", cursor.empty() ? "" : "cursor=" + cursor));
      BOOST_TEST(page.at("records").size() <= 1000u);
      for (const Json& record : page.at("records")) keys.insert(record.at("key").get<std::string>());
      cursor = page.value("cursor", "");
      ++pages;
    } while (!cursor.empty());
    BOOST_TEST(keys.size() == 2500u);
    BOOST_TEST(pages >= 3);
  }
}

BOOST_AUTO_TEST_CASE(large_sessions_make_small_pages) {
  for (int i = 0; i < 200; ++i) (void)stored(Json{{"user", "ada"}, {"text", std::string(60'000, 'x')}});
  std::size_t largest = 0;
  std::string cursor;
  do {
    const Response response = get("/export", cursor.empty() ? "" : "cursor=" + cursor);
    largest = std::max(largest, response.body.size());
    cursor = cursor_in(response);
  } while (!cursor.empty());
  BOOST_TEST(largest > std::size_t{1} << 20);
  BOOST_TEST(largest < std::size_t{7} << 20);
}

// A logout between two runs of an import must stay one.
BOOST_AUTO_TEST_CASE(an_import_that_is_repeated_brings_nothing_back) {
  for (int i = 0; i < 10; ++i) (void)login("ada");
  const Json records = exported().at("records");
  end_all();
  BOOST_TEST(body(import(batch(records))).at("created") == 10);
  end_all();
  BOOST_TEST(body(import(batch(records))).at("existed") == 10);
  BOOST_TEST(names_in(get("/sessions")).empty());
  Json another = header();
  another["id"] = std::string(22, 'j');
  BOOST_TEST(body(import(batch(records, 0, another))).at("created") == 10);
}

BOOST_AUTO_TEST_CASE(an_import_that_was_cut_off_goes_on_where_it_was) {
  for (int i = 0; i < 300; ++i) (void)login("ada");
  const Json records = exported().at("records");
  end_all();
  services.admin.time = milliseconds(0);
  const Json part = body(import(batch(records)));
  BOOST_TEST(part.at("done") < 300);
  BOOST_TEST(part.at("created") == part.at("done"));
  services.admin.time = milliseconds(2000);
  const Json rest = body(import(batch(records)));
  BOOST_TEST(rest.at("existed") == part.at("done"));
  BOOST_TEST(rest.at("created").get<int>() + part.at("created").get<int>() == 300);
}

BOOST_AUTO_TEST_CASE(sessions_that_would_not_go_on_are_refused) {
  services.admin.fingerprint = {{"dialect", "native"}, {"cookie", "session"}, {"secrets", {{"salt", {"x"}}}}};
  (void)login("ada");
  const Json page = exported();
  BOOST_TEST(page.at("sessions") == services.admin.fingerprint);
  Json with = header();
  with["sessions"] = page.at("sessions");
  BOOST_TEST(import(batch(Json::array(), 0, with)).status == 200);
  with["sessions"]["secrets"]["salt"] = {"y"};
  const Response refused = import(batch(page.at("records"), 0, with));
  BOOST_TEST(refused.status == 409);
  BOOST_TEST(reason(refused) == "does-not-fit");
  BOOST_TEST(detail(refused).find("salt") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_batch_changes_nothing) {
  const Json many(1001, Json::object());
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("[]"), std::string("{}"), batch(Json("text")),
        batch(many), batch(Json::array(), -1), batch(Json::array(), 0, Json("header")),
        std::string(100'000, '['), std::string("\xff"), batch(Json::array()) + "x"}) {
    const Response response = import(text);
    BOOST_TEST(response.status == 400);
    BOOST_TEST(reason(response) == "bad-request");
  }
  BOOST_TEST(by_socket("GET", "/import").status == 405);
  BOOST_TEST(by_socket("POST", "/export").status == 405);
  BOOST_TEST(reason(get("/export", "limit=5")) == "bad-query");
  BOOST_TEST(reason(get("/export", "cursor=00")) == "bad-query");
  BOOST_TEST(memory.stats().entries == 0u);
}

BOOST_AUTO_TEST_CASE(records_that_can_t_be_are_counted_and_the_others_come_in) {
  (void)login("ada");
  Json records = exported().at("records");
  end_all();
  for (const char* bad : {"null", "{}", "[]", R"({"key":"k","bytes":"e30="})", R"({"key":"k","bytes":"?"})",
                          R"({"key":"owner:oooooooooooooooooooooo:lease","bytes":"e30="})", R"({"next":7})"})
    records.insert(records.begin(), *parse_json(bad));
  const Json answer = body(import(batch(records)));
  BOOST_TEST(answer.at("skipped") == 7);
  BOOST_TEST(answer.at("created") == 1);
  BOOST_TEST(answer.at("done") == 8);
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_is_a_503_with_what_is_done) {
  for (int i = 0; i < 200; ++i) (void)login("ada");
  const Json records = exported().at("records");
  end_all();
  store.fail(ScriptedStore::create_call, 150);
  const Response response = import(batch(records));
  BOOST_TEST(response.status == 503);
  BOOST_TEST(body(response).at("created") >= 128);
  BOOST_TEST(
      body(import(batch(records))).at("created").get<int>() + body(response).at("created").get<int>() == 200);
  store.fail(ScriptedStore::keys_call);
  BOOST_TEST(get("/export").status == 503);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
