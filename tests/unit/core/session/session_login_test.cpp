// What a session keeps of the login of its subject, and the lifetime that a login asks for.

#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/session_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

SessionManagerOptions with_lifetimes() {
  SessionManagerOptions options;
  options.policy.lifetimes["remember"] = {24h * 30, 24h * 365, seconds(24h * 300)};
  options.policy.lifetimes["kiosk"] = {2min, 1h, std::nullopt};
  return options;
}

struct Logins : SessionFixture {
  static ClientFacts phone() { return {"192.0.2.7", "Phone/1"}; }
  static ClientFacts laptop() { return {"2001:db8::7", "Laptop/2"}; }

  // A login of a new session, as an application asks for it.
  Session login(const std::string& user, const std::string& lifetime = "") {
    Session session = lasting.create();
    session.set_client(phone(), SameSubject::login);
    if (!lifetime.empty()) session.set_lifetime(lifetime);
    if (!run(session.set("user", user, Flush::now))) throw std::runtime_error("not stored");
    return session;
  }
  [[nodiscard]] Record record(const Session& session) {
    return *dialect.decode(text_of(memory, key_of(session)));
  }
  // "client|agent|lifetime", with "!" if the time of the login is now, and "-" if there is none.
  [[nodiscard]] std::string facts(const Session& session) {
    const Record found = record(session);
    const auto& at = found.login.authenticated;
    const std::string when = !at ? "-" : *at == clock.unix_now() ? "!" : "";
    return when + found.login.client.address + "|" + found.login.client.agent + "|" + found.lifetime_name;
  }
  milliseconds left(const Session& session) { return load(memory, key_of(session))->time_left.value(); }
  static bool has(const std::optional<std::string>& cookie, std::string_view text) {
    return cookie && cookie->find(text) != std::string::npos;
  }

  SessionManager lasting = make_manager(format_options(), with_lifetimes());
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session_login, Logins)

BOOST_AUTO_TEST_CASE(a_login_notes_when_and_where_it_was) {
  Session session = login("ada");
  BOOST_TEST(facts(session) == "!192.0.2.7|Phone/1|");
  BOOST_TEST(
      text_of(memory, key_of(session)) ==
      R"({"v":1,"created":1800000000,"authenticated":1800000000,"client":"192.0.2.7","agent":"Phone/1",)"
      R"("data":{"user":"ada"}})");
  Session visitor = lasting.create();
  visitor.set_client(phone(), SameSubject::login);
  BOOST_REQUIRE(run(visitor.set("cart", 1, Flush::now)));
  BOOST_TEST(facts(visitor) == "-||");
}

BOOST_AUTO_TEST_CASE(what_is_written_later_changes_none_of_it) {
  Session session = login("ada", "remember");
  clock.advance(5min);
  Session later = opened(lasting, cookie_of(session));
  later.set_client(laptop(), SameSubject::login);
  BOOST_REQUIRE(run(later.set("cart", 1, Flush::now)));
  BOOST_TEST(facts(later) == "192.0.2.7|Phone/1|remember");
  BOOST_REQUIRE(run(later.regenerate()));
  BOOST_TEST(later.id() != session.id());
  BOOST_TEST(facts(later) == "192.0.2.7|Phone/1|remember");
}

BOOST_AUTO_TEST_CASE(another_subject_is_another_login) {
  const Session session = login("ada", "remember");
  clock.advance(5min);
  Session later = opened(lasting, cookie_of(session));
  later.set_client(laptop());
  BOOST_REQUIRE(run(later.set("user", "bob", Flush::now)));
  BOOST_TEST(facts(later) == "!2001:db8::7|Laptop/2|");
}

BOOST_AUTO_TEST_CASE(without_a_subject_nothing_is_left_of_it) {
  const Session session = login("ada", "remember");
  Session later = opened(lasting, cookie_of(session));
  BOOST_REQUIRE(run(later.unset("user", Flush::now)));
  BOOST_TEST(facts(later) == "-||");
  BOOST_TEST(!has(later.set_cookie(), "Max-Age"));
  BOOST_TEST((left(later) == 30min));
}

BOOST_AUTO_TEST_CASE(the_same_subject_logs_in_again_where_the_caller_has_verified_it) {
  const Session session = login("ada", "remember");
  clock.advance(5min);
  Session later = opened(lasting, cookie_of(session));
  later.set_client(laptop(), SameSubject::login);
  BOOST_REQUIRE(run(later.set(Json{{"user", "ada"}, {"cart", 1}}, Flush::now)));
  BOOST_TEST(later.id() != session.id());
  BOOST_TEST(facts(later) == "!2001:db8::7|Laptop/2|remember");
  BOOST_TEST((*record(later).created == clock.unix_now()));
  BOOST_TEST(data_of(cookie_of(later)) == R"({"cart":1,"user":"ada"})");
  BOOST_TEST(refusal(cookie_of(session)) == "revoked");
  BOOST_TEST_REQUIRE(later.history().size() == 1u);
  BOOST_TEST(later.history()[0].cause == SessionEvent::kLogin);
}

BOOST_AUTO_TEST_CASE(the_same_subject_means_nothing_where_anybody_may_have_set_it) {
  const Session session = login("ada");
  clock.advance(5min);
  Session later = opened(lasting, cookie_of(session));
  later.set_client(laptop());
  BOOST_REQUIRE(run(later.set("user", "ada", Flush::now)));
  BOOST_TEST(later.id() == session.id());
  BOOST_TEST(facts(later) == "192.0.2.7|Phone/1|");
}

BOOST_AUTO_TEST_CASE(a_lifetime_replaces_both_timeouts_and_that_of_the_cookie) {
  Session remembered = login("ada", "remember");
  BOOST_TEST((left(remembered) == 24h * 30));
  BOOST_TEST(has(remembered.set_cookie(), "; Max-Age=25920000"));
  Session at_kiosk = login("ada", "kiosk");
  BOOST_TEST((left(at_kiosk) == 2min));
  BOOST_TEST(!has(at_kiosk.set_cookie(), "Max-Age"));
  Session ordinary = login("ada", "default");
  BOOST_TEST((left(ordinary) == 30min));
  clock.advance(24h * 29);
  BOOST_TEST(open(lasting, cookie_of(remembered), Touch::on)->session.has_value());
  BOOST_TEST((left(remembered) == 24h * 30));
  BOOST_TEST(!open(lasting, cookie_of(at_kiosk))->session.has_value());
  BOOST_TEST(!open(lasting, cookie_of(ordinary))->session.has_value());
}

BOOST_AUTO_TEST_CASE(a_lifetime_ends_at_its_absolute_timeout) {
  const Session session = login("ada", "remember");
  const std::string cookie = cookie_of(session);
  for (int month = 0; month < 12; ++month) {
    clock.advance(24h * 29);
    BOOST_TEST(open(lasting, cookie, Touch::on)->session.has_value());
  }
  BOOST_TEST((left(session) == 24h * 17));
  clock.advance(24h * 17);
  const auto ended = open(lasting, cookie);
  BOOST_TEST(!ended->session.has_value());
}

BOOST_AUTO_TEST_CASE(a_short_lifetime_is_extended_while_it_is_used) {
  const Session session = login("ada", "kiosk");
  clock.advance(29s);
  BOOST_TEST(open(lasting, cookie_of(session))->session.has_value());
  BOOST_TEST((left(session) == 91s));  // too soon
  clock.advance(1s);
  BOOST_TEST(open(lasting, cookie_of(session))->session.has_value());
  BOOST_TEST((left(session) == 2min));
}

BOOST_AUTO_TEST_CASE(a_session_gets_another_lifetime_without_another_login) {
  Session session = login("ada");
  clock.advance(5min);
  Session later = opened(lasting, cookie_of(session), Touch::on);
  later.set_lifetime("remember");
  BOOST_TEST(!later.keeps_its_id());
  BOOST_REQUIRE(run(later.flush()));
  BOOST_TEST(later.id() == session.id());
  BOOST_TEST(facts(later) == "192.0.2.7|Phone/1|remember");
  BOOST_TEST((left(later) == 24h * 30));
  BOOST_TEST(has(later.set_cookie(), "; Max-Age=25920000"));
  Session back = opened(lasting, cookie_of(session), Touch::on);
  back.set_lifetime(std::string(Session::kDefaultLifetime));
  BOOST_REQUIRE(run(back.flush()));
  BOOST_TEST(facts(back) == "192.0.2.7|Phone/1|");
  BOOST_TEST((left(back) == 30min));
  BOOST_TEST(has(back.set_cookie(), "HttpOnly"));
  BOOST_TEST(!has(back.set_cookie(), "Max-Age"));
}

BOOST_AUTO_TEST_CASE(a_lifetime_extends_nothing_where_requests_extend_nothing) {
  Session session = login("ada");
  clock.advance(5min);
  Session later = opened(lasting, cookie_of(session));  // Touch::off
  later.set_lifetime("remember");
  BOOST_REQUIRE(run(later.flush()));
  BOOST_TEST((left(later) == 25min));
  BOOST_TEST(open(lasting, cookie_of(session), Touch::on)->session.has_value());
  BOOST_TEST((left(later) == 24h * 30));
}

BOOST_AUTO_TEST_CASE(the_lifetime_that_a_session_has_costs_no_write) {
  const Session session = login("ada", "remember");
  Session later = opened(lasting, cookie_of(session));
  const int before = store.count();
  later.set_lifetime("remember");
  BOOST_TEST(outcome(run(later.flush())) == "written");
  BOOST_TEST(store.count() == before);
  BOOST_TEST(!later.set_cookie().has_value());
}

BOOST_AUTO_TEST_CASE(an_unknown_lifetime_is_refused_and_changes_nothing) {
  Session visitor = lasting.create();
  visitor.set_lifetime("forever");
  BOOST_TEST(outcome(run(visitor.set("user", "ada", Flush::now))) == "unknown_lifetime");
  BOOST_TEST(outcome(visitor.writable()) == "unknown_lifetime");
  Session session = login("ada");
  const std::string before = text_of(memory, key_of(session));
  session.set_lifetime("forever");
  BOOST_TEST(outcome(run(session.set("cart", 1, Flush::now))) == "unknown_lifetime");
  BOOST_TEST(outcome(run(session.regenerate())) == "unknown_lifetime");
  BOOST_TEST(text_of(memory, key_of(session)) == before);
}

BOOST_AUTO_TEST_CASE(nobody_has_a_lifetime_of_his_own) {
  Session visitor = lasting.create();
  visitor.set_lifetime("remember");
  BOOST_TEST(outcome(run(visitor.set("cart", 1, Flush::now))) == "lifetime_without_login");
  Session session = login("ada", "remember");
  session.set_lifetime("remember");
  BOOST_TEST(outcome(run(session.unset("user", Flush::now))) == "lifetime_without_login");
  BOOST_TEST(refusal(cookie_of(session)) == "a session");
}

// The operator has taken the lifetime out of the configuration.
BOOST_AUTO_TEST_CASE(a_lifetime_that_is_gone_counts_as_none) {
  const Session session = login("ada", "remember");
  Session later = opened(manager, cookie_of(session), Touch::on);
  BOOST_REQUIRE(run(later.set("cart", 1, Flush::now)));
  BOOST_TEST((left(later) == 30min));
  BOOST_TEST(facts(later) == "!192.0.2.7|Phone/1|remember");
  clock.advance(13h);
  BOOST_TEST(!open(manager, cookie_of(session))->session.has_value());
}

// A writer that has lost against others writes the lifetime and the login all the same.
BOOST_AUTO_TEST_CASE(a_lost_race_loses_neither_login_nor_lifetime) {
  const Session session = login("ada");
  Session later = opened(lasting, cookie_of(session));
  later.set_client(laptop(), SameSubject::login);
  later.set_lifetime("remember");
  store.before(ScriptedStore::replace_call, [&] {
    Session racing = opened(other, cookie_of(session));
    BOOST_REQUIRE(run(racing.set("cart", 1, Flush::now)));
  });
  BOOST_REQUIRE(run(later.set("user", "ada", Flush::now)));
  BOOST_TEST(facts(later) == "!2001:db8::7|Laptop/2|remember");
  BOOST_TEST(data_of(cookie_of(later)) == R"({"cart":1,"user":"ada"})");
}

BOOST_AUTO_TEST_CASE(the_directory_shows_it) {
  const Session session = login("ada", "remember");
  clock.advance(1h);
  SessionDirectory directory = lasting.directory();
  const auto found = run(directory.of("ada"));
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST_REQUIRE(found->size() == 1u);
  const SessionInfo& info = found->front();
  BOOST_TEST((info.authenticated == clock.unix_now() - 1h));
  BOOST_TEST((info.last_seen == clock.unix_now() - 1h));
  BOOST_TEST(info.client.address == "192.0.2.7");
  BOOST_TEST(info.client.agent == "Phone/1");
  BOOST_TEST(info.lifetime == "remember");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
