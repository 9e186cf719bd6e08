#include "core/json/partial_json.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/partial_json_fixture.h"

namespace session::test {
namespace {

using namespace std::string_literals;

std::string repeated(std::size_t times, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string object_of(std::size_t members, const std::string& last) {
  std::string text = "{";
  for (std::size_t i = 0; i < members; ++i) text += "\"m" + std::to_string(i) + "\":1,";
  return text + "\"" + last + "\":2}";
}

// Values that readers of JSON disagree about.
const std::vector<std::string> kNastyValues = {
    // numbers
    "0",
    "-0",
    "0.0",
    "-0.0",
    "1",
    "-1",
    "01",
    "-01",
    "+1",
    "1.",
    ".5",
    "1e",
    "1e+",
    "-",
    "1E5",
    "1e-5",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "100000000000000000000",
    "1e999",
    "-1e999",
    "1e-999",
    "-1e-999",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "5e-324",
    "2e-324",
    "4.9e-324",
    "0.1",
    "123456.789",
    "3.14159265358979323846264338327950288",
    "0e99999999999999999999",
    "NaN",
    "Infinity",
    "-Infinity",
    "0x10",
    "1_000",
    "1 2",
    "9007199254740993",
    "9007199254740993.0",
    std::string(400, '9'),
    "0." + std::string(400, '0') + "1",
    "1" + std::string(400, '0') + "e-400",
    // strings
    R"("")",
    R"("x")",
    R"("\"\\\b\f\n\r\t\/")",
    R"("\u0000")",
    R"("\u00e9")",
    R"("\ud83d\ude00")",
    R"("\ud83d")",
    R"("\ude00")",
    R"("\ud83d\u0041")",
    R"("\ud83dx")",
    R"("\u12g4")",
    R"("\u12")",
    R"("\x")",
    R"("\)",
    R"("a)",
    "\"\x01\"",
    "\"\t\"",
    "\"\n\"",
    "\"\x7f\"",
    "\"\x80\"",
    "\"\xc3\"",
    "\"\xe2\x82\"",
    "\"\xf0\x9f\x98\"",
    "\"\xc0\xaf\"",
    "\"\xe0\x80\xaf\"",
    "\"\xed\xa0\x80\"",
    "\"\xf4\x90\x80\x80\"",
    "\"\xff\"",
    "\"\xc3\x28\"",
    "\"\xf0\x9f\x98\x80\"",
    "\"\xef\xbf\xbf\"",
    "'x'",
    "\"a\" \"b\"",
    "\"a\"b",
    // NULs
    "1\0"s,
    "\0"s,
    "\"a\0b\""s,
    "true\0"s,
    "tru\0"s,
    "[1\0]"s,
    "\"\\\0\""s,
    // words
    "true",
    "false",
    "null",
    "True",
    "nul",
    "nulll",
    "truefalse",
    "undefined",
    "tru e",
    "/* c */ 1",
    "// c\n1",
    // structure
    "[]",
    "{}",
    "[1,]",
    "[,1]",
    "[1,,2]",
    "[1 2]",
    "{\"a\":1,}",
    "{a:1}",
    "{\"a\" 1}",
    "{\"a\":}",
    "{1:2}",
    "[}",
    "{]",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "",
    " ",
    "\\",
    "[[[[]]]]",
    "[{\"a\":[{}]}]",
    "\f1",
    "\v1",
    "\xc2\xa0 1",
    // the same name twice
    R"({"a":1,"a":1})",
    R"({"a":1,"\u0061":2})",
    R"({"":1,"":2})",
    R"({"a":{},"b":{"a":1},"a":{}})",
    R"([{"x":{"a":1,"b":2,"a":3}}])",
    R"({"é":1,"\u00e9":2})",
    R"({"é":1,"e\u0301":2})",
    R"({"a\u0000b":1,"a":2})",
    R"({"a\u0000b":1,"a\u0000b":2})",
    R"({"ab":1,"ba":2,"abb":3,"aab":4})",
};

BOOST_FIXTURE_TEST_SUITE(partial_json, JsonComparison)

BOOST_AUTO_TEST_CASE(records_are_read_without_parse_json) {
  for (const std::string& text : kRecords) {
    compare(text);
    BOOST_TEST(!leaves(text), text);
  }
}

BOOST_AUTO_TEST_CASE(only_what_is_wanted_is_built) {
  const auto of_root = parser.parse(kRecords[1], {}, {some, {}, "cookie"});
  BOOST_TEST(to_text(of_root->object) ==
             R"({"a":1.5,"cookie":{"expires":null,"originalMaxAge":3600000,"path":"/"},)"
             R"("user":{"id":0,"name":"ü€😀"}})");
  BOOST_TEST(!of_root->left_out);
  const auto of_data = parser.parse(kRecords[0], {}, {some, "data"});
  BOOST_TEST(to_text(of_data->object) == R"({"groups":["x","y"],"user":"alice"})");
  BOOST_TEST(of_data->left_out);
  BOOST_TEST(of_data->beside.size() == 2U);
  const auto nothing = parser.parse(kRecords[0], {}, {none});
  BOOST_TEST(to_text(nothing->object) == "{}");
  BOOST_TEST(nothing->left_out);
  const auto empty = parser.parse("{}", {}, {none});
  BOOST_TEST(to_text(empty->object) == "{}");
  BOOST_TEST(!empty->left_out);
}

BOOST_AUTO_TEST_CASE(nasty_values_are_read_as_parse_json_reads_them_wherever_they_stand) {
  for (const std::string& value : kNastyValues) {
    for (const std::string& text : {value, R"({"user":)" + value + "}", R"({"data":{"a":)" + value + "}}",
                                    R"({"x":[)" + value + "]}", R"({"data":)" + value + R"(,"x":1})",
                                    R"({"cookie":)" + value + R"(,"data":{"p":{"q":)" + value + "}}}",
                                    "{\"user\":\"2026-01-01\",\"a\":" + value + " }"}) {
      compare(text);
    }
  }
}

BOOST_AUTO_TEST_CASE(nasty_texts_are_read_as_parse_json_reads_them) {
  for (const std::string& record : kRecords) {
    for (const std::string& text :
         {"\xef\xbb\xbf" + record, "\xef\xbb" + record, "\xff\xfe" + record, record + "x", record + "\0"s,
          record + "\0{}"s, record + record, record + " {}", record + "]", record + ",", record + "\x80",
          " \t\r\n" + record + " \n", "[" + record + "]", "[" + record + "," + record + "]", "\0"s + record,
          record + "\xef\xbb\xbf", record.substr(1), "{" + record + "}", record + "//"}) {
      compare(text);
    }
    for (std::size_t size = 0; size < record.size(); ++size) compare(record.substr(0, size));
  }
  for (const auto* text : {"", " ", "{", "}", "null", "1", "\"x\"", "[]", "{}", " { } "}) compare(text);
}

BOOST_AUTO_TEST_CASE(depth_counts_as_with_parse_json) {
  for (std::size_t levels = 0; levels <= 102; ++levels) {
    compare(R"({"x":)" + repeated(levels, "[") + repeated(levels, "]") + "}");
    compare(R"({"data":)" + repeated(levels, R"({"a":)") + "1" + repeated(levels, "}") + "}");
  }
  compare(R"({"x":)" + repeated(60'000, "["));
}

BOOST_AUTO_TEST_CASE(many_members_are_left_to_parse_json_and_still_told_apart) {
  for (const std::size_t members : {0U, 1U, 9U, 62U, 63U, 64U, 65U, 1000U}) {
    compare(object_of(members, "user"));
    compare(object_of(members, "m0"));
    compare(R"({"data":)" + object_of(members, "a") + R"(,"x":[)" + object_of(members, "m7") + "]}");
  }
  BOOST_TEST(!leaves(object_of(63, "user")));
  BOOST_TEST(leaves(object_of(64, "user")));
}

BOOST_AUTO_TEST_CASE(long_texts_are_left_to_parse_json) {
  const std::string head = R"({"a":1,"p":")";
  for (const std::size_t size : {1000U, 1024U, 1025U, 5000U, 65535U, 65536U, 65537U, 200000U}) {
    const std::string text = head + std::string(size - head.size() - 2, 'p') + "\"}";
    BOOST_TEST_REQUIRE(text.size() == size);
    BOOST_TEST(difference(parser, text, {}, {some}) == "");
    BOOST_TEST(leaves(text) == (size > PartialParser::kMaxBytes));
  }
  BOOST_TEST(!leaves(R"({"a":1})"));
}

BOOST_AUTO_TEST_CASE(a_parser_reads_the_next_text_whatever_the_last_was) {
  for (const auto* bad : {"{\"a\":", "\"", "{\"a\":1,\"a\":2}", "[[[[", "\xff"}) {
    compare(bad);
    compare(kRecords[0]);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
