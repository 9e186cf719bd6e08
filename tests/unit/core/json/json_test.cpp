#include "core/json/json.h"

#include <limits>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/json/json_path.h"

namespace session::test {
namespace {

// Why a text is refused; "accepted" if it is not.
std::string refusal(std::string_view text, const JsonLimits& limits = {}) {
  const auto parsed = parse_json(text, limits);
  return parsed ? "accepted" : parsed.error().text;
}

std::string nested(std::size_t levels, const std::string& open, const std::string& close) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += open;
  for (std::size_t i = 0; i < levels; ++i) text += close;
  return text;
}

// What comes out when the text is parsed and written again.
std::string rewritten(std::string_view text) {
  const auto parsed = parse_json(text);
  return parsed ? to_text(*parsed) : parsed.error().text;
}

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(values_survive_reading_and_writing) {
  for (const std::string text : {R"({"a":[1,-2,3.5,true,false,null,"x"],"b":{"c":{}},"d":[]})", R"("")", "0",
                                 "null", "[]", "{}", R"({"":""})", R"(["\"\\\b\f\n\r\t"])", R"(["ü€😀"])",
                                 "[1e+300]", "[0.1]", "[123456.789]", R"(["\u0000\u001f"])"}) {
    BOOST_TEST(rewritten(text) == text);
  }
}

BOOST_AUTO_TEST_CASE(escapes_are_read_as_what_they_stand_for) {
  BOOST_TEST(rewritten(R"("\u00e9\ud83d\ude00\/")") == "\"é😀/\"");
}

BOOST_AUTO_TEST_CASE(white_space_around_values_is_no_part_of_them) {
  BOOST_TEST(rewritten(" \t\r\n{ \"a\" : [ 1 , 2 ] } \n") == R"({"a":[1,2]})");
}

BOOST_AUTO_TEST_CASE(sixty_four_bit_integers_are_exact_at_their_edges) {
  for (const std::string text :
       {"9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615"}) {
    BOOST_TEST(rewritten(text) == text);
  }
}

BOOST_AUTO_TEST_CASE(integers_that_do_not_fit_are_refused_and_not_rounded) {
  for (const auto* text : {"18446744073709551616", "-9223372036854775809", "99999999999999999999",
                           R"({"id":12345678901234567890123})"}) {
    BOOST_TEST(refusal(text) == "a number is too large");
  }
}

BOOST_AUTO_TEST_CASE(integers_that_do_not_fit_are_doubles_where_that_is_asked_for) {
  JsonLimits limits;
  limits.large_integers = JsonLimits::LargeIntegers::rounded;
  BOOST_TEST(*parse_json("18446744073709551616", limits) == 18446744073709551616.0);
  BOOST_TEST(*parse_json("-9223372036854775809", limits) == -9223372036854775808.0);
  BOOST_TEST(*parse_json("100000000000000000001", limits) == 1e20);
  BOOST_TEST(to_text(*parse_json("[18446744073709551615,9007199254740993]", limits)) ==
             "[18446744073709551615,9007199254740993]");
  BOOST_TEST(refusal(std::string(400, '9'), limits) == "a number is too large");
}

BOOST_AUTO_TEST_CASE(numbers_that_no_double_holds_are_refused) {
  for (const auto* text : {"1e999", "-1e999", "[1.5e400]", "1E309"})
    BOOST_TEST(refusal(text) == "a number is too large");
  BOOST_TEST(refusal("1.7976931348623157e308") == "accepted");
  BOOST_TEST(refusal("1e-999") == "accepted");
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_a_number_is_refused) {
  for (const auto* text : {"01", "+1", "1.", ".5", "1e", "-", "NaN", "Infinity", "0x10", "1_000"})
    BOOST_TEST(refusal(text).starts_with("not JSON, at byte "), text);
}

BOOST_AUTO_TEST_CASE(nesting_is_taken_up_to_the_limit_and_refused_beyond) {
  BOOST_TEST(refusal(nested(32, "[", "]")) == "accepted");
  BOOST_TEST(refusal(nested(33, "[", "]")) == "nested more than 32 deep");
  BOOST_TEST(refusal(nested(32, R"({"a":)", "}")).starts_with("not JSON"));
  BOOST_TEST(refusal(nested(31, R"({"a":)", "") + "{}" + std::string(31, '}')) == "accepted");
  BOOST_TEST(refusal(nested(32, R"({"a":)", "") + "{}" + std::string(32, '}')) == "nested more than 32 deep");
  BOOST_TEST(refusal(nested(17, R"([{"a":)", "")) == "nested more than 32 deep");
}

BOOST_AUTO_TEST_CASE(the_limit_counts_depth_and_not_how_many) {
  BOOST_TEST(refusal("[" + nested(1, "[],[],[],[],[],[],[],[],[],[],[],[],[]", "") + "]", JsonLimits{2}) ==
             "accepted");
  BOOST_TEST(refusal("[[[]]]", JsonLimits{2}) == "nested more than 2 deep");
  BOOST_TEST(refusal("1", JsonLimits{0}) == "accepted");
  BOOST_TEST(refusal("[]", JsonLimits{0}) == "nested more than 0 deep");
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_levels_are_refused_and_exhaust_nothing) {
  BOOST_TEST(refusal(nested(100'000, "[", "]")) == "nested more than 32 deep");
  BOOST_TEST(refusal(nested(100'000, R"({"a":)", "")) == "nested more than 32 deep");
  BOOST_TEST(refusal(nested(100'000, "[", "]"), JsonLimits{200'000}) == "accepted");
}

BOOST_AUTO_TEST_CASE(the_same_key_twice_is_refused_wherever_it_is) {
  for (const auto* text : {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"([{"x":{"a":1,"\u0061":2}}])",
                           R"({"":1,"":2})", R"({"a":{},"a":{}})"}) {
    BOOST_TEST(refusal(text) == "an object has the same key twice");
  }
  BOOST_TEST(refusal(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})") == "accepted");
}

BOOST_AUTO_TEST_CASE(invalid_utf8_of_every_kind_is_refused) {
  for (const auto* bytes : {"\x80",              // a continuation byte alone
                            "\xc3",              // cut off
                            "\xe2\x82",          // cut off in the middle
                            "\xf0\x9f\x98",      // cut off before the last
                            "\xc0\xaf",          // overlong "/"
                            "\xe0\x80\xaf",      // overlong, three bytes
                            "\xf0\x80\x80\xaf",  // overlong, four bytes
                            "\xed\xa0\x80",      // a surrogate
                            "\xf4\x90\x80\x80",  // beyond U+10FFFF
                            "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "\xc3\x28"}) {
    BOOST_TEST(refusal("\"" + std::string(bytes) + "\"").starts_with("not JSON, at byte "));
    BOOST_TEST(refusal("{\"" + std::string(bytes) + "\":1}").starts_with("not JSON, at byte "));
  }
}

BOOST_AUTO_TEST_CASE(lone_surrogate_escapes_are_refused) {
  for (const auto* text :
       {R"("\ud83d")", R"("\ude00")", R"("\ud83d\u0041")", R"("\ud83dx")", R"("\u12g4")", R"("\u12")"})
    BOOST_TEST(refusal(text).starts_with("not JSON, at byte "), text);
}

BOOST_AUTO_TEST_CASE(raw_control_characters_in_strings_are_refused) {
  for (char c = 1; c < 0x20; ++c)
    BOOST_TEST(refusal("\"" + std::string(1, c) + "\"").starts_with("not JSON"));
}

BOOST_AUTO_TEST_CASE(a_nul_is_refused_and_hides_nothing_behind_it) {
  using namespace std::string_literals;
  for (const auto& text : {"{}\0"s, "{}\0{\"a\":1}"s, "\0"s, "\0{}"s, "\"a\0b\""s, "[1\0]"s, "1\0"s})
    BOOST_TEST(refusal(text).starts_with("not JSON, at byte "), text);
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_refused) {
  BOOST_TEST(refusal("\xEF\xBB\xBF{}") == "not JSON, at byte 1");
  BOOST_TEST(refusal("\xEF\xBB\xBF") == "not JSON, at byte 1");
  BOOST_TEST(refusal("\"\xEF\xBB\xBF\"") == "accepted");
}

BOOST_AUTO_TEST_CASE(garbage_after_the_value_is_refused) {
  for (const auto* text : {"{}x", "{} {}", "1 2", "nullnull", "[],", "\"a\"\"b\"", "{}]", "{}\x80"})
    BOOST_TEST(refusal(text).starts_with("not JSON, at byte "), text);
}

BOOST_AUTO_TEST_CASE(texts_that_break_off_are_refused) {
  const std::string whole = R"({"a":[1,{"b":"c\u00e9"}],"d":true})";
  for (std::size_t size = 0; size < whole.size(); ++size)
    BOOST_TEST(refusal(whole.substr(0, size)).starts_with("not JSON, at byte "));
}

BOOST_AUTO_TEST_CASE(nothing_is_not_json) {
  for (const auto* text : {"", " ", "\n\t"}) BOOST_TEST(refusal(text).starts_with("not JSON, at byte "));
}

BOOST_AUTO_TEST_CASE(liberties_that_other_readers_take_are_refused) {
  for (const auto* text :
       {"{'a':1}", "{a:1}", "[1,]", "{\"a\":1,}", "[,1]", "// c\n1", "/* c */ 1", "True", "undefined"})
    BOOST_TEST(refusal(text).starts_with("not JSON, at byte "), text);
}

BOOST_AUTO_TEST_CASE(the_problem_says_where_and_never_quotes_the_text) {
  BOOST_TEST(refusal("{\"secret\":hunter2}") == "not JSON, at byte 11");
}

BOOST_AUTO_TEST_CASE(a_pointer_finds_what_is_there_and_nothing_else) {
  const Json value = R"({"a":[{"b":1}],"":2,"x/y":3,"n":null})"_json;
  BOOST_TEST(*JsonPath("/a/0/b").find(value) == 1);
  BOOST_TEST(*JsonPath("/").find(value) == 2);
  BOOST_TEST(*JsonPath("/x~1y").find(value) == 3);
  BOOST_TEST(JsonPath("").find(value)->is_object());
  BOOST_TEST(JsonPath("/n").find(value)->is_null());
  for (const auto* pointer : {"/b", "/a/1", "/a/-", "/a/01", "/a/x", "/a/-1", "/a/0/b/c", "/n/x",
                              "/a/99999999999999999999999", "/a/18446744073709551615"}) {
    BOOST_TEST((JsonPath(pointer).find(value) == nullptr), pointer);
  }
}

// The JSON library throws for indices such as "-" and "01".
const Json* found_by_the_library(const Json& value, const std::string& pointer) {
  const Json::json_pointer parsed(pointer);
  try {
    return value.contains(parsed) ? &value.at(parsed) : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

BOOST_AUTO_TEST_CASE(a_path_finds_what_the_library_finds) {
  const Json value =
      R"({"a":[{"b":1},[2,3],4,5,6,7,8,9,10,11,12],"":{"":2},"x/y":3,"~":4,"n":null,"0":5,"01":6,"-":7})"_json;
  std::istringstream pointers(
      "|/|//|/x~1y|/~0|/n|/n/x|/0|/01|/-|/a|/a/0|/a/0/b|/a/0/b/c|/a/1/1|/a/1/2|/a/10|/a/11|/a/-|/a/01|/a/00|/"
      "a/+1|"
      "/a/ 1|/a/1 |/a/x|/a/|/a/-1|/a/1x|/b|/a/18446744073709551615|/a/18446744073709551616");
  for (std::string pointer; std::getline(pointers, pointer, '|');) {
    BOOST_TEST((JsonPath(pointer).find(value) == found_by_the_library(value, pointer)), pointer);
  }
}

BOOST_AUTO_TEST_CASE(a_path_tells_which_member_it_leads_into) {
  BOOST_TEST(JsonPath("").empty());
  BOOST_TEST(JsonPath("/x~1y/0").first() == "x/y");
  BOOST_TEST(!JsonPath("/").empty());
  BOOST_TEST(JsonPath("/").first() == "");
}

BOOST_AUTO_TEST_CASE(writing_never_throws_even_for_bytes_that_are_not_utf8) {
  BOOST_TEST(to_text(Json("a\xff"
                          "b")) ==
             "\"a\xef\xbf\xbd"
             "b\"");
  BOOST_TEST(to_text(Json(std::numeric_limits<double>::infinity())) == "null");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
