// What a record's end leaves behind, and what a reader of a list does when the store fails.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/migration_fixture.h"

namespace session::test {
namespace {

// The records that a session manager works with, over the same stores.
struct Records : TakeoverFixture {
  Records() {
    records.list_by_subject(OwnerId({Secret("owners of the tests")}, native.store_prefix), false);
    records.allow_migration(*native.cookies, legacy);
  }
  static std::string key_of_id(const Format& format) {
    return format.cookies->store_key(std::string(32, 'a'));
  }
  // A record of alice's that names that legacy key.
  Bytes stored(const std::string& from) {
    Record record = Record::of(R"({"user":"alice"})"_json);
    record.created = clock.unix_now();
    if (!from.empty()) record.migrated_from = from;
    const RecordWrite write = records.prepare(key, std::move(record));
    BOOST_TEST_REQUIRE((*run(records.create(key, write, seconds(1800))) == CreateOutcome::created));
    return write.bytes;
  }
  std::size_t listed() { return run(records.keys_of("alice", 10))->size(); }

  Format native = native_format(format_options(), random);
  Format legacy = express_format(express_options(), random);
  RecordStore records{store,    *native.records,      std::make_shared<Identity>(IdentitySettings()),
                      Policy(), RecordCacheOptions(), clock};
  const std::string key = key_of_id(native);
  const std::string former = express.store_key("one");
};

BOOST_FIXTURE_TEST_SUITE(record_store, Records)

BOOST_AUTO_TEST_CASE(the_end_of_a_migrated_record_erases_the_former_one_and_leaves_a_tombstone) {
  const Bytes version = stored(former);
  express_writes("one", R"({"user":"alice"})");
  BOOST_TEST((*run(records.end(key, version, former)) == EraseIfOutcome::erased));
  BOOST_TEST(!express_has("one"));
  BOOST_TEST(text_at(key) == R"({"v":1,"revoked":true,"next":""})");
  BOOST_TEST((held(key)->time_left == kTombstoneTime));
  BOOST_TEST(listed() == 0u);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_record_that_did_not_migrate_leaves_nothing) {
  const Bytes version = stored("");
  BOOST_TEST((*run(records.end(key, version, std::nullopt)) == EraseIfOutcome::erased));
  BOOST_TEST(text_at(key) == "nothing");
  BOOST_TEST(listed() == 0u);
}

// The record is the only place that names the former key.
BOOST_AUTO_TEST_CASE(a_migrated_record_stays_if_the_former_one_cannot_be_erased) {
  const Bytes version = stored(former);
  express_writes("one", R"({"user":"alice"})");
  store.fail(ScriptedStore::erase_if_call);
  BOOST_TEST(!run(records.end(key, version, former)).has_value());
  BOOST_TEST(text_at(key) == std::string(version.view()));
  BOOST_TEST(listed() == 1u);
}

BOOST_AUTO_TEST_CASE(another_version_is_not_ended) {
  (void)stored(former);
  BOOST_TEST((*run(records.end(key, Bytes("another"), former)) == EraseIfOutcome::mismatch));
  BOOST_TEST((*run(records.end(key, Bytes("another"), std::nullopt)) == EraseIfOutcome::mismatch));
  BOOST_TEST(listed() == 1u);
}

BOOST_AUTO_TEST_CASE(a_reader_that_cannot_read_list_or_record_takes_nothing_off_the_list) {
  (void)stored("");
  for (const auto call : {ScriptedStore::owned_call, ScriptedStore::load_call}) {
    store.fail(call);
    BOOST_TEST(!run(records.unlist(key, "alice")).has_value());
  }
  BOOST_TEST(store.count(ScriptedStore::disown_call) == 0);
  BOOST_TEST(listed() == 1u);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_there_is_handed_over_and_stays_listed) {
  const Bytes version = stored("");
  const auto found = run(records.unlist(key, "alice"));
  BOOST_TEST_REQUIRE(found->has_value());
  BOOST_TEST(((*found)->bytes == version));
  BOOST_TEST(store.count(ScriptedStore::disown_call) == 0);
}

// Nothing but room is lost.
BOOST_AUTO_TEST_CASE(a_key_of_nothing_that_cannot_be_taken_off_the_list_is_none_all_the_same) {
  store.fail(ScriptedStore::disown_call);
  const auto found = run(records.unlist(key, "alice"));
  BOOST_TEST(found.has_value());
  BOOST_TEST(!found->has_value());
  BOOST_TEST(store.count(ScriptedStore::disown_call) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
