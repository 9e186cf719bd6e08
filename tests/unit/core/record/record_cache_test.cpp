#include "core/record/record_cache.h"

#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/format/express/express.h"
#include "core/format/session_store/session_store.h"
#include "tests/support/session_fixture.h"
#include "tests/support/whole_format.h"

namespace session::test {
namespace {

struct ParseContext {
  static Bytes record_of(const std::string& user, std::size_t padding = 0) {
    return Bytes(R"({"v":1,"created":1700000000,"data":{"p":")" + std::string(padding, 'p') +
                 R"(","user":")" + user + "\"}}");
  }
  RecordCache reader(RecordCacheOptions memory = {}) {
    return RecordCache(dialect.records(), std::make_shared<Identity>(IdentitySettings()), std::move(memory));
  }

  // A reader whose identity is of one header, and the subject.
  RecordCache reader_of(const WholeFormat& format, const std::string& subject, const std::string& header,
                        RecordCacheOptions memory = {}) {
    return RecordCache(format.records(),
                       std::make_shared<Identity>(IdentitySettings{subject, {{"X", header}}}),
                       std::move(memory));
  }

  CountedRandom random;
  WholeNative dialect{format_options(), random};
};

Bytes native_record(const std::string& data) {
  return Bytes(R"({"v":1,"created":1700000000,"data":)" + data + "}");
}

std::size_t table_bytes() { return SetAssociativeCache<RecordCache::Summary>::segment_bytes(); }

// The smallest table, and so many bytes beside it.
RecordCacheOptions room_for(std::size_t bytes) {
  return {.budget = std::make_shared<CacheBudget>(table_bytes() + bytes)};
}

// Room for one small record, and not for two.
RecordCacheOptions room_for_one() { return room_for(800); }

std::string user_of(RecordCache& reader, const std::string& key, const Bytes& bytes) {
  const auto summary = reader.summary(key, bytes);
  if (!summary) return std::string(to_text(summary.error()));
  return (*summary)->subject.value_or("nobody");
}

// The header lines of a record; the refusal if it can't be read.
std::string lines_of(RecordCache&& reader, const Bytes& bytes) {
  const auto summary = reader.summary("key", bytes);
  return summary ? (*summary)->identity : std::string(to_text(summary.error()));
}

BOOST_FIXTURE_TEST_SUITE(record_reader, ParseContext)

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

// The table knows keys by 32 bits of their hash, which are those of both of these.
BOOST_AUTO_TEST_CASE(keys_that_the_table_takes_for_one_do_not_share_an_answer) {
  const std::string one = "key-30914";
  const std::string two = "key-96236";
  auto reads = reader();
  const auto first = reads.summary(one, record_of("alice"));
  BOOST_TEST((reads.remembered(one).get() == first->get()));
  BOOST_TEST((reads.remembered(two) == nullptr));
  BOOST_TEST((reads.summary(two, record_of("alice"))->get() != first->get()),
             "what is noted of a session is its own");
  BOOST_TEST((reads.remembered(one) == nullptr), "they have one place");
  BOOST_TEST(user_of(reads, two, record_of("bobby")) == "bobby");
  BOOST_TEST(user_of(reads, one, record_of("alice")) == "alice");
}

// Ids of other programs may have a long beginning or end in common.
BOOST_AUTO_TEST_CASE(keys_that_differ_anywhere_have_places_of_their_own) {
  RecordCache reader = this->reader();
  const std::string alike = "tenant-a:session:0000000000000000:of-the-first-site";
  for (std::size_t at = 0; at < alike.size(); ++at) {
    std::string key = alike;
    key[at] = '#';
    BOOST_TEST(user_of(reader, key, record_of(std::to_string(at))) == std::to_string(at));
  }
  std::size_t remembered = 0;
  for (std::size_t at = 0; at < alike.size(); ++at) {
    std::string key = alike;
    key[at] = '#';
    const RecordCache::Summary summary = reader.remembered(key);
    remembered += summary && summary->subject == std::to_string(at) ? 1 : 0;
  }
  BOOST_TEST(remembered >= alike.size() - 2);
}

BOOST_AUTO_TEST_CASE(a_summary_outlives_its_place_in_memory) {
  auto reads = reader(room_for_one());
  const auto alice = reads.summary("one", record_of("alice"));
  for (int i = 0; i < 20; ++i) (void)reads.summary(std::to_string(i), record_of("other"));
  BOOST_TEST((*alice)->subject.value() == "alice");
}

BOOST_AUTO_TEST_CASE(who_is_met_once_takes_nobodys_place_and_who_is_met_often_does_soon) {
  auto reads = reader(room_for_one());
  const auto alice = reads.summary("one", record_of("alice"));
  auto bobby = reads.summary("two", record_of("bobby"));
  BOOST_TEST((reads.summary("one", record_of("alice"))->get() == alice->get()));
  for (unsigned i = 0; i < AdmissionPolicy::kOneIn; ++i) bobby = reads.summary("two", record_of("bobby"));
  BOOST_TEST((reads.summary("two", record_of("bobby"))->get() == bobby->get()));
}

BOOST_AUTO_TEST_CASE(the_budget_of_bytes_is_kept_at_every_moment) {
  auto reads = reader(room_for(10'000));
  for (int i = 0; i < 1000; ++i) {
    BOOST_TEST(user_of(reads, std::to_string(i),
                       record_of("alice", static_cast<std::size_t>(i * 7 % 1500))) == "alice");
    BOOST_TEST_REQUIRE(reads.remembered_bytes() <= table_bytes() + 10'000U);
  }
  BOOST_TEST(reads.remembered_bytes() > table_bytes());
}

BOOST_AUTO_TEST_CASE(a_record_larger_than_the_budget_is_read_and_not_remembered) {
  auto reads = reader(room_for(1000));
  BOOST_TEST(user_of(reads, "key", record_of("alice", 1000)) == "alice");
  BOOST_TEST(reads.remembered_bytes() == table_bytes());
  BOOST_TEST(user_of(reads, "key", record_of("bobby", 1000)) == "bobby");
}

BOOST_AUTO_TEST_CASE(a_record_larger_than_the_budget_takes_nobody_elses_place) {
  auto reads = reader(room_for(2000));
  const auto alice = reads.summary("alice", record_of("alice"));
  for (int i = 0; i < 20; ++i) (void)reads.summary("large" + std::to_string(i), record_of("bobby", 4000));
  BOOST_TEST((reads.summary("alice", record_of("alice"))->get() == alice->get()));
}

BOOST_AUTO_TEST_CASE(a_cache_whose_room_others_have_keeps_what_it_has) {
  const auto budget = std::make_shared<CacheBudget>(table_bytes() + 1000);
  auto reads = reader({.budget = budget});
  const auto first = reads.summary("first", record_of("alice"));
  BOOST_TEST_REQUIRE(budget->reserve(budget->max() - budget->used()));
  for (int i = 0; i < 1'000; ++i) (void)reads.summary(std::to_string(i), record_of("bobby", 400));
  BOOST_TEST((reads.remembered("first").get() == first->get()));
  BOOST_TEST(budget->used() == budget->max());
}

BOOST_AUTO_TEST_CASE(a_record_that_became_too_large_gives_its_bytes_back) {
  auto reads = reader(room_for(1000));
  (void)reads.summary("key", record_of("alice"));
  BOOST_TEST(reads.remembered_bytes() > table_bytes());
  (void)reads.summary("key", record_of("alice", 1000));
  BOOST_TEST(reads.remembered_bytes() == table_bytes());
}

BOOST_AUTO_TEST_CASE(what_is_released_is_given_back_and_remembered_again_later) {
  const auto budget = std::make_shared<CacheBudget>(std::size_t{1} << 20);
  auto reads = reader({.budget = budget});
  const auto first = reads.summary("key", record_of("alice"));
  BOOST_TEST(budget->used() == reads.remembered_bytes());
  BOOST_TEST(budget->used() > 0U);
  reads.release();
  BOOST_TEST(budget->used() == 0U);
  const auto second = reads.summary("key", record_of("alice"));
  BOOST_TEST((second->get() != first->get()));
  BOOST_TEST((reads.summary("key", record_of("alice"))->get() == second->get()));
}

BOOST_AUTO_TEST_CASE(a_cache_that_ends_gives_everything_back) {
  const auto budget = std::make_shared<CacheBudget>(std::size_t{1} << 20);
  {
    auto reads = reader({.budget = budget});
    (void)reads.summary("key", record_of("alice"));
    BOOST_TEST(budget->used() > 0U);
  }
  BOOST_TEST(budget->used() == 0U);
}

BOOST_AUTO_TEST_CASE(without_room_for_a_table_records_are_read_all_the_same) {
  auto reads = reader({.budget = std::make_shared<CacheBudget>(0)});
  for (int i = 0; i < 2; ++i) BOOST_TEST(user_of(reads, "key", record_of("alice")) == "alice");
  BOOST_TEST(reads.remembered_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(a_cache_that_came_first_gives_way_to_another) {
  const auto budget = std::make_shared<CacheBudget>(2 * table_bytes() + 20'000);
  auto first = reader({.budget = budget});
  auto second = reader({.budget = budget});
  const auto meet = [&](RecordCache& cache, int from) {
    for (int i = from; i < from + 200; ++i) (void)cache.summary(std::to_string(i), record_of("alice", 100));
  };
  (void)second.summary("a table", record_of("alice"));
  meet(first, 0);
  const std::size_t before = second.remembered_bytes();
  // Both are asked from now on.
  for (int round = 1; round < 20; ++round) {
    meet(first, 1000 * round);
    meet(second, 1000 * round);
  }
  BOOST_TEST(second.remembered_bytes() > before + 5'000);
  BOOST_TEST(budget->used() <= budget->max());
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

BOOST_AUTO_TEST_CASE(attributes_that_nobody_needs_refuse_the_record_all_the_same_if_they_are_malformed) {
  for (const std::string bad : {R"("x":tru)", R"("x":01)", R"("x":1e999)", R"("x":18446744073709551616)",
                                R"("x":{"a":1,"a":2})", R"("x":[{"a":1,"\u0061":2}])", R"("x":1,"x":2)",
                                R"("x":"\ud83d")", "\"x\":\"\xff\"", R"("x":[1,])"}) {
    BOOST_TEST(lines_of(reader(), native_record(R"({"user":"alice",)" + bad + "}")) == "malformed", bad);
    BOOST_TEST(lines_of(reader(), native_record("{" + bad + R"(,"user":"alice"})")) == "malformed", bad);
  }
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "[";
  BOOST_TEST(lines_of(reader(), native_record(R"({"x":)" + deep + std::string(40, ']') + "}")) ==
             "malformed");
}

BOOST_AUTO_TEST_CASE(an_identity_may_stand_deep_in_an_attribute) {
  const Bytes bytes = native_record(R"({"a/b":{"~":["x",{"name":"alice"}]},"a":{"b":"no"},"z":1})");
  BOOST_TEST(lines_of(reader_of(dialect, "/z", "/a~1b/~0/1/name"), bytes) == "X: alice\r\n");
  auto first = reader_of(dialect, "/a~1b/~0/0", "/z");
  BOOST_TEST(user_of(first, "key", bytes) == "x");
  BOOST_TEST(lines_of(reader_of(dialect, "/z", "/a~1b/~0/2"), bytes) == "X: \r\n");
  BOOST_TEST(lines_of(reader_of(dialect, "/z", "/none/x"), bytes) == "X: \r\n");
  BOOST_TEST(lines_of(reader_of(dialect, "/z", "/"), native_record(R"({"":"nameless","z":1})")) ==
             "X: nameless\r\n");
}

BOOST_AUTO_TEST_CASE(an_identity_may_be_all_attributes_together) {
  const Bytes bytes = native_record(R"({"user":"a","n":[1,{}]})");
  BOOST_TEST(lines_of(reader_of(dialect, "/user", ""), bytes) == "X: {\"n\":[1,{}],\"user\":\"a\"}\r\n");
  auto whole = reader_of(dialect, "", "/user");
  BOOST_TEST(user_of(whole, "key", bytes) == R"({"n":[1,{}],"user":"a"})");
}

BOOST_AUTO_TEST_CASE(a_record_that_has_nothing_wanted_is_a_session_and_an_empty_one_is_not) {
  const WholeSessionStore ancestor({}, random);
  BOOST_TEST(lines_of(reader_of(ancestor, "/user", "/user"), Bytes(R"({"cart":1})")) == "X: \r\n");
  BOOST_TEST(lines_of(reader_of(ancestor, "/user", "/user"), Bytes(R"({"user":"alice"})")) == "X: alice\r\n");
  BOOST_TEST(lines_of(reader_of(ancestor, "/user", "/user"), Bytes("{}")) == "unknown");
  BOOST_TEST(lines_of(reader_of(ancestor, "/user", "/user", {.keep_data = true}), Bytes("{}")) == "unknown");
  BOOST_TEST(lines_of(reader_of(ancestor, "", ""), Bytes("{}")) == "unknown");
  BOOST_TEST(lines_of(reader_of(ancestor, "/user", "/user"), Bytes("[]")) == "malformed");
}

BOOST_AUTO_TEST_CASE(the_cookie_of_express_says_how_long_it_lives_and_is_no_attribute) {
  ExpressFormatOptions options;
  options.secrets.emplace_back(std::string("keyboard cat"));
  const WholeExpress express(std::move(options), random);
  const Bytes bytes(R"({"cookie":{"originalMaxAge":3600000,"path":"/","x":[1]},"user":"alice","cart":{}})");
  for (const bool keep : {false, true}) {
    auto reads = reader_of(express, "/user", "/cookie/path", {.keep_data = keep});
    const auto summary = reads.summary("key", bytes);
    BOOST_TEST_REQUIRE(summary.has_value());
    BOOST_TEST((*summary)->age.lifetime->count() == 3600000);
    BOOST_TEST((*summary)->subject.value() == "alice");
    BOOST_TEST((*summary)->identity == "X: \r\n");
  }
  BOOST_TEST(lines_of(reader_of(express, "/user", "/user"), Bytes(R"({"user":"alice"})")) == "malformed");
  BOOST_TEST(lines_of(reader_of(express, "/user", "/user"), Bytes(R"({"cookie":1,"user":"a"})")) ==
             "malformed");
}

BOOST_AUTO_TEST_CASE(a_creation_time_of_zero_is_read_with_its_sign) {
  const auto created = [&](const std::string& at) {
    return lines_of(reader_of(dialect, "/user", "/user"),
                    Bytes(R"({"v":1,"created":)" + at + R"(,"data":{"user":"a"}})"));
  };
  BOOST_TEST(created("0") == "X: a\r\n");
  BOOST_TEST(created("-0") == "malformed");
  BOOST_TEST(created("0.0") == "malformed");
  BOOST_TEST(created("-1") == "malformed");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
