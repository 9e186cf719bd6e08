#include "core/record/log_id.h"

#include <regex>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/session_fixture.h"

namespace session::test {
namespace {

const Secret kKey("thekeyofthetests");

BOOST_AUTO_TEST_SUITE(session_names)

// printf sess:hello | openssl dgst -sha256 -mac HMAC -macopt key:thekeyofthetests -binary | head -c 16 |
// basenc
// --base64url
BOOST_AUTO_TEST_CASE(a_name_is_the_first_128_bits_of_a_keyed_hash_of_the_store_key) {
  BOOST_TEST(LogId(kKey).of("sess:hello") == "CC3ya-hqkahM7UlwWRD34w");
}

BOOST_AUTO_TEST_CASE(without_a_key_nobody_else_gives_the_same_names) {
  LogId one{Secret()};
  LogId two{Secret()};
  BOOST_TEST(one.of("a") == one.of("a"));
  BOOST_TEST(one.of("a") != one.of("b"));
  BOOST_TEST(one.of("a") != two.of("a"));
  BOOST_TEST(std::regex_match(one.of("a"), std::regex("[A-Za-z0-9_-]{22}")));
}

BOOST_AUTO_TEST_CASE(no_name_is_taken_for_an_option_of_a_command) {
  LogId names(kKey);
  bool any_underscore = false;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = names.of(std::to_string(i));
    BOOST_TEST(name.front() != '-');
    any_underscore = any_underscore || name.front() == '_';
  }
  BOOST_TEST(any_underscore);
}

BOOST_FIXTURE_TEST_CASE(managers_with_one_key_give_a_session_one_name, SessionFixture) {
  SessionManagerOptions options;
  options.log_id_key = kKey;
  SessionManager here = make_manager(format_options(), options);
  SessionManager there = make_manager(format_options(), options);
  Session session = here.create();
  BOOST_TEST(outcome(run(session.set("user", "alice", Flush::now))) == "written");
  BOOST_TEST(session.log_id() == LogId(kKey).of(key_of(session)));
  BOOST_TEST(opened(there, cookie_of(session)).log_id() == session.log_id());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
