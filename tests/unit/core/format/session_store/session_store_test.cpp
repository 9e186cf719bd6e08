#include "core/format/session_store/session_store.h"

#include <regex>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/support/counted_random.h"
#include "tests/support/whole_format.h"

namespace session::test {
namespace {

struct Ancestor {
  // The id that a cookie's value stands for; the refusal in brackets if there is none.
  std::string said(std::string_view value) {
    const auto verified = dialect.verify(value);
    return verified ? verified->id : "[" + std::string(to_text(verified.error())) + "]";
  }
  // Why bytes are no record; "a record" if they are one.
  std::string refusal(std::string_view bytes) const {
    const auto record = dialect.decode(bytes);
    return record ? "a record" : std::string(to_text(record.error()));
  }

  CountedRandom random;
  WholeSessionStore dialect{SessionStoreFormatOptions(), random};
};

BOOST_FIXTURE_TEST_SUITE(session_store_ids, Ancestor)

// Made by md5sum, and by the package itself (tests/interop/session_store_test).
BOOST_AUTO_TEST_CASE(a_key_is_the_md5_of_salt_and_id) {
  BOOST_TEST(dialect.store_key("anything") == "89ace86a39a03bf03f21a72f039d5d2e");
  BOOST_TEST(dialect.store_key("a b") == "228189ca252b9e1fa5f03b6f592f8807");
  BOOST_TEST(dialect.store_key("ř") == "cb78461a8de48dfb9a6c8e319473c620");
  BOOST_TEST(dialect.store_key("12345678-1234-1234-1234-123456789012") == "1ae7def5b55c39b5efc5a20702232f04");
  const WholeSessionStore salted({Secret("pepper")}, random);
  BOOST_TEST(salted.store_key("anything") == "e0b32f7c5b7710fc26e6ed0b444342b2");
}

BOOST_AUTO_TEST_CASE(any_value_is_an_id_as_the_package_decodes_it) {
  const std::pair<std::string, std::string> cases[] = {
      {"anything", "anything"},
      {"\"anything\"", "anything"},
      {"a%20b", "a b"},
      {"%C5%99", "ř"},
      {"%zz", "%zz"},
      {"\xff"
       "a",
       "ÿa"},
      {"s:signed", "s:signed"},
      {"J:{}", "J:{}"},
  };
  for (const auto& [value, id] : cases) BOOST_TEST(said(value) == id);
  const auto verified = dialect.verify("a%20b");
  BOOST_TEST(verified->store_key == "228189ca252b9e1fa5f03b6f592f8807");
  BOOST_TEST(!verified->issued.has_value());
  BOOST_TEST(!verified->outdated);
  BOOST_TEST(dialect
                 .verify("\xff"
                         "a")
                 ->store_key == "7745f9ed3d5f2299c8bd01a86de40f4c");
}

BOOST_AUTO_TEST_CASE(values_that_the_package_makes_objects_of_are_refused) {
  for (const auto* value : {"j:{}", "j:[1]", "j:", "j%3A{}", "\"j:{}\"", "%6a:1"})
    BOOST_TEST(said(value) == "[malformed]", value);
}

BOOST_AUTO_TEST_CASE(an_id_has_1_to_1024_bytes) {
  BOOST_TEST(said("") == "[malformed]");
  BOOST_TEST(said("\"\"") == "[malformed]");
  BOOST_TEST((said(std::string(1024, 'a')) == std::string(1024, 'a')));
  BOOST_TEST(said(std::string(1025, 'a')) == "[malformed]");
  std::string encoded;
  for (int i = 0; i < 1024; ++i) encoded += "%61";
  BOOST_TEST((said(encoded) == std::string(1024, 'a')));
  BOOST_TEST(said(encoded + "a") == "[malformed]");
}

BOOST_AUTO_TEST_CASE(a_new_id_is_a_random_uuid_and_its_cookie_the_id_itself) {
  WholeSessionStore real({}, system_random());
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (int i = 0; i < 100; ++i) BOOST_TEST(std::regex_match(real.new_id(), form));
  BOOST_TEST(real.new_id() != real.new_id());
  BOOST_TEST(dialect.new_id() == "30303030-3030-4030-b030-303030303031");
  BOOST_TEST(dialect.cookie("30303030-3030-4030-b030-303030303031", seconds(1)) ==
             "30303030-3030-4030-b030-303030303031");
}

BOOST_AUTO_TEST_CASE(a_cookie_of_any_id_verifies_to_that_id) {
  for (const std::string id : {"a b", "ř", "%41", "\"quoted\"", ";,=", "a\nb"})
    BOOST_TEST(said(dialect.cookie(id, seconds(1))) == id);
}

BOOST_AUTO_TEST_CASE(there_are_no_tombstones_and_no_reserved_names) {
  BOOST_TEST(!dialect.tombstone("next").has_value());
  BOOST_TEST(dialect.successor(R"({"v":1,"revoked":true,"next":"next"})") == "");
  for (const auto* name : {"cookie", "id", "__proto__", ""}) BOOST_TEST(!dialect.reserves(name));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(session_store_records, Ancestor)

BOOST_AUTO_TEST_CASE(a_record_is_the_attributes_and_nothing_else) {
  for (const std::string text : {R"({"user":"alice"})", R"({"a":{"c":[1,2.5,null,{}]},"v":1,"ü":"😀"})"}) {
    const auto read = dialect.decode(text);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(to_text(read->attributes) == text);
    BOOST_TEST(!read->created.has_value());
    BOOST_TEST(!read->lifetime.has_value());
    BOOST_TEST(dialect.encode(*read) == text);
  }
}

BOOST_AUTO_TEST_CASE(an_empty_record_is_no_session) {
  for (const auto* bytes : {"{}", " { }\n"}) BOOST_TEST(refusal(bytes) == "unknown");
}

BOOST_AUTO_TEST_CASE(what_others_wrote_is_malformed) {
  for (const std::string bytes :
       {"", "x", "{", "null", "[]", "1", "\"text\"", "\xff", R"({"a":1}x)", R"({"a":1,"a":2})",
        R"({"a":1e400})", R"({"a":"\ud83d"})", "\xef\xbb\xbf{\"a\":1}"})
    BOOST_TEST(refusal(bytes) == "malformed", bytes);
}

BOOST_AUTO_TEST_CASE(integers_of_more_than_64_bits_are_rounded_as_javascript_does) {
  BOOST_TEST(dialect.decode(R"({"n":100000000000000000000})")->attributes["n"] == 1e20);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
