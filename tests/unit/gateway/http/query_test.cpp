// The query of an address: what it says, and what is refused.

#include "gateway/http/query.h"

#include <array>
#include <string>

#include <boost/test/unit_test.hpp>

namespace session::gateway {
namespace {

constexpr std::array<std::string_view, 2> kNames = {"name", "all"};

// What a query says of "name"; "(none)", or "(refused)".
std::string name_in(std::string_view text) {
  const auto query = Query::parse(text, kNames);
  if (!query) return "(refused)";
  return query->get("name").value_or("(none)");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(query)

BOOST_AUTO_TEST_CASE(values_are_found_by_name_and_decoded) {
  BOOST_TEST(name_in("") == "(none)");
  BOOST_TEST(name_in("all=true") == "(none)");
  BOOST_TEST(name_in("name=a") == "a");
  BOOST_TEST(name_in("all=&name=a&") == "a");
  BOOST_TEST(name_in("name=") == "");
  BOOST_TEST(name_in("name") == "");
  BOOST_TEST(name_in("name=a=b") == "a=b");
  BOOST_TEST(name_in("name=a%20b+c%2B%c3%A4") == "a b c+\xc3\xa4");
  BOOST_TEST(name_in("n%61me=a") == "a");
}

BOOST_AUTO_TEST_CASE(what_could_mean_something_else_is_refused) {
  for (const std::string_view text :
       {"nam=a", "name=a&name=b", "name=a&n%61me=b", "name=%", "name=%2", "name=%2g", "name=%+1", "%=a",
        "NAME=a", "name=a&x", "name=a;all=true&b=c"})
    BOOST_TEST(name_in(text) == "(refused)");
  BOOST_TEST(name_in("name=" + std::string(4091, 'a')) == std::string(4091, 'a'));
  BOOST_TEST(name_in("name=" + std::string(4092, 'a')) == "(refused)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
