#pragma once

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/json_difference.h"

namespace session::test {

// Compares with parse_json, for both ways with large integers, several depths, and several parts.
struct JsonComparison {
  void compare(const std::string& text) {
    for (const auto large : {JsonLimits::LargeIntegers::refused, JsonLimits::LargeIntegers::rounded}) {
      for (const std::size_t depth : {2U, 3U, 34U, 100U}) {
        for (const PartOfJson& part : parts) {
          const std::string problem = difference(parser, text, {depth, large}, part);
          BOOST_TEST_REQUIRE(problem == "", problem << ": " << text);
        }
      }
    }
  }

  // Takes the text, or leaves it to parse_json.
  bool leaves(const std::string& text, const JsonLimits& limits = {}) {
    const std::size_t before = parser.left_to_parse_json();
    (void)parser.parse(text, limits, PartOfJson{some});
    return parser.left_to_parse_json() > before;
  }

  WantedMembers none{false}, some{false, {"user", "a", "groups"}}, all;
  std::vector<PartOfJson> parts = {
      {none}, {some}, {all}, {none, "data"}, {some, "data"}, {all, "data"}, {some, {}, "cookie"}, {some, ""}};
  PartialParser parser;
};

inline const std::vector<std::string> kRecords = {
    R"({"v":1,"created":1700000000,"data":{"user":"alice","email":"a@example.org","groups":["x","y"],"n":-5}})",
    R"({"cookie":{"originalMaxAge":3600000,"expires":null,"path":"/"},"user":{"id":0,"name":"ü€😀"},"a":1.5})",
    R"({"a":{"c":[1,2.5,null,{}]},"v":1,"user":"\u00e9\ud83d\ude00\/","groups":[[],{},true,false]})",
    R"({ "data" : { "a" : 18446744073709551615 , "user" : -9223372036854775808 } , "from" : "k" })",
};

}  // namespace session::test
