#include <string>

#include <boost/test/unit_test.hpp>

#include "core/crypto/base64url.h"
#include "core/crypto/digest.h"
#include "core/format/native/native.h"
#include "tests/support/session_fixture.h"
#include "tests/support/whole_format.h"

// Where the native dialect keeps a session, and what it writes there.
namespace session::test {
namespace {

constexpr seconds kIssued{1'800'000'000};
const std::string kId = "abcdefghijklmnopqrstuvwxyz012345";

struct Native {
  CountedRandom random;
  WholeNative dialect{format_options(), random};
};

std::string record_refusal(const WholeNative& dialect, std::string_view bytes) {
  const auto record = dialect.decode(bytes);
  return record ? "a record" : std::string(to_text(record.error()));
}

BOOST_FIXTURE_TEST_SUITE(native_store_key, Native)

BOOST_AUTO_TEST_CASE(a_store_key_is_the_prefix_and_a_hash_of_salt_and_id) {
  const auto hash = sha256("salt of the tests" + kId);
  BOOST_TEST(dialect.store_key(kId) == "session:" + base64url({hash.data(), hash.size()}));
  BOOST_TEST(dialect.store_key(kId).size() == 8 + 43);
}

BOOST_AUTO_TEST_CASE(a_store_key_tells_nothing_of_the_id_without_the_salt) {
  const std::string key = dialect.store_key(kId);
  BOOST_TEST(key.find(kId) == std::string::npos);
  const auto unsalted = sha256(kId);
  BOOST_TEST(key.find(base64url({unsalted.data(), unsalted.size()})) == std::string::npos);
  auto salted = format_options();
  salted.salt = Secret("another salt");
  BOOST_TEST(WholeNative(std::move(salted), random).store_key(kId) != key);
}

BOOST_AUTO_TEST_CASE(different_ids_have_different_store_keys) {
  BOOST_TEST(dialect.store_key(kId) != dialect.store_key(kId + "x"));
  BOOST_TEST(dialect.store_key(kId) != dialect.store_key("A" + kId.substr(1)));
  BOOST_TEST(dialect.store_key(std::string(1024, 'x')).size() == 8 + 43);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(native_record, Native)

BOOST_AUTO_TEST_CASE(a_record_is_written_as_documented_and_read_again) {
  const Record record =
      record_with(seconds(1'700'000'000), R"({"user":"alice","n":[1,2.5,null],"ü":{}})"_json);
  const std::string bytes = dialect.encode(record);
  BOOST_TEST(bytes == R"({"v":1,"created":1700000000,"data":{"n":[1,2.5,null],"user":"alice","ü":{}}})");
  const auto read = dialect.decode(bytes);
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST((read->created == record.created));
  BOOST_TEST(read->attributes == record.attributes);
}

BOOST_AUTO_TEST_CASE(the_last_login_and_the_lifetime_stand_before_the_attributes) {
  Record record = record_with(seconds(1'700'000'000), R"({"user":"alice"})"_json);
  record.login = {seconds(1'700'000'001), {"192.0.2.1", "B\"r"}};
  record.lifetime_name = "remember";
  record.migrated_from = "sess:x";
  const std::string bytes = dialect.encode(record);
  BOOST_TEST(bytes ==
             R"({"v":1,"created":1700000000,"authenticated":1700000001,"client":"192.0.2.1","agent":"B\"r",)"
             R"("lifetime":"remember","from":"sess:x","data":{"user":"alice"}})");
  const auto read = dialect.decode(bytes);
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST((read->login.authenticated == record.login.authenticated));
  BOOST_TEST(read->login.client.address == "192.0.2.1");
  BOOST_TEST(read->login.client.agent == "B\"r");
  BOOST_TEST(read->lifetime_name == "remember");
  BOOST_TEST(dialect.encode(*read) == bytes);
}

// An older gateway passes on what it does not know, also when somebody else logs in.
BOOST_AUTO_TEST_CASE(what_a_login_has_noted_does_not_count_for_the_next_one) {
  const auto read = dialect.decode(
      R"({"v":1,"created":1700000002,"authenticated":1700000001,"client":"192.0.2.1","agent":"A","lifetime":"remember","data":{"user":"bob"}})");
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(!read->login.authenticated.has_value());
  BOOST_TEST(read->login.client.address.empty());
  BOOST_TEST(read->login.client.agent.empty());
  BOOST_TEST(read->lifetime_name.empty());
}

BOOST_AUTO_TEST_CASE(what_says_something_else_of_the_login_is_no_record) {
  for (const char* member : {R"("authenticated":"now")", R"("authenticated":-1)", R"("authenticated":1.5)",
                             R"("authenticated":100000000000)", R"("authenticated":null)", R"("client":1)",
                             R"("agent":[])", R"("lifetime":{})"}) {
    const std::string bytes = R"({"v":1,"created":1700000000,)" + std::string(member) + R"(,"data":{}})";
    BOOST_TEST(record_refusal(dialect, bytes) == "malformed", member);
  }
}

BOOST_AUTO_TEST_CASE(members_that_nobody_touched_keep_their_bytes_and_their_places) {
  const std::string bytes =
      R"({"v":1,"created":1700000000,"from":"sess:x","later":[1, 2],"data":{"zebra":1.50,"cart":{"10":1,"b":2,"a":3},)"
      R"("apple":"\u00e9","mango":12345678901234567890}})";
  auto read = dialect.decode(bytes);
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(dialect.encode(*read) == bytes);
  read->apply({{"cart", R"({"x":1})"_json},
               {"apple", "é"},  // what it is already
               {"new", 1},
               {"zebra", std::nullopt},
               {"none", std::nullopt}});
  read->migrated_from.reset();
  BOOST_TEST(dialect.encode(*read) == R"({"v":1,"created":1700000000,"later":[1, 2],"data":{"cart":{"x":1},)"
                                      R"("apple":"\u00e9","mango":12345678901234567890,"new":1}})");
  BOOST_TEST(read->attributes["apple"] == "é");
}

BOOST_AUTO_TEST_CASE(a_number_that_is_spelled_in_another_way_is_another_value) {
  const std::string head = R"({"v":1,"created":1700000000,"data":)";
  auto read = dialect.decode(head + R"({"a":1,"b":9007199254740993,"c":1.50}})");
  BOOST_TEST_REQUIRE(read.has_value());
  read->apply({{"a", 1.0}, {"b", 9007199254740992.0}, {"c", 1.5}});
  BOOST_TEST(dialect.encode(*read) == head + R"({"a":1.0,"b":9.007199254740992e+15,"c":1.50}})");
  BOOST_TEST(to_text(read->attributes) == R"({"a":1.0,"b":9.007199254740992e+15,"c":1.5})");
}

// With a search for each change through all members this takes longer than a test may.
BOOST_AUTO_TEST_CASE(as_many_changes_as_a_record_has_members_are_one_pass) {
  constexpr int kMembers = 100'000;
  Json attributes = Json::object();
  Record::Changes changes;
  for (int i = 0; i < kMembers; ++i) {
    attributes["old" + std::to_string(i)] = i;
    changes.emplace("old" + std::to_string(i), i % 2 == 0 ? std::nullopt : std::optional<Json>(-i));
    changes.emplace("new" + std::to_string(i), i);
  }
  Record record = Record::of(std::move(attributes));
  record.apply(changes);
  BOOST_TEST(record.members().size() == record.attributes.size());
  BOOST_TEST(record.members().size() == std::size_t{kMembers} * 3 / 2);
  BOOST_TEST(!record.attributes.contains("old0"));
  BOOST_TEST(record.attributes["old1"] == -1);
  BOOST_TEST(record.members().back().text == std::to_string(kMembers - 1));
}

BOOST_AUTO_TEST_CASE(an_empty_former_key_is_none) {
  const auto read = dialect.decode(R"({"v":1,"created":1700000000,"from":"","data":{"a":1}})");
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(!read->migrated_from.has_value());
}

BOOST_AUTO_TEST_CASE(what_can_be_set_can_be_read_again_however_deep) {
  std::string deep;
  for (int i = 0; i < 32; ++i) deep += R"({"a":)";
  const auto set = parse_json(deep.substr(0, 31 * 5) + "[]" + std::string(31, '}'));
  BOOST_TEST_REQUIRE(set.has_value());
  BOOST_TEST(record_refusal(dialect, dialect.encode(record_with(kIssued, *set))) == "a record");
}

BOOST_AUTO_TEST_CASE(a_tombstone_reads_as_revoked) {
  const std::string next = dialect.store_key("next");
  const auto tombstone = dialect.tombstone(next);
  BOOST_TEST_REQUIRE(tombstone.has_value());
  BOOST_TEST(*tombstone == R"({"v":1,"revoked":true,"next":")" + next + R"("})");
  BOOST_TEST(record_refusal(dialect, *tombstone) == "revoked");
  BOOST_TEST(dialect.successor(*tombstone) == next);
  BOOST_TEST(dialect.successor(tombstone->substr(1)) == "");
  BOOST_TEST(dialect.successor(R"({"v":1,"revoked":true,"next":"elsewhere"})") == "");
  BOOST_TEST(dialect.successor(dialect.encode(Record{})) == "");
}

BOOST_AUTO_TEST_CASE(nobody_can_write_a_tombstone_through_attributes) {
  const Record record = record_with(kIssued, R"({"v":1,"revoked":true})"_json);
  BOOST_TEST(record_refusal(dialect, dialect.encode(record)) == "a record");
}

BOOST_AUTO_TEST_CASE(what_others_wrote_is_malformed) {
  for (const std::string bytes : {"",
                                  "x",
                                  "null",
                                  "[]",
                                  "1",
                                  "{}",
                                  R"({"cookie":{"path":"/"},"passport":{}})",
                                  R"({"v":1})",
                                  R"({"v":1,"created":1})",
                                  R"({"v":1,"data":{}})",
                                  R"({"created":1,"data":{}})",
                                  R"({"v":2,"created":1,"data":{}})",
                                  R"({"v":"1","created":1,"data":{}})",
                                  R"({"v":true,"created":1,"data":{}})",
                                  R"({"v":null,"created":1,"data":{}})",
                                  R"({"v":1,"created":-1,"data":{}})",
                                  R"({"v":1,"created":1.5,"data":{}})",
                                  R"({"v":1,"created":"1","data":{}})",
                                  R"({"v":1,"created":100000000000,"data":{}})",
                                  R"({"v":1,"created":18446744073709551615,"data":{}})",
                                  R"({"v":1,"created":1,"data":[]})",
                                  R"({"v":1,"created":1,"data":null})",
                                  R"({"v":1,"created":1,"data":"{}"})",
                                  R"({"v":1,"created":1,"data":{}} )"
                                  "x",
                                  R"({"v":1,"v":1,"created":1,"data":{}})",
                                  R"({"v":1,"revoked":false})"}) {
    BOOST_TEST(record_refusal(dialect, bytes) == "malformed", bytes);
  }
}

BOOST_AUTO_TEST_CASE(a_record_behind_a_byte_order_mark_is_malformed) {
  const std::string record = R"({"v":1,"created":1700000000,"data":{}})";
  BOOST_TEST(record_refusal(dialect, record) != "malformed");
  BOOST_TEST(record_refusal(dialect, "\xef\xbb\xbf" + record) == "malformed");
}

BOOST_AUTO_TEST_CASE(a_record_cut_off_anywhere_is_malformed) {
  const std::string bytes = dialect.encode(record_with(kIssued, R"({"user":"alice"})"_json));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST(record_refusal(dialect, bytes.substr(0, size)) == "malformed");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
