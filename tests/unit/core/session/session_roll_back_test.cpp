// What is left of the record of a new id that a session does not get.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/record/owner_id.h"
#include "tests/support/separate_lists_store.h"
#include "tests/support/session_fixture.h"

namespace session::test {
namespace {

// Over a store that lists keys until it is told whose the record was that is erased.
struct RolledBack : SessionFixture {
  RolledBack() {
    SessionManagerOptions options;
    options.owner_id_keys = {Secret("owners")};
    listing.emplace(lists, native_format(format_options(), random),
                    std::make_shared<Identity>(IdentitySettings()), std::move(options), clock);
  }
  Session begun(const std::string& user) {
    Session session = listing->create();
    if (!run(session.set("user", user, Flush::now))) throw std::runtime_error("not stored");
    return session;
  }
  std::size_t listed(const std::string& user) {
    OwnerId owners({Secret("owners")}, native_format(format_options(), random).store_prefix);
    return run(lists.owned(owners.of(user), 100))->keys.size();
  }
  // A session that has been asked for with the cookie of a live one of somebody else's beside it.
  Session beside(const Session& another) {
    return listing->create({Session::Other{dialect.store_key(another.id()), true}});
  }

  SeparateListsStore lists{store};
  std::optional<SessionManager> listing;
};

BOOST_FIXTURE_TEST_SUITE(session_roll_back, RolledBack)

BOOST_AUTO_TEST_CASE(a_new_id_that_lost_a_race_is_not_listed) {
  Session session = begun("alice");
  store.before(ScriptedStore::replace_call,
               [&] { BOOST_REQUIRE(run(opened(*listing, cookie_of(session)).set("cart", 1, Flush::now))); });
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(store.count(ScriptedStore::erase_call) == 1);
  BOOST_TEST(listed("alice") == 1u);
}

BOOST_AUTO_TEST_CASE(a_new_id_that_the_store_did_not_give_is_not_listed) {
  Session session = begun("alice");
  store.before_each(ScriptedStore::replace_call, [&] { store.fail(ScriptedStore::replace_call, 0); });
  BOOST_TEST(outcome(run(session.regenerate())) == "store");
  BOOST_TEST(store.count(ScriptedStore::erase_call) == 1);
  BOOST_TEST(listed("alice") == 1u);
}

BOOST_AUTO_TEST_CASE(a_login_that_could_not_end_the_others_is_not_listed) {
  const Session other_one = begun("carol");
  for (const bool of_a_visitor : {false, true}) {
    Session session = beside(other_one);
    if (of_a_visitor) BOOST_REQUIRE(run(session.set("cart", 1, Flush::now)));
    store.fail(ScriptedStore::load_call);
    BOOST_TEST(outcome(run(session.set("user", "alice", Flush::now))) == "store");
    BOOST_TEST(listed("alice") == 0u);
  }
  BOOST_TEST(store.count(ScriptedStore::erase_call) == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
