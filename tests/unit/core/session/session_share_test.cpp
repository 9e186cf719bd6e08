// Strangers have used up the share of sessions without a subject: who logs in or out does not notice.

#include <chrono>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/support/forwarding_store.h"
#include "tests/support/migration_fixture.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

// A store without room for expendable entries, not even for one that gets larger.
class FullShare final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override {
    if (terms.retention == Retention::expendable) co_return no_room();
    co_return co_await inner_.create(std::move(key), std::move(bytes), terms);
  }
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override {
    const bool grows = bytes.size() > expected.size();
    if (grows && terms.retention == Retention::expendable) co_return no_room();
    co_return co_await inner_.replace(std::move(key), std::move(expected), std::move(bytes), terms);
  }

 private:
  static StoreFailure no_room() { return StoreFailure(StoreFailure::Kind::full, "no room for strangers"); }
};

struct Flooded : TakeoverFixture {
  Flooded() { accept_both(flooded); }
  Session visitor() { return opened(flooded, cookie_of(stored(R"({"a":1})"_json))); }

  FullShare full{memory};
  SessionManager flooded{full, native_format(format_options(), random),
                         std::make_shared<Identity>(IdentitySettings()), SessionManagerOptions(), clock};
};

BOOST_FIXTURE_TEST_SUITE(session_share, Flooded)

BOOST_AUTO_TEST_CASE(a_stranger_begins_no_session) {
  Session session = flooded.create();
  BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "store");
  Session mine = visitor();
  BOOST_TEST(outcome(run(mine.set("a", 12, Flush::now))) == "store");
  BOOST_TEST(outcome(run(mine.regenerate())) == "store");
}

BOOST_AUTO_TEST_CASE(a_visitor_logs_in) {
  Session session = visitor();
  const std::string before = cookie_of(session);
  BOOST_TEST(outcome(run(session.set("user", "alice", Flush::now))) == "written");
  BOOST_TEST(refusal(before) == "revoked");
  BOOST_TEST(data_of(cookie_of(session)) == R"({"a":1,"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_user_logs_out_by_unset) {
  Session session = opened(flooded, cookie_of(stored(R"({"user":"alice","cart":1})"_json)));
  const std::string before = cookie_of(session);
  BOOST_TEST(outcome(run(session.unset("user", Flush::now))) == "written");
  BOOST_TEST(refusal(before) == "revoked");
  BOOST_TEST(data_of(cookie_of(session)) == R"({"cart":1})");
}

BOOST_AUTO_TEST_CASE(the_session_of_another_format_moves_as_it_takes_no_room_from_anybody) {
  express_writes("one", R"({"cart":1})");
  Session session = opened(flooded, express_cookie("one"));
  BOOST_TEST(outcome(run(session.set("user", "alice", Flush::now))) == "written");
  BOOST_TEST(!express_has("one"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
