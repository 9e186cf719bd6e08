#include "core/base/escape.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"

namespace session::test {
namespace {

using namespace std::string_literals;

constexpr std::size_t kMuch = 100'000;

template <class Append>
std::string made(Append append, std::string_view text, std::size_t most = kMuch) {
  std::string out;
  append(out, text, most);
  return out;
}
std::string text_of(std::string_view text, std::size_t most = kMuch) {
  return made(session::append_escaped_text, text, most);
}
std::string value_of(std::string_view text, std::size_t most = kMuch) {
  return made(session::append_escaped_value, text, most);
}
std::string json_of(std::string_view text, std::size_t most = kMuch) {
  return made(session::append_escaped_json, text, most);
}

BOOST_AUTO_TEST_SUITE(escaping)

BOOST_AUTO_TEST_CASE(text_that_harms_nobody_stays_as_it_is) {
  for (const std::string text :
       {"", "plain", "Grüße, 日本 \xf0\x9f\x98\x80", R"(a \x0a written out)", R"("{}")"})
    BOOST_TEST(text_of(text) == text);
}

BOOST_AUTO_TEST_CASE(nothing_can_end_a_line_or_command_a_terminal) {
  BOOST_TEST(text_of("a\nb\r\x1b[2J\x07\x7f\0c"s) == R"(a\x0ab\x0d\x1b[2J\x07\x7f\x00c)");
  // C1: what some terminals take for ESC [.
  BOOST_TEST(text_of("\xc2\x9b"
                     "2J") == R"(\xc2\x9b2J)");
  // A line separator, and what turns the direction of writing.
  BOOST_TEST(text_of("\xe2\x80\xa8\xe2\x80\xae") == R"(\xe2\x80\xa8\xe2\x80\xae)");
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_is_written_out) {
  BOOST_TEST(text_of("a\xff"
                     "b") == R"(a\xffb)");
  BOOST_TEST(text_of("\xed\xa0\x80") == R"(\xed\xa0\x80)");  // a surrogate
  BOOST_TEST(text_of("\xc3") == R"(\xc3)");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_cut_between_characters_and_marked) {
  BOOST_TEST(text_of("0123456789", 10) == "0123456789");
  BOOST_TEST(text_of("0123456789a", 10) == "0123456...");
  BOOST_TEST(text_of("012345\n\n\n", 10) == "012345...");
  BOOST_TEST(text_of("012345üü", 9) == "012345...");
  for (std::size_t most = 5; most < 40; ++most) {
    BOOST_TEST(text_of(std::string(1000, '\n'), most).size() <= most);
    const std::string json = json_of(std::string(1000, '"'), most);
    BOOST_TEST(json.size() <= most);
    BOOST_TEST(parse_json(json).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_value_is_a_word_or_stands_in_quotes) {
  BOOST_TEST(value_of("alice") == "alice");
  BOOST_TEST(value_of("") == R"("")");
  BOOST_TEST(value_of("alice session=1") == R"("alice session=1")");
  BOOST_TEST(value_of("a=b") == R"("a=b")");
  BOOST_TEST(value_of(R"(a" session="1)") == R"("a\" session=\"1")");
  BOOST_TEST(value_of(R"(a\)") == R"("a\\")");
  BOOST_TEST(value_of("a\nb") == R"("a\x0ab")");
  BOOST_TEST(value_of(std::string(100, ' '), 20).size() <= 20U);
  BOOST_TEST(value_of(std::string(100, ' '), 20).ends_with("...\""));
}

BOOST_AUTO_TEST_CASE(json_is_json_and_says_what_the_text_said) {
  for (const std::string& text :
       {"plain"s, "\"\\/\b\n\t\0\x1f\x7f"s, "ü\xc2\x9b\xe2\x80\xa8\xf0\x9f\x98\x80"s}) {
    const auto parsed = parse_json(json_of(text));
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST((*parsed == text));
    for (const char c : json_of(text)) BOOST_TEST(static_cast<unsigned char>(c) >= 0x20);
  }
  BOOST_TEST(json_of("a\xff") == "\"a\xef\xbf\xbd\"");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
