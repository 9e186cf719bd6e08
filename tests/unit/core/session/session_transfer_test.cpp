// Sessions move to another store, and go on there.

#include "core/session/session_transfer.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/migration_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

// `manager` and `other` work on one store; `target` on another one, with another prefix.
struct TransferFixture : TakeoverFixture {
  SessionManager manager_of(Store& of, const std::string& prefix, SessionManagerOptions options = {}) {
    NativeFormatOptions native = format_options();
    native.store_prefix = prefix;
    options.owner_id_keys = {Secret("owners of the tests")};
    options.log_id_key = Secret("names of the tests");
    return SessionManager(of, native_format(std::move(native), random),
                          std::make_shared<Identity>(IdentitySettings()), std::move(options), clock);
  }

  static std::vector<TransferRecord> all_of(SessionManager& from, std::size_t* unreadable = nullptr) {
    std::vector<TransferRecord> records;
    std::string cursor;
    do {
      SessionTransfer transfer = from.transfer();
      SessionTransfer::Page page = answered(run(transfer.page(cursor, 7)));
      for (TransferRecord& record : page.records) records.push_back(std::move(record));
      if (unreadable != nullptr) *unreadable += page.unreadable;
      cursor = page.cursor;
    } while (!cursor.empty());
    return records;
  }
  static std::map<CopyOutcome, int> put_all(SessionManager& to, std::vector<TransferRecord> records) {
    std::map<CopyOutcome, int> outcomes;
    for (TransferRecord& record : records) ++outcomes[copied(to, std::move(record))];
    return outcomes;
  }
  static CopyOutcome copied(SessionManager& to, TransferRecord record) {
    SessionTransfer transfer = to.transfer();
    return answered(run(transfer.put(std::move(record))));
  }
  static TransferRecord record_of(const std::string& key, const std::string& bytes) {
    TransferRecord record{"", key};
    record.bytes = Bytes(bytes);
    return record;
  }
  std::string native_bytes(const std::string& attributes) {
    return R"({"v":1,"created":)" + std::to_string(clock.unix_now().count()) + R"(,"data":)" + attributes +
           "}";
  }
  std::size_t count_of(const std::string& subject) {
    SessionDirectory directory = target.directory();
    return answered(run(directory.of(subject))).size();
  }
  milliseconds time_left(MemoryStore& in, const std::string& key) {
    return run(in.load(key))->value().time_left.value();
  }

  MemoryStore elsewhere{MemoryStoreOptions(), clock};
  ScriptedStore there{elsewhere};
  SessionManager target = manager_of(there, "else:");
  const std::string key_ = std::string(43, 'k');
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session_transfer, TransferFixture)

BOOST_AUTO_TEST_CASE(a_cookie_opens_the_same_session_elsewhere_with_the_time_that_it_has_left) {
  Session adas = stored(Json{{"user", "ada"}, {"cart", {1, 2}}});
  Session visitors = stored(Json{{"cart", 3}});
  clock.advance(10min);
  BOOST_TEST(put_all(target, all_of(manager))[CopyOutcome::created] == 2);
  for (Session* session : {&adas, &visitors}) {
    Session found = opened(target, cookie_of(*session));
    BOOST_TEST((found.attributes() == session->attributes()));
    BOOST_TEST(found.log_id() != session->log_id());  // Its key has another prefix.
    const std::string key = "else:" + key_of(*session).substr(std::string("session:").size());
    BOOST_TEST((time_left(elsewhere, key) == time_left(memory, key_of(*session))));
    BOOST_TEST(((*run(elsewhere.load(key)))->bytes == (*run(memory.load(key_of(*session))))->bytes));
  }
  BOOST_TEST(count_of("ada") == 1u);
  clock.advance(21min);
  const auto gone = open(target, cookie_of(adas), Touch::off);
  BOOST_TEST(!gone->session);
}

BOOST_AUTO_TEST_CASE(what_is_there_stays) {
  Session adas = stored(Json{{"user", "ada"}, {"cart", 1}});
  const auto records = all_of(manager);
  BOOST_TEST(put_all(target, records)[CopyOutcome::created] == 1);
  Session there_too = opened(target, cookie_of(adas));
  BOOST_TEST(run(there_too.set("cart", 2, Flush::now)).has_value());
  BOOST_TEST(put_all(target, records)[CopyOutcome::exists] == 1);
  BOOST_TEST(opened(target, cookie_of(adas)).attributes().at("cart") == 2);
}

BOOST_AUTO_TEST_CASE(an_id_that_was_replaced_is_told_from_one_that_never_was) {
  Session adas = stored(Json{{"cart", 1}});
  const std::string former = cookie_of(adas);
  BOOST_TEST(run(adas.set("user", "ada", Flush::now)).has_value());
  const auto records = all_of(manager);
  BOOST_TEST(records.size() == 2u);
  BOOST_TEST(put_all(target, records)[CopyOutcome::created] == 2);
  BOOST_TEST(opened(target, cookie_of(adas)).attributes().at("user") == "ada");
  BOOST_TEST((open(target, former, Touch::off)->refusal == RejectReason::revoked));
  clock.advance(61s);
  BOOST_TEST((open(target, former, Touch::off)->refusal == RejectReason::unknown));
}

BOOST_AUTO_TEST_CASE(a_session_of_a_user_is_in_the_list_of_that_user_and_ends_with_the_others) {
  for (int i = 0; i < 5; ++i) (void)stored(Json{{"user", "ada"}});
  (void)stored(Json{{"user", "bob"}});
  BOOST_TEST(put_all(target, all_of(manager))[CopyOutcome::created] == 6);
  BOOST_TEST(count_of("ada") == 5u);
  SessionDirectory directory = target.directory();
  BOOST_TEST(run(directory.end_of("ada")).events.size() == 5u);
  BOOST_TEST(count_of("bob") == 1u);
}

BOOST_AUTO_TEST_CASE(sessions_of_accepted_formats_move_byte_for_byte) {
  express_writes("an id", R"({"user":"ada","n":1.0})");
  session_store_writes("a-uuid", R"({"user":"bob"})");
  put("sess:unreadable", "no record");
  accept_both(target);
  const auto records = all_of(manager);
  BOOST_TEST(records.size() == 2u);
  BOOST_TEST(put_all(target, records)[CopyOutcome::created] == 2);
  for (const std::string& key : {express.store_key("an id"), session_store.store_key("a-uuid")})
    BOOST_TEST(((*run(elsewhere.load(key)))->bytes == (*run(memory.load(key)))->bytes));
  BOOST_TEST(opened(target, express_cookie("an id"), Touch::on).attributes().at("user") == "ada");
  SessionManager without = manager_of(there, "else:");
  for (const TransferRecord& record : records)
    BOOST_TEST((copied(without, record) == CopyOutcome::unreadable));
}

BOOST_AUTO_TEST_CASE(what_stands_for_no_session_stays_where_it_is) {
  (void)stored(Json{{"user", "ada"}});
  put("session:" + key_, "no record");
  put("session:owner:" + std::string(22, 'o') + ":lease", "token");
  put("unrelated", "text");
  std::size_t unreadable = 0;
  BOOST_TEST(all_of(manager, &unreadable).size() == 1u);
  BOOST_TEST(unreadable == 1u);
}

BOOST_AUTO_TEST_CASE(a_record_has_no_more_time_than_the_policy_gives_it) {
  TransferRecord record = record_of(key_, native_bytes(R"({"user":"ada"})"));
  BOOST_TEST((copied(target, record) == CopyOutcome::created));
  BOOST_TEST((time_left(elsewhere, "else:" + key_) == 30min));
  for (const milliseconds at : {milliseconds(0), milliseconds(1), milliseconds(clock.unix_now())}) {
    record.expires = at;
    BOOST_TEST((copied(target, record) == CopyOutcome::expired));
  }
  TransferRecord old = record_of(std::string(43, 'o'), R"({"v":1,"created":1,"data":{"user":"ada"}})");
  BOOST_TEST((copied(target, old) == CopyOutcome::expired));
  TransferRecord tombstone{"", std::string(43, 't')};
  tombstone.next = "";
  BOOST_TEST((copied(target, tombstone) == CopyOutcome::created));
  BOOST_TEST((time_left(elsewhere, "else:" + tombstone.key) <= 12h));
}

BOOST_AUTO_TEST_CASE(no_record_gets_under_a_key_that_no_session_has) {
  const std::string good = native_bytes(R"({"user":"ada"})");
  const std::string owner = "owner:" + std::string(22, 'o');
  for (const std::string& key : {std::string(), std::string("k"), key_ + "k", std::string(43, '.'), owner,
                                 owner + ":lease", std::string("note:import:x"), std::string(9000, 'k')})
    BOOST_TEST((copied(target, record_of(key, good)) == CopyOutcome::unreadable), key.substr(0, 60));
  for (const std::string& bytes : {std::string(), std::string("{}"), std::string("text"), good + "x",
                                   native_bytes(std::string(100, '[') + std::string(100, ']')),
                                   native_bytes("{\"a\":\"" + std::string(200'000, 'a') + "\"}"),
                                   R"({"v":1,"revoked":true,"next":"else:)" + key_ + "\"}"})
    BOOST_TEST((copied(target, record_of(key_, bytes)) == CopyOutcome::unreadable), bytes.substr(0, 60));
  TransferRecord tombstone{"", key_};
  tombstone.next = owner;
  BOOST_TEST((copied(target, tombstone) == CopyOutcome::unreadable));
  BOOST_TEST(elsewhere.stats().entries == 0u);
}

BOOST_AUTO_TEST_CASE(express_has_keys_of_any_text_and_those_of_lists_are_none) {
  SessionManagerOptions options;
  options.owner_id_keys = {Secret("owners of the tests")};
  SessionManager nodes(there, express_format(express_options(), random),
                       std::make_shared<Identity>(IdentitySettings()), std::move(options), clock);
  const std::string owner = "owner:" + std::string(22, 'o');
  const std::string bytes = express_record(R"({"user":"ada"})");
  for (const std::string& key : {owner, owner + ":lease", std::string("note:import:x")})
    BOOST_TEST((copied(nodes, record_of(key, bytes)) == CopyOutcome::unreadable));
  TransferRecord forever = record_of("any text", bytes);
  BOOST_TEST((copied(nodes, forever) == CopyOutcome::created));
  BOOST_TEST((time_left(elsewhere, "sess:any text") > kLongestListed));
  SessionTransfer transfer = nodes.transfer();
  BOOST_TEST(run(transfer.note_done(std::string(22, 'i'), 1)).has_value());
  std::size_t unreadable = 0;
  const auto records = all_of(nodes, &unreadable);
  BOOST_TEST(records.size() == 1u);
  BOOST_TEST(unreadable == 0u);
  BOOST_TEST(!records.front().expires.has_value());
}

BOOST_AUTO_TEST_CASE(visitors_that_have_no_room_evict_nobody) {
  MemoryStore small{MemoryStoreOptions{.max_bytes = 64 << 10}, clock};
  SessionManager few = manager_of(small, "");
  (void)stored(Json{{"user", "ada"}});
  auto records = all_of(manager);
  records.push_back(record_of(key_, native_bytes("{\"text\":\"" + std::string(20'000, 'x') + "\"}")));
  auto outcomes = put_all(few, records);
  BOOST_TEST(outcomes[CopyOutcome::created] == 1);
  BOOST_TEST(outcomes[CopyOutcome::no_room] == 1);
  for (int i = 0; i < 200; ++i) (void)stored(Json{{"cart", i}});
  (void)put_all(few, all_of(manager));
  SessionDirectory directory = few.directory();
  BOOST_TEST(answered(run(directory.of("ada"))).size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_store_remembers_how_much_of_an_import_is_done) {
  const std::string id(22, 'i');
  const auto done = [&](SessionManager& by) {
    SessionTransfer transfer = by.transfer();
    return answered(run(transfer.done(id)));
  };
  BOOST_TEST(done(target) == 0u);
  SessionTransfer transfer = target.transfer();
  BOOST_TEST(run(transfer.note_done(id, 500)).has_value());
  BOOST_TEST(run(transfer.note_done(id, 1'000)).has_value());
  SessionManager another = manager_of(there, "else:");
  BOOST_TEST(done(another) == 1'000u);
  there.fail_all();
  BOOST_TEST(!run(transfer.done(id)).has_value());
  BOOST_TEST(!run(transfer.note_done(id, 1'001)).has_value());
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_is_no_empty_one) {
  (void)stored(Json{{"user", "ada"}});
  const auto records = all_of(manager);
  SessionTransfer from = manager.transfer();
  store.fail(ScriptedStore::load_call);
  BOOST_TEST(!run(from.page("", 10)).has_value());
  store.fail(ScriptedStore::keys_call);
  BOOST_TEST(!run(from.page("", 10)).has_value());
  there.fail_all();
  SessionTransfer to = target.transfer();
  BOOST_TEST(!run(to.put(records.front())).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
