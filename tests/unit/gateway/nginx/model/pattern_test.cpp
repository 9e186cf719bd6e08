// Samples of regular expressions, and what their groups capture.

#include "gateway/nginx/model/pattern.h"

#include <boost/test/unit_test.hpp>

using namespace session::gateway;

BOOST_AUTO_TEST_SUITE(pattern)

BOOST_AUTO_TEST_CASE(a_sample_is_a_text_that_the_pattern_matches) {
  for (const auto& [pattern, sample] : std::initializer_list<std::pair<const char*, const char*>>{
           {"^/admin(/.*)$", "/admin/x"},
           {"^/a/(?:b|c)/(?<id>\\d+)\\.html?$", "/a/b/1.html"},
           {"\\.(php|html)$", ".php"},
           {"^/[^/]+/[a-c]{2}(?=/)/", "/x/aa/"},
           {"(?i)^/x(?!y)", "/x"},
           {"^", ""},
           {"^/[[:alpha:]]+$", "/x"}}) {
    BOOST_TEST(sample_of(pattern).value_or("none") == sample, pattern);
  }
  BOOST_TEST(!sample_of("(").has_value());
  BOOST_TEST(!sample_of("^/(?=never)x$").has_value());
  BOOST_TEST(path_sample_of("\\.(php|html)$").value_or("") == "/x.php");
  for (const char* broken : {"[", "a{", "(?<", "\\", "(?", "(?P<n", "((((", "[^", "(?'"})
    BOOST_TEST(!sample_of(broken).value_or("").starts_with("none"), broken);
}

BOOST_AUTO_TEST_CASE(groups_have_numbers_and_names) {
  auto captures = captures_of("^/(?<first>[^/]+)/(.*)$", "/a/b/c").value();
  BOOST_TEST(captures["1"] == "a");
  BOOST_TEST(captures["first"] == "a");
  BOOST_TEST(captures["2"] == "b/c");
  BOOST_TEST(!captures_of("^/b", "/a").has_value());
  BOOST_TEST(!captures_of("(", "/a").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
