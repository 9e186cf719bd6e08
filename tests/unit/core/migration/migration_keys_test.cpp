// Which keys the gateway erases because a record names them as its former one.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/migration_fixture.h"

namespace session::test {
namespace {

struct FormerKeys : TakeoverFixture {
  // The cookie of a session that has come from that key long ago, as its record says.
  std::string session_that_came_from(const std::string& key, const std::string& name) {
    const std::string id = moved_id("express", key + name);
    put(dialect.store_key(id), R"({"v":1,"created":1799990000,"from":")" + key + R"(","data":{"a":1}})");
    return "__Host-session=" + dialect.cookie(id, clock.unix_now());
  }
};

BOOST_FIXTURE_TEST_SUITE(former_keys, FormerKeys)

// Whoever can write one record must not be able to erase others with it.
BOOST_AUTO_TEST_CASE(a_record_erases_no_key_that_an_accepted_format_can_not_have) {
  const std::string victim = key_of(stored(R"({"user":"bob"})"_json));
  const std::string hash(32, 'a');
  for (const std::string& from : {std::string("users:1"), std::string("sess:"), std::string("Sess:one"),
                                  victim, hash + "a", hash.substr(1), std::string(32, 'A')}) {
    const std::string bytes = from == victim ? text_at(victim) : "precious";
    for (const std::string action : {"use", "SESSION_DESTROY", "SESSION_REGENERATE"}) {
      put(from, bytes);
      const std::string cookie = session_that_came_from(from, action);
      if (action == "use") {
        BOOST_TEST(refusal(cookie) == "a session");
      } else {
        BOOST_TEST(commit(cookie, action, "true").status == 204);
        BOOST_TEST(refusal(cookie) != "a session");
      }
      BOOST_TEST(text_at(from) == bytes, action << " of a record from " << from);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_record_erases_what_an_accepted_format_can_have_had) {
  for (const std::string& from : {express.store_key("one"), session_store.store_key("one")}) {
    for (const std::string action : {"SESSION_DESTROY", "SESSION_REGENERATE"}) {
      put(from, from.starts_with("sess:") ? express_record(R"({"a":1})") : R"({"a":1})");
      BOOST_TEST(commit(session_that_came_from(from, action), action, "true").status == 204);
      BOOST_TEST(text_at(from) == "nothing");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_record_erases_nothing_that_is_no_session_of_the_format_that_can_have_the_key) {
  for (const std::string& bytes : {std::string("precious"), std::string(R"({"a":1})"), std::string("[1]")}) {
    for (const std::string& from : {express.store_key("one"), session_store.store_key("one")}) {
      const bool is_session = bytes == R"({"a":1})" && from == session_store.store_key("one");
      if (is_session) continue;
      for (const std::string action : {"use", "SESSION_DESTROY", "SESSION_REGENERATE"}) {
        put(from, bytes);
        const std::string cookie = session_that_came_from(from, action + bytes);
        if (action == "use") BOOST_TEST(refusal(cookie) == "a session");
        if (action != "use") BOOST_TEST(commit(cookie, action, "true").status == 204);
        BOOST_TEST(text_at(from) == bytes, action << " of a record from " << from);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_its_application_writes_meanwhile_is_erased_too) {
  const std::string from = express.store_key("one");
  put(from, express_record(R"({"a":1})"));
  store.before(ScriptedStore::erase_if_call, [&] { put(from, express_record(R"({"a":2})")); });
  BOOST_TEST(commit(session_that_came_from(from, "x"), "SESSION_DESTROY", "true").status == 204);
  BOOST_TEST(text_at(from) == "nothing");
}

BOOST_AUTO_TEST_CASE(a_destroy_that_can_not_erase_it_is_none) {
  const std::string from = express.store_key("one");
  put(from, express_record(R"({"n":0})"));
  int written = 0;
  store.before_each(ScriptedStore::erase_if_call,
                    [&] { put(from, express_record(R"({"n":)" + std::to_string(++written) + "}")); });
  const auto failed = commit(session_that_came_from(from, "x"), "SESSION_DESTROY", "true");
  BOOST_TEST(failed.status == 503);
  BOOST_TEST(!failed.headers.has("Set-Cookie"));
  BOOST_TEST(written == 2 * 4);  // by the open and by the destroy
}

// Its ids can be any text.
BOOST_AUTO_TEST_CASE(a_format_without_a_prefix_has_no_claim_to_the_keys_of_ours) {
  ExpressFormatOptions options = express_options();
  options.store_prefix.clear();
  manager.accept({express_format(std::move(options), random), "no_prefix.sid"});
  const std::string victim = cookie_of(stored(R"({"user":"bob"})"_json));
  const std::string key = dialect.store_key(opened(manager, victim).id());
  BOOST_TEST(commit(session_that_came_from(key, "x"), "SESSION_DESTROY", "true").status == 204);
  BOOST_TEST(refusal(victim) == "a session");
  put("users:1", R"({"name":"bob"})");
  BOOST_TEST(commit(session_that_came_from("users:1", "x"), "SESSION_DESTROY", "true").status == 204);
  BOOST_TEST(text_at("users:1") == R"({"name":"bob"})");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(old_sessions_that_are_over, TakeoverFixture)

BOOST_AUTO_TEST_CASE(they_do_not_move_and_do_not_count_beside_others) {
  int number = 0;
  for (const char* cookie : {R"({"originalMaxAge":0,"path":"/"})", R"({"originalMaxAge":-5,"path":"/"})",
                             R"({"originalMaxAge":null,"expires":"2027-01-15T07:59:59.000Z"})"}) {
    const std::string record = std::string(R"({"cookie":)") + cookie + R"(,"user":"mallory"})";
    const std::string over = "over " + std::to_string(++number);
    put(express.store_key(over), record);
    express_writes("one", R"({"user":"alice"})");
    BOOST_TEST(refusal(express_cookie(over)) == "expired", record);
    BOOST_TEST(auth(express_cookie(over) + "; " + express_cookie("one")).status == 204);
    BOOST_TEST(text_at(express.store_key(over)) == record);
    BOOST_TEST(text_at(moved_key(over)) == "nothing");
    BOOST_TEST(change("DELETE", express_cookie(over)).status == 204);
    BOOST_TEST(text_at(express.store_key(over)) == "nothing");
  }
}

BOOST_AUTO_TEST_CASE(one_that_is_too_large_to_move_does_not_count_beside_others) {
  express_writes("large", R"({"p":")" + std::string(70'000, 'p') + R"("})");
  express_writes("one", R"({"user":"alice"})");
  BOOST_TEST(auth(express_cookie("large") + "; " + express_cookie("one")).status == 204);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(several_old_cookies, TakeoverFixture)

BOOST_AUTO_TEST_CASE(a_login_ends_those_that_were_ambiguous_and_so_heals) {
  express_writes("one", R"({"user":"alice"})");
  express_writes("two", R"({"user":"mallory"})");
  (void)opened(manager, express_cookie("two"));  // moved
  const std::string both = express_cookie("one") + "; " + express_cookie("two");
  BOOST_TEST(refusal(both) == "ambiguous");
  BOOST_TEST(change("POST", both, R"({"set":{"cart":1}})").status == 401);
  const std::string now = given_cookie(commit(both, "SESSION_SET", R"({"user":"alice"})"));
  BOOST_TEST(auth(now + "; " + both).status == 204);
  BOOST_TEST(refusal(both) == "unknown");
  BOOST_TEST(!express_has("one"));
}

BOOST_AUTO_TEST_CASE(a_logout_that_races_a_login_ends_its_session_also_with_several_old_cookies) {
  express_writes("one", R"({"cart":[1]})");
  const std::string newer = given_cookie(commit(express_cookie("one"), "SESSION_SET", R"({"user":"alice"})"));
  BOOST_TEST(change("DELETE", express_cookie("one") + "; " + express_cookie("dead")).status == 204);
  BOOST_TEST(refusal(newer) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
