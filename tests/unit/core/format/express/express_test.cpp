#include "core/format/express/express.h"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "core/crypto/base64url.h"
#include "tests/support/counted_random.h"
#include "tests/support/whole_format.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr seconds kNow{1'800'000'000};  // 2027-01-15T08:00:00Z

ExpressFormatOptions express_options() {
  ExpressFormatOptions options;
  options.secrets.emplace_back(std::string("keyboard cat"));
  return options;
}

struct Express {
  // Why bytes are no record; "a record" if they are one.
  std::string refusal(std::string_view bytes) const {
    const auto record = dialect.decode(bytes);
    return record ? "a record" : std::string(to_text(record.error()));
  }
  Record record(std::string_view bytes) const {
    auto read = dialect.decode(bytes);
    if (!read) throw std::runtime_error("no record: " + std::string(bytes));
    return std::move(*read);
  }
  // What a record becomes when it is written now.
  Json rewritten(std::string_view bytes) const {
    Record read = record(bytes);
    dialect.complete(read, kNow);
    return Json::parse(dialect.encode(read));
  }
  // How long a record with this cookie lives.
  seconds lifetime(const std::string& cookie) const {
    return std::chrono::duration_cast<seconds>(record(R"({"cookie":)" + cookie + "}").lifetime.value());
  }

  CountedRandom random;
  WholeExpress dialect{express_options(), random};
};

BOOST_FIXTURE_TEST_SUITE(express_ids, Express)

BOOST_AUTO_TEST_CASE(a_key_is_the_prefix_and_the_id_whatever_it_holds) {
  BOOST_TEST(dialect.store_key("hello") == "sess:hello");
  BOOST_TEST((dialect.store_key(std::string("a /%\0ř", 7)) == std::string("sess:a /%\0ř", 12)));
  ExpressFormatOptions options = express_options();
  options.store_prefix = "app:";
  BOOST_TEST(WholeExpress(options, random).store_key("hello") == "app:hello");
}

BOOST_AUTO_TEST_CASE(a_cookie_verifies_and_names_its_key_but_no_time) {
  const auto verified = dialect.verify(dialect.cookie("sid.with.dots", kNow));
  BOOST_TEST_REQUIRE(verified.has_value());
  BOOST_TEST(verified->id == "sid.with.dots");
  BOOST_TEST(verified->store_key == "sess:sid.with.dots");
  BOOST_TEST(!verified->issued.has_value());
  BOOST_TEST(!verified->outdated);
}

BOOST_AUTO_TEST_CASE(an_id_is_24_random_bytes_in_the_package_s_alphabet) {
  BOOST_TEST(dialect.new_id() == base64url("000000000000000000000001"));
  const ExpressFormatOptions options = express_options();
  WholeExpress real(options, system_random());
  BOOST_TEST(real.new_id().size() == 32U);
  BOOST_TEST(real.new_id() != real.new_id());
}

BOOST_AUTO_TEST_CASE(a_cookie_longer_than_browsers_keep_is_malformed) {
  const std::string cookie = dialect.cookie(std::string(5000, 'a'), kNow);
  BOOST_TEST((dialect.verify(cookie).error() == RejectReason::malformed));
}

BOOST_AUTO_TEST_CASE(there_are_no_tombstones) {
  BOOST_TEST(!dialect.tombstone("sess:next").has_value());
  BOOST_TEST(dialect.successor(R"({"v":1,"revoked":true,"next":"sess:next"})") == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(express_records, Express)

BOOST_AUTO_TEST_CASE(the_attributes_stand_beside_the_cookie) {
  const Record read = record(R"({"cookie":{"path":"/"},"user":"alice","n":[1,{}]})");
  BOOST_TEST(to_text(read.attributes) == R"({"n":[1,{}],"user":"alice"})");
  BOOST_TEST(*read.format_member("cookie") == R"({"path":"/"})");
  BOOST_TEST(!read.created.has_value());
}

BOOST_AUTO_TEST_CASE(a_cart_of_node_keeps_its_order_when_another_attribute_is_set) {
  Record read = record(
      R"({"user":"alice","cookie":{"path":"/","expires":"2020-01-01T00:00:00.000Z","originalMaxAge":60000,"x":1},)"
      R"("cart":{"10":1,"zebra":1,"apple":2,"mango":3},"rate":1.0,"name":"\u00fc"})");
  read.apply({{"theme", "dark"}});
  dialect.complete(read, kNow);
  BOOST_TEST(
      dialect.encode(read) ==
      R"({"user":"alice","cookie":{"path":"/","expires":"2027-01-15T08:01:00.000Z","originalMaxAge":60000,"x":1},)"
      R"("cart":{"10":1,"zebra":1,"apple":2,"mango":3},"rate":1.0,"name":"\u00fc","theme":"dark"})");
}

BOOST_AUTO_TEST_CASE(what_is_not_changed_is_written_back_value_for_value) {
  for (
      const std::string text :
      {R"({"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},"user":"alice"})",
       R"({"cookie":{}})",
       R"({"cookie":{"sameSite":"lax","unknown":{"a":[1,null]},"priority":"high"},"":{"":[]}})",
       R"({"cookie":{"originalMaxAge":null,"expires":"2020-01-01T00:00:00.000Z"},"v":1,"data":{"cookie":1}})",
       R"({"cookie":{},"passport":{"user":{"id":9007199254740993}},"f":[0.1,-1e-7,1e+21],"ü":"😀\u0000"})"})
    BOOST_TEST(rewritten(text) == Json::parse(text), text);
}

BOOST_AUTO_TEST_CASE(the_date_is_brought_up_to_date_by_the_original_age) {
  BOOST_TEST(
      rewritten(
          R"({"cookie":{"originalMaxAge":3600000,"expires":"2020-01-01T00:00:00.000Z","x":1},"a":1})") ==
      Json::parse(
          R"({"cookie":{"originalMaxAge":3600000,"expires":"2027-01-15T09:00:00.000Z","x":1},"a":1})"));
  BOOST_TEST(rewritten(R"({"cookie":{"originalMaxAge":1.5}})")["cookie"]["expires"] ==
             "2027-01-15T08:00:00.001Z");
  BOOST_TEST(rewritten(R"({"cookie":{"originalMaxAge":41472000123}})")["cookie"]["expires"] ==
             "2028-05-09T08:00:00.123Z");
}

BOOST_AUTO_TEST_CASE(a_record_without_a_cookie_object_is_malformed) {
  for (const std::string bytes : {"",
                                  "x",
                                  "{",
                                  "null",
                                  "false",
                                  "0",
                                  "[]",
                                  "\"text\"",
                                  "{}",
                                  R"({"user":"alice"})",
                                  R"({"cookie":null})",
                                  R"({"cookie":[]})",
                                  R"({"cookie":"/"})",
                                  R"({"cookie":1})",
                                  R"([{"cookie":{}}])",
                                  R"({"cookie":{}}x)",
                                  R"({"cookie":{},"a":1,"a":2})",
                                  R"({"cookie":{},"cookie":{}})",
                                  "{\"cookie\":{},\"a\":\"\xff\"}",
                                  R"({"v":1,"created":1,"data":{"cookie":{}}})",
                                  R"({"cookie":{},"n":1e400})",
                                  R"({"cookie":{},"s":"\ud83d"})",
                                  "\xef\xbb\xbf{\"cookie\":{}}"})
    BOOST_TEST(refusal(bytes) == "malformed", bytes);
}

BOOST_AUTO_TEST_CASE(a_record_cut_off_anywhere_is_malformed) {
  const std::string bytes = R"({"cookie":{"originalMaxAge":null,"path":"/"},"user":"alice"})";
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST(refusal(bytes.substr(0, size)) == "malformed");
}

BOOST_AUTO_TEST_CASE(integers_of_more_than_64_bits_are_rounded_as_javascript_does) {
  const Record read =
      record(R"({"cookie":{},"n":[10000000000000000000,100000000000000000000,-100000000000000000000]})");
  BOOST_TEST(read.attributes["n"][0] == 10'000'000'000'000'000'000U);
  BOOST_TEST(read.attributes["n"][1] == 1e20);
  BOOST_TEST(read.attributes["n"][2] == -1e20);
  BOOST_TEST(record(R"({"cookie":{},"n":12345678901234567890123})").attributes["n"] ==
             12345678901234567890123.0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(express_lifetimes, Express)

BOOST_AUTO_TEST_CASE(a_session_lives_for_its_original_age_in_whole_seconds) {
  BOOST_TEST((lifetime(R"({"originalMaxAge":3600000})") == 1h));
  BOOST_TEST((lifetime(R"({"originalMaxAge":3599001})") == 1h));
  BOOST_TEST((lifetime(R"({"originalMaxAge":1})") == 1s));
  BOOST_TEST((lifetime(R"({"originalMaxAge":1000.5})") == 1s));
}

BOOST_AUTO_TEST_CASE(a_cookie_that_ends_with_the_browser_leaves_it_to_the_configuration) {
  for (const auto* cookie :
       {"{}", R"({"originalMaxAge":null})", R"({"originalMaxAge":"60000"})", R"({"originalMaxAge":true})",
        R"({"expires":null})", R"({"expires":1893456000000})", R"({"expires":"2030-01-01"})",
        R"({"expires":"2030-13-01T00:00:00.000Z"})", R"({"expires":"2030-01-01T25:00:00.000Z"})",
        R"({"expires":""})"}) {
    BOOST_TEST((lifetime(cookie) == 24h), cookie);
    BOOST_TEST(!record(R"({"cookie":)" + std::string(cookie) + "}").end.has_value(), cookie);
  }
  ExpressFormatOptions options = express_options();
  options.ttl = 90s;
  const auto read = WholeExpress(options, random).decode(R"({"cookie":{}})");
  BOOST_TEST((read->lifetime == milliseconds(90s)));
}

BOOST_AUTO_TEST_CASE(a_date_without_an_original_age_is_an_end_that_a_write_keeps) {
  const std::string text = R"({"cookie":{"originalMaxAge":null,"expires":"2027-01-15T08:01:00.250Z"},"a":1})";
  const Record read = record(text);
  BOOST_TEST((read.end == milliseconds(kNow) + 60250ms));
  BOOST_TEST(!read.lifetime.has_value());
  BOOST_TEST(rewritten(text).dump() ==
             R"({"a":1,"cookie":{"expires":"2027-01-15T08:01:00.250Z","originalMaxAge":null}})");
  BOOST_TEST(!record(R"({"cookie":{"originalMaxAge":60000,"expires":"2027-01-15T08:01:00.250Z"}})").end);
}

BOOST_AUTO_TEST_CASE(a_session_of_no_age_or_less_is_over) {
  for (const auto* cookie :
       {R"({"originalMaxAge":0})", R"({"originalMaxAge":-0.0})", R"({"originalMaxAge":0.5})",
        R"({"originalMaxAge":-1000})", R"({"originalMaxAge":-1e300})"})
    BOOST_TEST((lifetime(cookie) == 0s), cookie);
}

BOOST_AUTO_TEST_CASE(an_absurd_age_is_cut_to_ten_years_and_kept_as_it_was_written) {
  for (const std::string age :
       {"1e300", "9223372036854775807", "18446744073709551615", "100000000000000000000"}) {
    BOOST_TEST((lifetime(R"({"originalMaxAge":)" + age + "}") == 24h * 3650), age);
    const Json cookie = rewritten(R"({"cookie":{"originalMaxAge":)" + age + "}}")["cookie"];
    BOOST_TEST(cookie["expires"] == "2037-01-12T08:00:00.000Z");
    BOOST_TEST(cookie["originalMaxAge"] == Json::parse(age));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(express_sessions_begun_here, Express)

BOOST_AUTO_TEST_CASE(an_attribute_of_another_format_that_is_called_cookie_gives_way) {
  Record moved;
  moved.take_attributes(Record::of(R"({"cookie":{"originalMaxAge":1},"user":"alice"})"_json));
  dialect.complete(moved, kNow);
  const auto read = dialect.decode(dialect.encode(moved));
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(to_text(read->attributes) == R"({"user":"alice"})");
  BOOST_TEST_REQUIRE(read->format_member("cookie") != nullptr);
  BOOST_TEST(read->format_member("cookie")->find("originalMaxAge\":1") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_new_record_has_a_cookie_as_the_package_writes_it) {
  Record made = Record::of(R"({"user":"alice"})"_json);
  dialect.complete(made, kNow);
  BOOST_TEST(dialect.encode(made) ==
             R"({"cookie":{"originalMaxAge":null,"expires":null,"secure":true,"httpOnly":true,"path":"/",)"
             R"("sameSite":"lax"},"user":"alice"})");
  BOOST_TEST((made.lifetime == milliseconds(24h)));
}

BOOST_AUTO_TEST_CASE(its_cookie_is_the_configured_one) {
  ExpressFormatOptions options = express_options();
  options.cookie.path = "/app";
  options.cookie.domain = "example.org";
  options.cookie.secure = false;
  options.cookie.same_site = SameSite::strict;
  options.cookie.lifetime = 3600s;
  const WholeExpress configured(options, random);
  Record made;
  configured.complete(made, kNow);
  BOOST_TEST(Json::parse(*made.format_member("cookie")) ==
             Json::parse(R"({"originalMaxAge":3600000,"expires":"2027-01-15T09:00:00.000Z",)"
                         R"("httpOnly":true,"path":"/app","domain":"example.org",)"
                         R"("sameSite":"strict"})"));
  BOOST_TEST((made.lifetime == milliseconds(1h)));
}

BOOST_AUTO_TEST_CASE(what_it_writes_it_reads) {
  Record made = Record::of(R"({"user":"alice","n":[1,2.5,null],"ü":{}})"_json);
  dialect.complete(made, kNow);
  const Record read = record(dialect.encode(made));
  BOOST_TEST(read.attributes == made.attributes);
  BOOST_TEST(*read.format_member("cookie") == *made.format_member("cookie"));
  BOOST_TEST((read.lifetime == made.lifetime));
}

// tests/interop/connect_redis_test: "members_with_the_names_of_what_every_session_has_are_lost".
BOOST_AUTO_TEST_CASE(names_that_node_loses_are_reserved) {
  for (const auto* name : {"cookie",
                           "id",
                           "req",
                           "touch",
                           "resetMaxAge",
                           "save",
                           "reload",
                           "destroy",
                           "regenerate",
                           "constructor",
                           "__defineGetter__",
                           "__defineSetter__",
                           "hasOwnProperty",
                           "__lookupGetter__",
                           "__lookupSetter__",
                           "isPrototypeOf",
                           "propertyIsEnumerable",
                           "toString",
                           "valueOf",
                           "__proto__",
                           "toLocaleString"})
    BOOST_TEST(dialect.reserves(name), name);
  for (const auto* name : {"", "user", "Cookie", "ID", "cookies", "toJSON", "prototype", "v", "data"})
    BOOST_TEST(!dialect.reserves(name), name);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
