#include "gateway/nginx/model/location_match.h"

#include <boost/test/unit_test.hpp>

using namespace session::gateway;

namespace {

LocationMatch match(std::vector<std::string> words) {
  return LocationMatch({"location", std::move(words), {}, true, {}});
}

bool may(const std::string& pattern, const std::string& beginning) {
  return match({"~", pattern}).may_find_below(beginning);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(location_match)

BOOST_AUTO_TEST_CASE(a_modifier_may_stand_apart_or_joined) {
  using Kind = LocationMatch::Kind;
  BOOST_TEST((match({"/a"}).kind() == Kind::prefix));
  BOOST_TEST((match({"=", "/a"}).kind() == Kind::exact));
  BOOST_TEST((match({"=/a"}).kind() == Kind::exact));
  BOOST_TEST((match({"^~/a"}).kind() == Kind::shielded_prefix));
  BOOST_TEST((match({"~*", "a"}).kind() == Kind::regex));
  for (const char* joined : {"=/a", "^~/a", "~*/a", "~/a", "/a"}) BOOST_TEST(match({joined}).text() == "/a");
}

BOOST_AUTO_TEST_CASE(a_pattern_finds_what_it_says_or_it_cannot_be_told) {
  BOOST_TEST((match({"~", "\\.php$"}).finds("/a.php") == true));
  BOOST_TEST((match({"~", "\\.php$"}).finds("/a.PHP") == false));
  BOOST_TEST((match({"~*", "\\.php$"}).finds("/a.PHP") == true));
  BOOST_TEST(!match({"~", "(a"}).finds("/a").has_value());
  BOOST_TEST((match({"~", std::string(4096, 'a')}).finds("/a") == false));
  BOOST_TEST(!match({"~", std::string(4097, 'a')}).finds("/a").has_value());
}

BOOST_AUTO_TEST_CASE(a_fixed_beginning_is_no_more_than_the_pattern_says) {
  for (const auto& [pattern, path] :
       {std::pair("^/ab?c", "/ac"), std::pair("^/ab*c", "/ac"), std::pair("^/ab{0,1}c", "/ac"),
        std::pair("^/a(b|c)", "/ac"), std::pair("^/a|^/b", "/b"), std::pair("^/a|b$", "/b"),
        std::pair("^", "/"), std::pair("^/a\\.b", "/a.b"), std::pair("^/ab+", "/abb")})
    BOOST_TEST((match({"~", pattern}).finds(path) == true), pattern);
  BOOST_TEST((match({"~*", "^/AB"}).finds("/abc") == true));
  BOOST_TEST((match({"~", "^/AB"}).finds("/abc") == false));
  BOOST_TEST((match({"~", "^/ab"}).finds("/a") == false));
}

BOOST_AUTO_TEST_CASE(a_pattern_without_an_anchor_can_be_found_anywhere) {
  for (const char* pattern : {"\\.pdf$", "x", "^/other|\\.pdf$", "(^/other|x)", "[^/]*x"})
    BOOST_TEST(may(pattern, "/private/"), pattern);
  BOOST_TEST(!may("(a", "/private/"));
}

BOOST_AUTO_TEST_CASE(an_anchored_pattern_is_found_where_its_beginning_fits) {
  for (const char* pattern :
       {"^/private/", "^/pri", "^/private/x/.*\\.pdf$", "^/.*\\.pdf$", "^/privates?/", "^.+$",
        "^/(a|private)/", "^(/a|/private)/x", "(?:^/private/x)", "^/a|^/private/b"})
    BOOST_TEST(may(pattern, "/private/"), pattern);
  for (const char* pattern :
       {"^/images/", "^/privat$", "^/(a|b)/", "^/(?!private/).*\\.jpg$", "^/a|^/b", "(^/a)", "^/[a-c]/"})
    BOOST_TEST(!may(pattern, "/private/"), pattern);
  BOOST_TEST(match({"~*", "^/PRIVATE/x"}).may_find_below("/private/"));
  BOOST_TEST(!may("^/PRIVATE/x", "/private/"));
}

BOOST_AUTO_TEST_SUITE_END()
