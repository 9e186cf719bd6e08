// What of a client's words is kept with a login.

#include "core/format/login_facts.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

std::string agent(std::string_view text) { return client_facts("", text).agent; }
std::string address(std::string_view text) { return client_facts(text, "").address; }

BOOST_AUTO_TEST_SUITE(login_facts)

BOOST_AUTO_TEST_CASE(ordinary_texts_are_kept_as_they_are) {
  BOOST_TEST(agent("Mozilla/5.0 (X11; Linux x86_64)") == "Mozilla/5.0 (X11; Linux x86_64)");
  BOOST_TEST(agent("B\xc3\xa4r \xe2\x82\xac \xf0\x9f\x90\xbb") == "B\xc3\xa4r \xe2\x82\xac \xf0\x9f\x90\xbb");
  BOOST_TEST(address("2001:db8::1") == "2001:db8::1");
  BOOST_TEST(agent("").empty());
}

BOOST_AUTO_TEST_CASE(what_terminals_obey_and_what_is_no_text_is_replaced) {
  BOOST_TEST(agent("a\x1b[2Jb\r\nc\td") == "a?[2Jb??c?d");
  BOOST_TEST(agent(std::string_view("a\0b", 3)) == "a?b");
  BOOST_TEST(agent("\x7f\xc2\x9b"
                   "2J\xc2\xa0") == "??2J\xc2\xa0");
  BOOST_TEST(agent("a\xffz\xc3") == "a?z?");
  BOOST_TEST(agent("\xed\xa0\x80") == "???");  // a surrogate
}

BOOST_AUTO_TEST_CASE(long_texts_end_at_the_limit_and_between_characters) {
  BOOST_TEST(agent(std::string(1000, 'x')) == std::string(kMaxAgentBytes, 'x'));
  BOOST_TEST(address(std::string(1000, '1')) == std::string(kMaxAddressBytes, '1'));
  const std::string nearly(kMaxAgentBytes - 1, 'x');
  BOOST_TEST(agent(nearly + "\xc3\xa4") == nearly);
  BOOST_TEST(agent(nearly + "y") == nearly + "y");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
