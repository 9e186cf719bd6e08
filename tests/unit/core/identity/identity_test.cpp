#include "core/identity/identity.h"

#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

std::string value_of(std::string_view json) { return header_value(Json::parse(json)); }

std::string percent_decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
    i += 2;
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(identity_value)

BOOST_AUTO_TEST_CASE(printable_strings_are_as_they_are) {
  for (const std::string text :
       {"alice", "alice@example.org", "Doe, Jane", "a b  c", "x=\"1\"; y='2'", "a+b/c?d#e", ""})
    BOOST_TEST(header_value(Json(text)) == text);
}

BOOST_AUTO_TEST_CASE(unicode_is_percent_encoded_as_utf8) {
  BOOST_TEST(header_value(Json("Jürgen")) == "J%C3%BCrgen");
  BOOST_TEST(header_value(Json("€")) == "%E2%82%AC");
  BOOST_TEST(header_value(Json("😀")) == "%F0%9F%98%80");
}

BOOST_AUTO_TEST_CASE(a_percent_sign_is_encoded_itself) {
  BOOST_TEST(header_value(Json("100%")) == "100%25");
  BOOST_TEST(header_value(Json("%0A")) == "%250A");
}

BOOST_AUTO_TEST_CASE(nothing_ends_a_header_line) {
  BOOST_TEST(header_value(Json("a\r\nX-Admin: 1")) == "a%0D%0AX-Admin: 1");
  using namespace std::string_literals;
  BOOST_TEST(header_value(Json("a\0b"s)) == "a%00b");
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = header_value(Json(std::string(1, static_cast<char>(byte))));
    for (const char c : value) BOOST_TEST((c > 0x20 && c < 0x7f), byte);
  }
}

BOOST_AUTO_TEST_CASE(outer_spaces_survive_the_way_through_http) {
  BOOST_TEST(header_value(Json(" a ")) == "%20a%20");
  BOOST_TEST(header_value(Json("  a")) == "%20 a");
  BOOST_TEST(header_value(Json(" ")) == "%20");
  BOOST_TEST(header_value(Json("\ta\t")) == "%09a%09");
}

BOOST_AUTO_TEST_CASE(numbers_and_booleans_are_as_json) {
  BOOST_TEST(value_of("42") == "42");
  BOOST_TEST(value_of("-1.5") == "-1.5");
  BOOST_TEST(value_of("18446744073709551615") == "18446744073709551615");
  BOOST_TEST(value_of("true") == "true");
  BOOST_TEST(value_of("false") == "false");
}

BOOST_AUTO_TEST_CASE(null_and_empty_are_nothing) {
  for (const auto* json : {"null", R"("")", "[]"}) BOOST_TEST(value_of(json) == "");
}

BOOST_AUTO_TEST_CASE(arrays_are_joined_by_commas_that_no_member_can_bring) {
  BOOST_TEST(value_of(R"(["staff","admin"])") == "staff,admin");
  BOOST_TEST(value_of(R"(["staff,admin"])") == "staff%2Cadmin");
  BOOST_TEST(value_of(R"([" a","b "])") == "%20a,b%20");
  BOOST_TEST(value_of(R"([1,true,null,"x"])") == "1,true,,x");
}

BOOST_AUTO_TEST_CASE(objects_and_nested_arrays_are_json) {
  BOOST_TEST(value_of(R"({"a":1,"b":"c"})") == R"({"a":1,"b":"c"})");
  BOOST_TEST(value_of(R"({"a":"ü%\n"})") == "{\"a\":\"%C3%BC%25\\n\"}");
  BOOST_TEST(value_of(R"([["a","b"],{"c":1}])") == R"(["a"%2C"b"],{"c":1})");
}

BOOST_AUTO_TEST_CASE(two_different_strings_never_read_the_same_and_decoding_gives_them_back) {
  std::set<std::string> seen;
  const std::string pool[] = {"a", "%", "%25", " ", ",", "\r", "\n", "%2C", "é", "\x7f", "%20", "", "0"};
  std::set<std::string> strings;
  for (const auto& x : pool)
    for (const auto& y : pool)
      for (const auto& z : pool) strings.insert(x + y + z);
  for (const std::string& text : strings) {
    const std::string value = header_value(Json(text));
    BOOST_TEST(seen.insert(value).second, value);
    BOOST_TEST(percent_decoded(value) == text);
  }
}

BOOST_AUTO_TEST_CASE(two_different_lists_of_strings_never_read_the_same) {
  std::set<std::string> seen;
  const std::string pool[] = {"a", "%", "a,b", ",", " ", "%2C", "b"};
  for (const auto& x : pool) BOOST_TEST(seen.insert(header_value(Json::array({x}))).second);
  for (const auto& x : pool)
    for (const auto& y : pool) BOOST_TEST(seen.insert(header_value(Json::array({x, y}))).second);
  for (const auto& x : pool)
    for (const auto& y : pool)
      for (const auto& z : pool) BOOST_TEST(seen.insert(header_value(Json::array({x, y, z}))).second);
}

BOOST_AUTO_TEST_CASE(values_of_different_types_may_read_the_same) {
  BOOST_TEST(value_of(R"(["a"])") == value_of(R"("a")"));
  BOOST_TEST(value_of(R"(["a","b"])") == value_of(R"("a,b")"));
  BOOST_TEST(value_of("1") == value_of(R"("1")"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(identity)

BOOST_AUTO_TEST_CASE(every_configured_header_is_there_and_empty_where_the_session_has_none) {
  const Identity identity{IdentitySettings()};
  BOOST_TEST(identity.headers(Json::object()) ==
             "X-Auth-Request-User: \r\nX-Auth-Request-Email: \r\nX-Auth-Request-Groups: \r\n");
  BOOST_TEST(identity.headers(R"({"user":"alice","groups":["a","b"],"email":null})"_json) ==
             "X-Auth-Request-User: alice\r\nX-Auth-Request-Email: \r\nX-Auth-Request-Groups: a,b\r\n");
}

BOOST_AUTO_TEST_CASE(no_attribute_adds_a_header) {
  const Identity identity{IdentitySettings()};
  BOOST_TEST(identity.headers(R"({"user":"a\r\nX-Auth-Request-Groups: admin"})"_json) ==
             "X-Auth-Request-User: a%0D%0AX-Auth-Request-Groups: admin\r\nX-Auth-Request-Email: \r\n"
             "X-Auth-Request-Groups: \r\n");
}

BOOST_AUTO_TEST_CASE(headers_are_found_by_pointer) {
  IdentitySettings settings;
  settings.headers = {{"X-First", "/list/0"}, {"X-Deep", "/a/b~1c"}, {"X-None", "/list/-"}};
  BOOST_TEST(Identity(settings).headers(R"({"list":["x"],"a":{"b/c":7}})"_json) ==
             "X-First: x\r\nX-Deep: 7\r\nX-None: \r\n");
}

BOOST_AUTO_TEST_CASE(the_attributes_that_pointers_begin_with_are_wanted_once_each) {
  const Identity some(
      IdentitySettings{"/user/id", {{"A", "/user"}, {"B", "/a~1b/~0"}, {"C", "/"}, {"D", "/~01/0"}}});
  BOOST_TEST(!some.wanted().all);
  const std::vector<std::string> names = {"user", "a/b", "", "~1"};
  BOOST_TEST(some.wanted().names == names, boost::test_tools::per_element());
  BOOST_TEST(Identity(IdentitySettings{"", {{"A", "/user"}}}).wanted().all);
  BOOST_TEST(Identity(IdentitySettings{"/user", {{"A", ""}}}).wanted().all);
}

BOOST_AUTO_TEST_CASE(absent_null_and_empty_subjects_are_nobody) {
  const Identity identity{IdentitySettings()};
  for (const auto* json :
       {"{}", R"({"user":null})", R"({"user":""})", R"({"user":[]})", R"({"User":"alice"})"})
    BOOST_TEST(!identity.subject(Json::parse(json)).has_value(), json);
}

BOOST_AUTO_TEST_CASE(the_subject_is_what_the_pointer_finds) {
  const Identity identity{IdentitySettings()};
  BOOST_TEST(identity.subject(R"({"user":"alice"})"_json).value() == "alice");
  BOOST_TEST(identity.subject(R"({"user":7})"_json).value() == "7");
  BOOST_TEST(identity.subject(R"({"user":false})"_json).value() == "false");
  BOOST_TEST(identity.subject(R"({"user":" "})"_json).value() == "%20");
}

BOOST_AUTO_TEST_CASE(pointers_and_header_names_are_told_from_other_texts) {
  for (const auto* text : {"", "/", "/user", "/a/0/b", "/a~0b~1c"})
    BOOST_TEST(valid_json_pointer(text), text);
  for (const auto* text : {"user", "/a~", "/a~2", "a/b"}) BOOST_TEST(!valid_json_pointer(text), text);
  for (const auto* text : {"X-User", "x", "a_b", "!#$%&'*+-.^_`|~"})
    BOOST_TEST(valid_header_name(text), text);
  for (const auto* text : {"", "X User", "X:", "X-\r\n", "é", "a(b)", "\"a\""})
    BOOST_TEST(!valid_header_name(text), text);
  BOOST_TEST(!valid_header_name(std::string(129, 'x')));
}

BOOST_AUTO_TEST_CASE(a_text_comes_back_from_its_header_value) {
  for (const std::string text :
       {"", "alice", " a b ", "100%", "%41", "%", "J\xc3\xbcrgen", "a,b", "\xff\x01"})
    BOOST_TEST(header_text(header_value(Json(text))) == text);
  BOOST_TEST(header_text("%zz%4") == "%zz%4");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
