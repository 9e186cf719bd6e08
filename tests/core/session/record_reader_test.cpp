#include "core/session/record_reader.h"

#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/session_fixture.h"

namespace session::test {
namespace {

struct Reading {
  static Bytes record_of(const std::string& user, std::size_t padding = 0) {
    return Bytes(R"({"v":1,"created":1700000000,"data":{"p":")" + std::string(padding, 'p') +
                 R"(","user":")" + user + "\"}}");
  }
  RecordReader reader(RecordMemory memory = {}) {
    return RecordReader(dialect, std::make_shared<Identity>(IdentitySettings()), memory);
  }

  CountedRandom random;
  NativeDialect dialect{dialect_options(), random};
};

std::string user_of(RecordReader& reader, const std::string& key, const Bytes& bytes) {
  const auto summary = reader.summary(key, bytes);
  if (!summary) return std::string(to_text(summary.error()));
  return (*summary)->subject.value_or("nobody");
}

BOOST_FIXTURE_TEST_SUITE(record_reader, Reading)

BOOST_AUTO_TEST_CASE(a_summary_holds_what_a_check_needs) {
  auto reads = reader();
  const auto summary = reads.summary("key", record_of("alice"));
  BOOST_TEST_REQUIRE(summary.has_value());
  BOOST_TEST((*summary)->age.created->count() == 1700000000);
  BOOST_TEST((*summary)->subject.value() == "alice");
  BOOST_TEST((*summary)->identity ==
             "X-Auth-Request-User: alice\r\nX-Auth-Request-Email: \r\nX-Auth-Request-Groups: \r\n");
  BOOST_TEST(!(*summary)->data.has_value());
}

BOOST_AUTO_TEST_CASE(the_same_bytes_under_the_same_key_are_not_decoded_again) {
  auto reads = reader();
  const auto first = reads.summary("key", record_of("alice"));
  const auto second = reads.summary("key", record_of("alice"));
  BOOST_TEST((first->get() == second->get()));
}

BOOST_AUTO_TEST_CASE(other_bytes_under_the_same_key_are_never_answered_from_memory) {
  auto reads = reader();
  BOOST_TEST(user_of(reads, "key", record_of("alice")) == "alice");
  BOOST_TEST(user_of(reads, "key", record_of("malet")) == "malet");
  BOOST_TEST(user_of(reads, "key", Bytes(*dialect.tombstone(dialect.store_key("next")))) == "revoked");
  BOOST_TEST(user_of(reads, "key", Bytes("garbage")) == "malformed");
  BOOST_TEST(user_of(reads, "key", record_of("alice")) == "alice");
}

BOOST_AUTO_TEST_CASE(keys_that_share_a_slot_do_not_share_an_answer) {
  auto reads = reader({.slots = 1});
  BOOST_TEST(user_of(reads, "one", record_of("alice")) == "alice");
  BOOST_TEST(user_of(reads, "two", record_of("bobby")) == "bobby");
  BOOST_TEST(user_of(reads, "one", record_of("alice")) == "alice");
  BOOST_TEST(user_of(reads, "two", record_of("alice")) == "alice");
}

BOOST_AUTO_TEST_CASE(a_summary_outlives_its_place_in_memory) {
  auto reads = reader({.slots = 1});
  const auto alice = reads.summary("one", record_of("alice"));
  for (int i = 0; i < 10; ++i) (void)reads.summary(std::to_string(i), record_of("other"));
  BOOST_TEST((*alice)->subject.value() == "alice");
}

BOOST_AUTO_TEST_CASE(the_budget_of_bytes_is_kept_at_every_moment) {
  auto reads = reader({.slots = 64, .bytes = 10'000});
  for (int i = 0; i < 1000; ++i) {
    BOOST_TEST(user_of(reads, std::to_string(i),
                       record_of("alice", static_cast<std::size_t>(i * 7 % 1500))) == "alice");
    BOOST_TEST_REQUIRE(reads.remembered_bytes() <= 10'000U);
  }
  BOOST_TEST(reads.remembered_bytes() > 0U);
}

BOOST_AUTO_TEST_CASE(a_record_larger_than_the_budget_is_read_and_not_remembered) {
  auto reads = reader({.slots = 4, .bytes = 1000});
  BOOST_TEST(user_of(reads, "key", record_of("alice", 1000)) == "alice");
  BOOST_TEST(reads.remembered_bytes() == 0U);
  BOOST_TEST(user_of(reads, "key", record_of("bobby", 1000)) == "bobby");
}

BOOST_AUTO_TEST_CASE(a_record_that_became_too_large_gives_its_bytes_back) {
  auto reads = reader({.slots = 4, .bytes = 1000});
  (void)reads.summary("key", record_of("alice"));
  BOOST_TEST(reads.remembered_bytes() > 0U);
  (void)reads.summary("key", record_of("alice", 1000));
  BOOST_TEST(reads.remembered_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(what_can_not_be_read_takes_no_memory) {
  auto reads = reader();
  (void)reads.summary("key", Bytes("garbage"));
  (void)reads.summary("key", Bytes());
  BOOST_TEST(reads.remembered_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(attributes_are_kept_when_asked_for_and_counted) {
  auto keeping = reader({.keep_data = true});
  auto plain = reader();
  const auto summary = keeping.summary("key", record_of("alice"));
  (void)plain.summary("key", record_of("alice"));
  BOOST_TEST_REQUIRE((*summary)->data.has_value());
  BOOST_TEST((*summary)->data->at("user") == "alice");
  BOOST_TEST(keeping.remembered_bytes() > plain.remembered_bytes());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
