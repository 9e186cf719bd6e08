// Where a page of a list begins.

#include "gateway/endpoints/page_cursor.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::gateway {

BOOST_AUTO_TEST_SUITE(page_cursor_text)

BOOST_AUTO_TEST_CASE(a_cursor_leads_back_to_its_position) {
  for (const std::string& position :
       {std::string("0"), std::string("12:abc%&=+"), std::string("\0\xff/", 3)}) {
    const std::string cursor = page_cursor("sessions", position);
    BOOST_TEST((position_of("sessions", cursor) == position));
    BOOST_TEST(cursor.find_first_not_of("0123456789abcdef") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_cursor_of_the_list_is_none) {
  const std::string cursor = page_cursor("sessions", "12");
  BOOST_TEST(!position_of("subjects", cursor).has_value());
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string other = cursor;
    other[i] = other[i] == '0' ? '1' : '0';
    BOOST_TEST(!position_of("sessions", other).has_value());
    BOOST_TEST(!position_of("sessions", cursor.substr(0, i)).has_value());
  }
  for (const std::string other : {"x", "zz", "00000000", "0000000000", "ABCDEF012345"})
    BOOST_TEST(!position_of("sessions", other).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
