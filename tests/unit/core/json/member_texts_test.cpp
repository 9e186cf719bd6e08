#include "core/json/member_texts.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"

namespace session::test {
namespace {

// name=text of each member, with | between them.
std::string members_of(std::string_view object) {
  std::string out;
  for (const MemberText& member : member_texts(object))
    out.append(out.empty() ? "" : "|").append(member.name).append("=").append(member.text);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(texts_of_members)

BOOST_AUTO_TEST_CASE(members_come_in_their_order_with_their_bytes) {
  BOOST_TEST(members_of("{}") == "");
  BOOST_TEST(members_of(R"({"b":1,"a":"x"})") == R"(b=1|a="x")");
  BOOST_TEST(members_of(R"({"z":1.50,"y":-0,"x":1e+5,"w":true,"v":null})") ==
             "z=1.50|y=-0|x=1e+5|w=true|v=null");
  BOOST_TEST(members_of(R"({"a":{"10":1,"b":[{}, "}]"]},"c":[ ]})") == R"(a={"10":1,"b":[{}, "}]"]}|c=[ ])");
}

BOOST_AUTO_TEST_CASE(strings_end_at_their_own_quotes) {
  BOOST_TEST(members_of(R"({"a":"\"","b":"\\","c":"\\\"}","d":{"e":"\\"}})") ==
             R"(a="\""|b="\\"|c="\\\"}"|d={"e":"\\"})");
  BOOST_TEST(members_of(R"({"a,b:c":"{","":"]"})") == R"(a,b:c="{"|="]")");
}

BOOST_AUTO_TEST_CASE(blanks_are_between_members_and_not_in_them) {
  BOOST_TEST(members_of(" {\t\"a\" :\r\n[ 1 , 2 ] ,\n \"b\":\t2 } ") == "a=[ 1 , 2 ]|b=2");
  BOOST_TEST(members_of(" { } ") == "");
}

BOOST_AUTO_TEST_CASE(a_name_is_unescaped_and_its_text_is_kept) {
  const auto members = member_texts(R"({"\u0061\"\ud83d\ude00":1})");
  BOOST_REQUIRE(members.size() == 1U);
  BOOST_TEST(members[0].name == "a\"😀");
  BOOST_TEST(members[0].name_text == R"("\u0061\"\ud83d\ude00")");
}

BOOST_AUTO_TEST_CASE(the_texts_put_together_are_the_object_again) {
  const std::string object = R"({"a":{"x":[1,{"y":"}"}]},"\n":"\\","ü":-1.0e-7,"":{}})";
  std::string again = "{";
  for (const MemberText& member : member_texts(object)) append_member(again, member.name_text, member.text);
  BOOST_TEST(again + "}" == object);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
