#include "core/cookie/cookie_header.h"

#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using Headers = std::vector<std::string_view>;

// The values found for "s", between bars.
std::string found(const Headers& headers) {
  std::string text = "|";
  for (const std::string_view value : RequestCookies(headers).named("s")) text.append(value).append("|");
  return text;
}

std::string rest(const Headers& headers) {
  return RequestCookies(headers).without([](std::string_view name) { return name == "s"; });
}

// "s=0; s=1; ... "
std::string numbered(int count, const std::string& name = "s") {
  std::string header;
  for (int i = 0; i < count; ++i) header += name + "=" + std::to_string(i) + "; ";
  return header;
}

BOOST_AUTO_TEST_SUITE(cookie_header)

BOOST_AUTO_TEST_CASE(a_cookie_is_found_wherever_it_stands) {
  for (const auto* header : {"s=v", "s=v; a=1", "a=1; s=v", "a=1; s=v; b=2", "s=v;", ";s=v", "a=1;s=v;b=2"})
    BOOST_TEST(found({header}) == "|v|", header);
}

BOOST_AUTO_TEST_CASE(only_the_very_name_is_found) {
  for (const auto* header : {"S=v", "ss=v", "as=v", "s2=v", "a=s", "a=s=v", "s%3Dv", "$s=v"})
    BOOST_TEST(found({header}) == "|", header);
}

BOOST_AUTO_TEST_CASE(spaces_around_name_and_value_do_not_count) {
  for (const auto* header : {" s=v", "s =v", "s= v", "s=v ", "a=1 ;\t s\t=\tv\t;b", "  s  =  v  "})
    BOOST_TEST(found({header}) == "|v|", header);
}

BOOST_AUTO_TEST_CASE(a_value_is_as_it_was_sent) {
  BOOST_TEST(found({"s=\"quoted\""}) == "|\"quoted\"|");
  BOOST_TEST(found({"s=a=b=="}) == "|a=b==|");
  BOOST_TEST(found({"s=a b"}) == "|a b|");
  BOOST_TEST(found({"s=%20"}) == "|%20|");
  BOOST_TEST(found({"s=a,b"}) == "|a,b|");
  BOOST_TEST(found({"s=\xff\x01"}) == "|\xff\x01|");
}

BOOST_AUTO_TEST_CASE(quotes_do_not_hide_a_semicolon) { BOOST_TEST(found({"a=\"x; s=v; y\""}) == "|v|"); }

BOOST_AUTO_TEST_CASE(an_empty_value_and_a_bare_name_are_empty_values) {
  BOOST_TEST(found({"s="}) == "||");
  BOOST_TEST(found({"s"}) == "||");
  BOOST_TEST(found({"s; s=v"}) == "||v|");
}

BOOST_AUTO_TEST_CASE(headers_that_hold_nothing_are_no_cookies) {
  for (const auto* header : {"", " ", ";", ";;;", " ; \t; ", "=", "=v", "; =v;"})
    BOOST_TEST(found({header}) == "|", header);
  BOOST_TEST(found({}) == "|");
}

BOOST_AUTO_TEST_CASE(several_headers_are_read_in_their_order) {
  BOOST_TEST(found({"s=1; a=x", "s=2", "b=y; s=3"}) == "|1|2|3|");
}

BOOST_AUTO_TEST_CASE(the_same_value_twice_counts_once) {
  BOOST_TEST(found({"s=v; s=v", "s=v"}) == "|v|");
  BOOST_TEST(found({"s=v; s=w; s=v"}) == "|v|w|");
}

BOOST_AUTO_TEST_CASE(only_the_first_eight_of_the_name_are_looked_at) {
  BOOST_TEST(found({numbered(8)}) == "|0|1|2|3|4|5|6|7|");
  BOOST_TEST(found({numbered(9)}) == "|0|1|2|3|4|5|6|7|");
  BOOST_TEST(found({numbered(5), numbered(1000)}) == "|0|1|2|3|4|");
  const std::string eight_and_one = "s=v; s=v; s=v; s=v; s=v; s=v; s=v; s=v; s=w";
  BOOST_TEST(found({eight_and_one}) == "|v|");
}

BOOST_AUTO_TEST_CASE(a_thousand_cookies_of_others_do_not_hide_ours) {
  const std::string others = numbered(1000, "other");
  BOOST_TEST(found({others + "s=v"}) == "|v|");
  BOOST_TEST(rest({others + "s=v; last=1"}) == others + "last=1");
}

BOOST_AUTO_TEST_CASE(sixty_four_kilobytes_are_read_as_any) {
  const std::string big(65536, 'x');
  BOOST_TEST((found({"s=" + big}) == "|" + big + "|"));
  BOOST_TEST(found({"a=" + big + "; s=v"}) == "|v|");
  BOOST_TEST(found({std::string(65536, ';') + "s=v"}) == "|v|");
  BOOST_TEST((rest({"a=" + big + "; s=v"}) == "a=" + big));
}

BOOST_AUTO_TEST_CASE(without_ours_the_others_are_as_they_were) {
  BOOST_TEST(rest({"a=1; s=v; b=\"2 x\"; c; =d; e=f=g"}) == "a=1; b=\"2 x\"; c; =d; e=f=g");
  BOOST_TEST(rest({"a = 1"}) == "a = 1");
  BOOST_TEST(rest({"a=\xff%00"}) == "a=\xff%00");
}

BOOST_AUTO_TEST_CASE(every_cookie_of_ours_is_left_out_also_beyond_the_eighth) {
  BOOST_TEST(rest({numbered(20) + "a=1", "s ; b=2;s"}) == "a=1; b=2");
  BOOST_TEST(rest({"s=v"}) == "");
  BOOST_TEST(rest({"s=v", "s=w"}) == "");
}

BOOST_AUTO_TEST_CASE(whatever_separates_the_others_one_semicolon_and_space_do_afterwards) {
  BOOST_TEST(rest({"a=1;b=2; c=3;  d=4 ; e=5;\tf=6;; g=7 ;h=8;"}) ==
             "a=1; b=2; c=3; d=4; e=5; f=6; g=7; h=8");
  BOOST_TEST(rest({"a=1; s=v; b=2; c=3; s; d=4;s=w; e=5; f=6"}) == "a=1; b=2; c=3; d=4; e=5; f=6");
  BOOST_TEST(rest({"s; a=1; b=2", "c=3; d=4; s"}) == "a=1; b=2; c=3; d=4");
  const std::string_view text = "a=1; b=2; c=3";
  BOOST_TEST(rest({text.substr(0, 3), text.substr(5, 3), text.substr(10)}) == text);
}

BOOST_AUTO_TEST_CASE(several_headers_become_one) {
  BOOST_TEST(rest({"a=1", "s=v", "b=2; "}) == "a=1; b=2");
  BOOST_TEST(rest({}) == "");
  BOOST_TEST(rest({" ;; "}) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
