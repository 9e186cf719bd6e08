// Logouts with the legacy cookie after the store failed at steps of a migration: one session is all that the
// legacy record ever becomes, and it ends.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/migration_fixture.h"

namespace session::test {
namespace {

const std::string kAlice = R"({"user":"alice"})";

struct Faults : TakeoverFixture {
  // A session that got another id while its legacy record could not be erased, neither then nor before.
  // Returns the cookie of that id.
  std::string regenerated_with_a_legacy_record_left() {
    express_writes("one", kAlice);
    store.fail(ScriptedStore::erase_if_call);
    BOOST_TEST(change("GET", express_cookie("one")).status == 503);
    store.fail(ScriptedStore::erase_if_call);
    const auto response = change("POST", express_cookie("one"), R"({"regenerate":true})");
    BOOST_TEST(response.status == 200);
    BOOST_TEST(express_has("one"));
    return given_cookie(response);
  }
  // Of two sessions that have not migrated yet: they are ambiguous.
  std::string both_cookies() {
    for (const char* each : {"one", "two"}) express_writes(each, kAlice);
    return express_cookie("one") + "; " + express_cookie("two");
  }
  milliseconds tombstone_time() { return held(moved_key("one"))->time_left.value(); }
};

BOOST_FIXTURE_TEST_SUITE(takeover_faults, Faults)

BOOST_AUTO_TEST_CASE(a_legacy_record_that_was_left_never_becomes_a_second_session) {
  const std::string cookie = regenerated_with_a_legacy_record_left();
  for (int minute = 0; minute < 12 * 60; minute += 20) {
    BOOST_TEST(refusal(express_cookie("one")) == "revoked");
    store.fail(ScriptedStore::erase_if_call);
    BOOST_TEST(open(manager, cookie)->session.has_value());
    BOOST_TEST(express_has("one"));
    clock.advance(std::chrono::minutes(20));
  }
  BOOST_TEST(refusal(cookie) == "expired");
}

BOOST_AUTO_TEST_CASE(a_logout_with_the_legacy_cookie_ends_it_long_after_it_got_another_id) {
  const std::string cookie = regenerated_with_a_legacy_record_left();
  clock.advance(kTombstoneTime);
  BOOST_TEST(change("GET", express_cookie("one")).status == 401);
  BOOST_TEST(change("DELETE", express_cookie("one")).status == 204);
  BOOST_TEST(refusal(cookie) == "unknown");
  BOOST_TEST(!express_has("one"));
}

BOOST_AUTO_TEST_CASE(the_former_id_is_forgotten_after_a_minute_if_nothing_is_left) {
  express_writes("one", kAlice);
  BOOST_TEST(change("POST", express_cookie("one"), R"({"regenerate":true})").status == 200);
  BOOST_TEST((tombstone_time() == kTombstoneTime));
  BOOST_TEST(!express_has("one"));
}

// The request that migrates has read the legacy record, and loses the store before it can find out that the
// record is gone. Of two legacy cookies none is migrated by the logout itself.
BOOST_AUTO_TEST_CASE(a_migration_under_way_that_loses_the_store_brings_nothing_back) {
  const std::string both = both_cookies();
  store.before(ScriptedStore::create_call, [&] {
    BOOST_TEST(change("DELETE", both).status == 204);
    store.fail(ScriptedStore::load_call, 2);
  });
  (void)open(manager, express_cookie("one"));
  store.fail(ScriptedStore::load_call, 0);
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(refusal(express_cookie("one")) == "unknown");
    BOOST_TEST(refusal(moved_cookie("one")) == "unknown");
    clock.advance(kTombstoneTime);
  }
}

BOOST_AUTO_TEST_CASE(a_logout_that_cannot_stop_a_migration_is_an_outage_and_can_be_repeated) {
  const std::string both = both_cookies();
  store.fail(ScriptedStore::create_call);
  BOOST_TEST(change("DELETE", both).status == 503);
  BOOST_TEST(express_has("one"));
  BOOST_TEST(!express_has("two"));
  BOOST_TEST(change("DELETE", express_cookie("one")).status == 204);
  BOOST_TEST(refusal(express_cookie("one")) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_logout_of_what_is_not_there_leaves_nothing_in_the_store) {
  BOOST_TEST(change("DELETE", express_cookie("one") + "; " + express_cookie("two")).status == 401);
  BOOST_TEST(memory.stats().entries == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
